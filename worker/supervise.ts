import { setTimeout as sleep } from 'node:timers/promises';
import { redact } from '../redaction/index.ts';
import { isLocked } from '../system/lock.ts';
import { stopProcess } from '../system/processes.ts';
import { findTemporal, openTemporal } from '../temporal/connection.ts';
import type { TemporalTarget } from '../temporal/connection.ts';
import { TemporalUnavailableError } from '../temporal/errors.ts';
import { runningLocalServer, stopLocalServer } from '../temporal/local-server.ts';
import { SERVER_FILE, recordedServer, serverFolder } from '../temporal/server-state.ts';
import { dutiesOn } from './duties.ts';
import { openQuery } from './reap.ts';
import { rotateLogs } from './rotate.ts';
import { SUPERVISOR_FILE, WORKER_LOCK, recordSupervisor, runningWorker } from './states.ts';
import type { SupervisorWord } from './supervised.ts';
import { findOrStartWorker } from './worker-process.ts';
import type { Simulate } from './worker-process.ts';

const LOOK_EVERY_MS = 500;
/** Between two starts of something that keeps ending. */
const FIRST_REST_MS = 250;
const LONGEST_REST_MS = 30_000;
/** What has run for this long counts as healthy again: its next end is the first one. */
const WELL_MS = 60_000;
/** A running server process may hang: it is checked this often, and restarted after so many checks without an answer. */
const ASK_EVERY_MS = 10_000;
const MOST_SILENCES = 3;
const ROTATE_EVERY_MS = 5_000;
/** After so long without an open install here nothing is kept any longer. */
const GRACE_MS = 10 * 60_000;
const COUNT_EVERY_MS = 30_000;
const COUNT_TIMEOUT_MS = 10_000;

export interface SuperviseOptions {
  readonly home: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly keepsWorker: boolean;
  readonly simulate: Simulate;
  /** Ends the supervision; server and worker continue. */
  readonly signal: AbortSignal;
  /** True while a process waits for the first message. */
  readonly isAwaited: () => boolean;
  /** Registers a function that makes it check at once, without the rest between starts. */
  readonly onWake: (wake: () => void) => void;
  readonly tell: (word: SupervisorWord) => void;
  readonly log: (message: string) => void;
}

/** Keeps server and worker alive until the signal or until no install is left; gives the reason of its end as a message. */
export async function supervise(options: SuperviseOptions): Promise<string> {
  const { home, signal, log, tell } = options;
  let target = null as TemporalTarget | null;
  let wake = Promise.withResolvers<void>();
  const parts: Part[] = [serverPart(options, (found) => (target = found))];
  if (options.keepsWorker)
    parts.push(
      workerPart(
        options,
        () => target,
        () => wake.resolve(),
      ),
    );
  const rests = parts.map(() => rest());
  options.onWake(() => {
    for (const one of rests) one.forget();
    wake.resolve();
  });
  const rotate = every(ROTATE_EVERY_MS, () => rotateLogs(serverFolder(home)));
  const idle = idleness(options);
  let isTold = false;
  while (!signal.aborted) {
    // A removed folder must not be created again.
    if (isTold && (await isRemoved(home, target?.local === true))) {
      await endAll(options);
      return 'the folder was removed: stopped everything';
    }
    let allWell = true;
    for (const [index, part] of parts.entries()) {
      const problem = await tend(part, rests[index] ?? rest(), options);
      allWell &&= problem === null;
      if (problem !== null && !isTold && options.isAwaited() && problem !== RESTING) {
        tell({ failed: messageOf(problem), unavailable: problem instanceof TemporalUnavailableError });
        throw problem;
      }
      if (problem !== null) break; // a worker is of no use without its server
    }
    if (allWell && !isTold) {
      isTold = true;
      log('server and worker are supervised');
      tell({ ready: true });
    }
    await rotate();
    if (target && (await idle(target))) {
      await endAll(options);
      return 'no install is open here any more: stopped everything';
    }
    await Promise.race([wake.promise, sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined)]);
    wake = Promise.withResolvers<void>();
  }
  return 'stopped on request: server and worker continue';
}

/** The removal of a folder deletes one file after the other. */
const REMOVAL_MS = 500;

/** Whether the folder was or is being removed: one that has lost a record or two is repaired, one without any is not created again. */
async function isRemoved(home: string, hasServer: boolean): Promise<boolean> {
  const folder = serverFolder(home);
  const records = [SUPERVISOR_FILE, ...(hasServer ? [SERVER_FILE] : [])];
  const areThere = (): Promise<boolean[]> => Promise.all(records.map((name) => folder.exists(name)));
  if ((await areThere()).every(Boolean)) return false;
  await sleep(REMOVAL_MS);
  return !(await folder.exists('.')) || !(await areThere()).some(Boolean);
}

/** What is kept alive. */
interface Part {
  readonly name: string;
  isWell(): Promise<boolean>;
  mend(): Promise<void>;
}

const RESTING = new Error('resting before the next start');

/** Null if the part is healthy, or is so again; else why not. */
async function tend(part: Part, rests: Rest, { signal, log }: SuperviseOptions): Promise<unknown> {
  try {
    if (await part.isWell()) {
      rests.well();
      return null;
    }
    if (!rests.isOver()) return RESTING;
    await part.mend();
    log(`${part.name} is running`);
    return null;
  } catch (error) {
    if (!signal.aborted) log(`${part.name}: ${messageOf(error)}`);
    return error;
  }
}

