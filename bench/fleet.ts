import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { INSTALL_WORKFLOW } from '../model/workflow-contract.ts';
import { siteFolder } from '../site-folder/index.ts';
import { ensureKeyRing, openTemporal } from '../temporal/index.ts';
import type { TemporalAccess } from '../temporal/index.ts';
import { keptOrder, workflowIdOf } from '../test/support/orders.ts';
import { testSpec } from '../test/support/spec.ts';
import { stopBackground } from '../worker/index.ts';
import { atMost } from './figure.ts';
import type { Figure } from './figure.ts';

const SITES = 100;
/** Installs go through their first steps in this time, and stand in one that waits. */
const WATCH_MS = 4 * 60_000;
const LOOK_EVERY_MS = 2_000;
const AT_ONCE = 10;
const MEGABYTE_KB = 1024;

/** A hundred sites on one local server and one worker: what the worker takes, and how long a step waited for a free place. */
export async function measureFleet(): Promise<Figure[]> {
  const home = await mkdtemp(join(tmpdir(), 'appliance-fleet-'));
  const access = await openTemporal({
    home,
    environment: process.env,
    signal: AbortSignal.timeout(10 * 60_000),
    onProgress: () => {},
    start: 'on-demand',
  });
  const worker = fork('bench/fleet-worker.ts', ['--home', home], {
    execArgv: ['--max-semi-space-size=2', '--optimize-for-size'],
    env: { MALLOC_ARENA_MAX: '2', ...process.env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  try {
    await once(worker, 'message');
    return await watch(access, worker, await beginAll(access, home));
  } finally {
    worker.kill('SIGKILL');
    await access.close();
    await stopBackground({ home });
    await rm(home, { recursive: true, force: true });
  }
}

async function beginAll({ client, taskQueue }: TemporalAccess, home: string): Promise<string[]> {
  const ids: string[] = [];
  for (let site = 1; site <= SITES; site += 1) {
    const spec = testSpec({ siteId: `fleet-${site}`, nodeIp: `192.0.2.${site}` });
    const order = await keptOrder(siteFolder(home, spec.siteId), spec);
    await ensureKeyRing(home, spec.siteId);
    const workflowId = workflowIdOf(spec.siteId);
    await client.workflow.start(INSTALL_WORKFLOW, { workflowId, taskQueue, args: [{ order }] });
    ids.push(workflowId);
  }
  return ids;
}

async function watch(access: TemporalAccess, worker: ChildProcess, ids: readonly string[]): Promise<Figure[]> {
  const until = Date.now() + WATCH_MS;
  let slowest = 0;
  let resident = 0;
  let atWork = 0;
  while (Date.now() < until) {
    const looks: Look[] = [];
    for (let at = 0; at < ids.length; at += AT_ONCE)
      looks.push(...(await Promise.all(ids.slice(at, at + AT_ONCE).map((id) => lookAt(access, id)))).flat());
    slowest = Math.max(slowest, ...looks.map(({ waitedMs }) => waitedMs));
    atWork = Math.max(atWork, looks.filter(({ isStarted }) => isStarted).length);
    const status = await readFile(`/proc/${worker.pid}/status`, 'utf8').catch(() => '');
    resident = Math.max(resident, Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0));
    await delay(LOOK_EVERY_MS);
  }
  return [
    { name: `${SITES} sites on one worker: steps at work at once`, value: String(atWork), limit: '–', passed: null },
    atMost(
      `${SITES} sites on one worker: its resident memory, with their simulated appliances`,
      resident / MEGABYTE_KB,
      500,
      'MB',
    ),
    atMost(`${SITES} sites on one worker: the slowest step's wait for a free place`, slowest / 1000, 5, 's'),
  ];
}

interface Look {
  readonly isStarted: boolean;
  readonly waitedMs: number;
}

/** temporal.api.enums.v1.PendingActivityState */
const STARTED = 2;

async function lookAt({ client, namespace }: TemporalAccess, workflowId: string): Promise<Look[]> {
  const { pendingActivities } = await client.workflowService.describeWorkflowExecution({
    namespace,
    execution: { workflowId },
  });
  return (pendingActivities ?? []).map(({ state, scheduledTime, lastStartedTime }) => {
    const isStarted = Number(state) === STARTED;
    const began = isStarted ? msOf(lastStartedTime) : Date.now();
    return { isStarted, waitedMs: Math.max(0, began - msOf(scheduledTime)) };
  });
}

function msOf(at: { seconds?: unknown; nanos?: number | null } | null | undefined): number {
  return Number(at?.seconds ?? 0) * 1000 + (at?.nanos ?? 0) / 1e6;
}
