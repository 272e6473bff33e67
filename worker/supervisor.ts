import { parseArgs } from 'node:util';
import { startOf, stopProcess } from '../system/processes.ts';
import { takeLock } from '../system/lock.ts';
import { serverFolder } from '../temporal/server-state.ts';
import { supervise } from './supervise.ts';
import { forgetSupervisor, recordSupervisor, runningSupervisor } from './states.ts';
import { SUPERVISOR_LOCK } from './supervised.ts';
import type { SupervisorWord } from './supervised.ts';

/**
 * The supervisor process: `supervisor --home DIR [--worker [--simulate SCENARIO [--speed N]]]`. It keeps the local server of this folder
 * and, with `--worker`, a worker alive until no install is left, or until it is stopped: then they continue without it.
 */
const { values } = parseArgs({
  options: {
    home: { type: 'string' },
    worker: { type: 'boolean', default: false },
    simulate: { type: 'string' },
    speed: { type: 'string' },
  },
});
const { home } = values;
if (home === undefined) throw new Error('--home DIR is missing');

const log = (message: string): void => {
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), pid: process.pid, message })}\n`);
};
const stop = new AbortController();
for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => stop.abort(new Error(`stopped by ${name}`)));

try {
  log(await lookAfter(home));
  const recorded = await runningSupervisor(home);
  if (recorded?.pid === process.pid || (await startOf(recorded?.pid ?? 0)) === null) await forgetSupervisor(home);
} catch (error) {
  // Stopped before it was ready: the process that stopped it takes care of everything from now on.
  if (!stop.signal.aborted) throw error;
  log('stopped while it was starting');
}
process.exit(0);

/** Gives the reason of its end as a message. */
async function lookAfter(folder: string): Promise<string> {
  // A client that started this one holds the lock for it, and has checked.
  if (!process.connected) {
    const release = await takeLock(serverFolder(folder).path(SUPERVISOR_LOCK), { signal: stop.signal });
    try {
      const other = await runningSupervisor(folder);
      if (other && (other.keeps || !values.worker))
        return `another supervisor (process ${other.pid}) is already running`;
      if (other) await stopProcess(other.pid);
      await recordSupervisor(folder, null);
    } finally {
      await release();
    }
  } else await recordSupervisor(folder, null);
  return await supervise({
    home: folder,
    environment: process.env,
    keepsWorker: values.worker,
    simulate:
      values.simulate === undefined
        ? null
        : { scenario: values.simulate, speed: values.speed === undefined ? null : Number(values.speed) },
    signal: stop.signal,
    isAwaited: () => process.connected,
    onWake: (wake) => process.on('SIGHUP', wake),
    tell: (word: SupervisorWord) => {
      // The process that started it may have ended: then nothing waits for this message.
      if (process.connected) process.send?.(word, undefined, undefined, () => undefined);
    },
    log,
  });
}