function serverPart(options: SuperviseOptions, found: (target: TemporalTarget) => void): Part {
  const { home, environment, signal, log } = options;
  const ask = silences(home);
  let isKnown = false;
  const find = async (): Promise<void> => {
    const common = { home, environment, signal, onProgress: log };
    const target = await findTemporal({ ...common, start: 'on-demand' });
    found(target);
    isKnown = true;
    isLocal = target.local;
    const keeps = options.keepsWorker
      ? await dutiesOn(target, { home, environment, simulate: options.simulate })
      : null;
    await recordSupervisor(home, keeps);
  };
  let isLocal = true;
  return {
    name: 'the Temporal server',
    // The first check finds out which server it is.
    isWell: async () => isKnown && (!isLocal || ((await recordedServer(home)) !== null && (await ask()))),
    mend: find,
  };
}

/** Whether the local server still answers; called often, it asks only now and then. */
function silences(home: string): () => Promise<boolean> {
  let count = 0;
  const ask = every(ASK_EVERY_MS, async () => {
    count = (await runningLocalServer(home)) ? 0 : count + 1;
  });
  return async () => {
    await ask();
    if (count < MOST_SILENCES) return true;
    count = 0;
    return false;
  };
}

function workerPart(options: SuperviseOptions, target: () => TemporalTarget | null, onEnd: () => void): Part {
  const { home, environment, simulate, signal, log } = options;
  return {
    name: 'the worker',
    isWell: async () => {
      const worker = await runningWorker(home);
      return worker !== null && worker.detached && worker.address === target()?.address;
    },
    mend: async () => {
      const { exited } = await findOrStartWorker({
        home,
        environment,
        simulate,
        signal,
        detached: true,
        // A caller that needs another build starts another supervisor; files on the disk may be newer than this process.
        anyBuild: true,
        onProgress: log,
      });
      // Noticed at once; for one that another process started, at the next check.
      void exited.then(onEnd);
    },
  };
}

/** Whether nothing was needed here for the grace time; called often. */
function idleness(options: SuperviseOptions): (target: TemporalTarget) => Promise<boolean> {
  const { home, environment, log } = options;
  const graceMs = Number(environment['APPLIANCE_IDLE_GRACE_MS'] ?? '') || GRACE_MS;
  let since: number | null = null;
  const isNeeded = async (target: TemporalTarget): Promise<boolean> => {
    const worker = await runningWorker(home);
    // A client in the foreground uses it.
    if (worker && !worker.detached) return true;
    // A client is starting one.
    if (await isLocked(serverFolder(home).path(WORKER_LOCK))) return true;
    // Without a worker nothing moves, and the next client starts the server again.
    if (!options.keepsWorker && worker === null) return false;
    return (await openInstalls(options, target)) > 0;
  };
  let needed = true;
  const count = every(Math.min(COUNT_EVERY_MS, graceMs / 4), async (target: TemporalTarget) => {
    try {
      needed = await isNeeded(target);
    } catch (error) {
      needed = true;
      log(`cannot count the open installs: ${messageOf(error)}`);
    }
    since = needed ? null : (since ?? Date.now());
  });
  return async (target) => {
    await count(target);
    if (since === null || Date.now() - since < graceMs) return false;
    return !(await isNeeded(target).catch(() => true));
  };
}

async function openInstalls(
  { home, environment, signal }: SuperviseOptions,
  { local, taskQueue }: TemporalTarget,
): Promise<number> {
  const timeout = AbortSignal.any([signal, AbortSignal.timeout(COUNT_TIMEOUT_MS)]);
  const access = await openTemporal({ home, environment, signal: timeout, onProgress: () => {}, start: 'never' });
  try {
    const { count } = await access.client.withDeadline(Date.now() + COUNT_TIMEOUT_MS, () =>
      access.client.workflowService.countWorkflowExecutions({
        namespace: access.namespace,
        query: openQuery({ local, taskQueue }),
      }),
    );
    return Number(count ?? 0);
  } finally {
    await access.close();
  }
}

async function endAll({ home }: SuperviseOptions): Promise<void> {
  const worker = await runningWorker(home);
  if (worker?.detached) await stopProcess(worker.pid);
  await stopLocalServer(home);
}

interface Rest {
  /** True when a start may be tried now; each one makes the next rest longer. */
  isOver(): boolean;
  well(): void;
  forget(): void;
}

function rest(): Rest {
  let starts = 0;
  let next = 0;
  let wellSince: number | null = null;
  const forget = (): void => {
    starts = 0;
    next = 0;
  };
  return {
    isOver: () => {
      if (Date.now() < next) return false;
      next = Date.now() + Math.min(FIRST_REST_MS * 2 ** Math.min(starts, 20), LONGEST_REST_MS);
      starts += 1;
      wellSince = null;
      return true;
    },
    well: () => {
      wellSince ??= Date.now();
      if (Date.now() - wellSince >= WELL_MS) forget();
    },
    forget,
  };
}

/** Runs `work` at most this often, however often it is called. */
function every<Args extends readonly unknown[]>(
  ms: number,
  work: (...args: Args) => Promise<void>,
): (...args: Args) => Promise<void> {
  let last = 0;
  return async (...args) => {
    if (Date.now() - last < ms) return;
    last = Date.now();
    await work(...args);
  };
}

function messageOf(error: unknown): string {
  return redact(error instanceof Error ? error.message : String(error));
}
