import { randomBytes } from 'node:crypto';
import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import type { Lab, LabOptions } from '../../lab/lab.ts';
import { startLab } from '../../lab/lab.ts';
import { memoryBelow } from '../../lab/memory.ts';
import { folderOf, labNames, operatorFolder, readRecord } from '../../lab/place.ts';
import { removeLab } from '../../lab/remove.ts';
import { needs } from '../support/needs.ts';

needs('lab');

const ROOT = path.join(import.meta.dirname, '..', '..');
const LAUNCHER = path.join(ROOT, 'bin', 'appliance-client');

/** A lab, and an operator's home on this machine from which it is installed with the real command. */
export interface Bench {
  readonly lab: Lab;
  /** Folder of all sites: ALGA_APPLIANCE_HOME. It goes with the lab, and what runs from it. */
  readonly home: string;
  /** How a command is called. */
  launch(words: readonly string[], home?: string): Launch;
  /** Starts a command; it ends with the test's process. */
  run(words: readonly string[], options?: RunOptions): ReturnType<typeof spawn>;
  /** The lab's memory, in bytes; what the test's own process and the operator's programs take is not in it. */
  memory(): Promise<number>;
  down(): Promise<void>;
}

interface Launch {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface RunOptions {
  readonly timeoutMs?: number;
  /** Another operator's folder. */
  readonly home?: string;
  /** Another operator: XDG_STATE_HOME. */
  readonly state?: string;
}

export const SITE = 'lab';

/** Names of the labs of tests, by which those of a run that was given up are found. */
const PREFIX = 'test-';
const COMES_UP_WITHIN_MS = 20 * 60_000;

/** Brings up a lab under a name of its own, with these faults from the beginning. */
export async function startBench(
  faults: readonly string[] = [],
  options: Pick<LabOptions, 'fluxLooksEvery'> = {},
): Promise<Bench> {
  await removeLeftovers();
  const name = `${PREFIX}${randomBytes(3).toString('hex')}`;
  const lab = await startLab({ ...options, name, faults, tell: (line) => console.log(line) });
  const home = operatorFolder(name);
  await mkdir(home, { mode: 0o700 });
  const launch: Bench['launch'] = (words, of = home) => ({
    file: LAUNCHER,
    args: [...words, '--site', SITE],
    env: { ...lab.environment, ALGA_APPLIANCE_HOME: of, NO_COLOR: '1', TZ: 'UTC' },
  });
  const run: Bench['run'] = (words, { home: of, state, timeoutMs } = {}) => {
    const { env, ...call } = launch(words, of);
    return spawn({ ...call, env: { ...env, ...(state !== undefined && { XDG_STATE_HOME: state }) } }, timeoutMs);
  };
  return {
    lab,
    home,
    launch,
    run,
    memory: async () => (await memoryBelow(process.pid)) - process.memoryUsage().rss,
    down: async () => {
      await run(['worker', 'stop']).catch(() => undefined); // none may be running
      await lab.down();
    },
  };
}

/** A test run that was given up takes down nothing. One without a record may be coming up just now. */
async function removeLeftovers(): Promise<void> {
  for (const name of (await labNames()).filter((one) => one.startsWith(PREFIX))) {
    const record = await readRecord(name).catch(() => null); // of another version
    const { mtimeMs } = await stat(folderOf(name));
    const isLeft = record === null ? Date.now() - mtimeMs > COMES_UP_WITHIN_MS : !isAlive(record.pid);
    if (isLeft) await removeLab(name);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false; // there is no such process
  }
}

function spawn({ file, args, env }: Launch, timeoutMs = 600_000) {
  return execa(file, args, {
    env,
    all: true,
    stdin: 'ignore',
    reject: false,
    timeout: timeoutMs,
    killSignal: 'SIGINT',
  });
}
