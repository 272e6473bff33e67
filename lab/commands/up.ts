import { spawn } from 'node:child_process';
import { open, readFile, rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { takeLock } from '../../system/lock.ts';
import { duration } from '../../tools/progress.ts';
import { commandLineOf } from '../lab.ts';
import { readRecord } from '../place.ts';
import type { LabRecord } from '../place.ts';
import { removeLab } from '../remove.ts';
import { endSupervisor } from './down.ts';
import { SUPERVISOR, logOf, supervisorOf } from './supervisor-process.ts';

const LOOK_EVERY_MS = 200;
/** After this long without a line, the last one is repeated with its time, so that no wait is silent for 10 seconds. */
const REPEAT_AFTER_MS = 8_000;

/** Starts the supervisor in the background and shows its output until the machine waits for its configuration. Ctrl-C undoes it. */
export async function up(name: string, faults: readonly string[]): Promise<number> {
  const log = logOf(name);
  // Two at once would each remove what the other has started.
  const release = await takeLock(`${log}.lock`);
  let hasEnded: () => boolean;
  try {
    if ((await supervisorOf(name)) !== null) {
      console.error(`the lab ${name} is up already; \`npm run lab -- down\` first, or take another --name`);
      return 6;
    }
    await removeLab(name);
    hasEnded = await startSupervisor(name, faults, log);
  } finally {
    await release();
  }
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort());
  let [lastLineAt, lastSaidAt] = [performance.now(), performance.now()];
  for (let told = 0; !interrupted.signal.aborted; await delay(LOOK_EVERY_MS)) {
    const isOver = hasEnded();
    const lines = (await readFile(log, 'utf8')).split('\n').slice(0, -1);
    for (const line of lines.slice(told)) if (line !== 'up') console.error(line);
    const now = performance.now();
    if (lines.length > told) [lastLineAt, lastSaidAt] = [now, now];
    else if (now - lastSaidAt > REPEAT_AFTER_MS) {
      console.error(`${lines.at(-1) ?? 'starting'}: for ${duration(now - lastLineAt)}`);
      lastSaidAt = now;
    }
    told = lines.length;
    const record = lines.at(-1) === 'up' ? await readRecord(name) : null;
    if (record !== null) {
      console.log(advice(record));
      return 0;
    }
    if (isOver) {
      console.error(`the lab ${name} did not come up, and nothing of it is left; ${log} keeps what it said`);
      return 1;
    }
  }
  console.error(`given up: the lab ${name} is taken back`);
  await endSupervisor(name);
  await removeLab(name);
  await rm(log, { force: true });
  return 130;
}

/** Gives whether it has ended. */
async function startSupervisor(name: string, faults: readonly string[], log: string): Promise<() => boolean> {
  const output = await open(log, 'w', 0o600);
  const child = spawn(process.execPath, [SUPERVISOR, name, ...faults], {
    detached: true,
    stdio: ['ignore', output.fd, output.fd],
  });
  let ended = false;
  child.once('exit', () => (ended = true));
  child.unref();
  await output.close();
  return () => ended;
}

/** A flag as a shell takes it. */
function quoted(flag: string): string {
  return flag.includes(' ') ? `'${flag}'` : flag;
}

function advice(record: LabRecord): string {
  const { environment, flags } = commandLineOf(record);
  const variables = Object.entries(environment).map(([key, value]) => `${key}=${value}`);
  return [
    `A machine in Talos maintenance mode waits at ${record.nodeAddress}. Install it:`,
    `  ${variables.join(' ')} bin/appliance-client start --fresh ${flags.map(quoted).join(' ')}`,
    `Remove it: npm run lab -- down${record.name === 'lab' ? '' : ` --name ${record.name}`}`,
  ].join('\n');
}
