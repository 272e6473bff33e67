import { parseArgs } from 'node:util';
import { Context } from '@temporalio/activity';
import { NativeConnection, Worker } from '@temporalio/worker';
import { createActivities } from '../../activities/index.ts';
import type { PhaseActivity } from '../../activities/phase-activity.ts';
import type { Ports } from '../../activities/ports/index.ts';
import { simulationPorts } from '../../simulation/index.ts';
import { currentOperator } from '../../site-folder/operator.ts';
import { findTemporal } from '../../temporal/connection.ts';
import { dataConverter } from '../../temporal/data-converter.ts';
import { carriedKeeper } from '../../worker/carried.ts';
import { installLogging } from '../../worker/logging.ts';
import type { Cell } from './cells.ts';
import { SCENARIO, madeOnce, worldFile } from './made.ts';
import { isSame, note, notes, readPlan } from './plan.ts';
import { killServer } from './server.ts';

/**
 * A worker of a simulated appliance that kills whom the plan names, itself included, just where it names: the activities are
 * the product's own, and so are the port's answers. `worker --root DIR --home DIR`: where the appliance and the plan lie, and the home of
 * the operator whose environment this is.
 */
const { values } = parseArgs({ options: { root: { type: 'string' }, home: { type: 'string' } } });
const { root, home } = values;
if (root === undefined || home === undefined) throw new Error('--root DIR --home DIR is missing');
const plan = readPlan(root);

/** Of the ports: what changes something on the other side, or what only this folder has. */
const WRITES = new Set([
  'applyInsecure',
  'bootstrap',
  'setResolvers',
  'pullImage',
  'apply',
  'create',
  'patch',
  'delete',
  'write',
  'createOnce',
]);
/** What is done once in an install, whatever befalls it. */
const ONCE = new Set(['applyInsecure', 'bootstrap', 'create', 'delete']);

async function strike(step: string, moment: Cell['moment']): Promise<void> {
  const isMeant = (one: Cell): boolean => one.step === step && one.moment === moment;
  const cell = plan.cells.find(isMeant);
  if (!cell) return;
  const isDone = notes(root ?? '').some((one) => one.kind === 'strike' && isSame(one.cell, cell));
  if (isDone) return;
  note(root ?? '', { kind: 'strike', cell, made: madeOnce(root ?? '', home ?? '') });
  if (cell.victim !== 'worker' && !(await killServer(home ?? ''))) throw new Error('no server runs');
  if (cell.victim !== 'server') {
    process.kill(process.pid, 'SIGKILL');
    await new Promise(() => {});
  }
}

/** Whatever of the ports is called, at any depth, is counted and may be struck once it has been done. */
function watched<Value>(value: Value, name = ''): Value {
  if (typeof value === 'function') {
    const call = value as unknown as (...args: unknown[]) => unknown;
    return ((...args: unknown[]) => {
      const given = call(...args);
      return given instanceof Promise ? given.then((result) => afterCall(name, args, result)) : watched(given, name);
    }) as unknown as Value;
  }
  if (typeof value !== 'object' || value === null || !isPort(value)) return value;
  return new Proxy(value, {
    get: (target, key) => {
      const part: unknown = Reflect.get(target, key);
      const whole = typeof part === 'function' ? (part.bind(target) as unknown) : part;
      return typeof key === 'string' ? watched(whole, key) : whole;
    },
  });
}

/** An object of functions, as ports and folders are; answers are data. */
function isPort(value: object): boolean {
  return Object.values(value).some((part) => typeof part === 'function');
}

async function afterCall(name: string, args: readonly unknown[], result: unknown): Promise<unknown> {
  const step = Context.current().info.activityType;
  if (ONCE.has(name) && result !== false) note(root ?? '', { kind: 'effect', step, effect: effectOf(name, args) });
  if (WRITES.has(name) || !plan.writers.includes(step)) {
    if (WRITES.has(name) && !ONCE.has(name)) note(root ?? '', { kind: 'effect', step, effect: `may again: ${name}` });
    await strike(step, 'during');
  }
  return typeof result === 'object' && result !== null && isPort(result) ? watched(result, name) : result;
}

function effectOf(name: string, [first]: readonly unknown[]): string {
  if (name !== 'create' && name !== 'delete') return name;
  const {
    kind,
    metadata,
    namespace,
    name: ownName,
  } = first as {
    readonly kind?: unknown;
    readonly metadata?: { readonly namespace?: string; readonly name?: string };
    readonly namespace?: string;
    readonly name?: string;
  };
  const kindName = typeof kind === 'string' ? kind : JSON.stringify(kind);
  return `${name} ${[kindName, metadata?.namespace ?? namespace, metadata?.name ?? ownName].join(' ')}`;
}

installLogging();
const operator = await currentOperator(process.env);
const outside = simulationPorts({
  scenario: SCENARIO,
  speed: plan.speed,
  home,
  operator,
  stateFile: worldFile(root),
});
const ports: Ports = watched(outside);
const activities = Object.fromEntries(
  Object.entries<PhaseActivity>(createActivities(ports)).map(([step, run]) => [
    step,
    async (input: Parameters<PhaseActivity>[0]) => {
      await strike(step, 'before');
      const outcome = await run(input);
      // A step that made no call of the kind that was waited for has had its moment.
      await strike(step, 'during');
      await strike(step, 'after');
      return outcome;
    },
  ]),
);
const environment = process.env;
const signal = AbortSignal.timeout(60 * 60_000);
const target = await findTemporal({ home, environment, signal, onProgress: () => {}, start: 'on-demand' });
const worker = await Worker.create({
  connection: await NativeConnection.connect(target.connection),
  namespace: target.namespace,
  taskQueue: target.taskQueue,
  activities,
  sinks: carriedKeeper(() => outside).sinks,
  dataConverter: dataConverter(home, environment, 'worker'),
  workflowBundle: { codePath: plan.bundle },
  maxHeartbeatThrottleInterval: '2 seconds',
  defaultHeartbeatThrottleInterval: '2 seconds',
});
await worker.run();
