import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import type { Lab } from '../../lab/lab.ts';
import { startLab } from '../../lab/lab.ts';
import { memoryBelow } from '../../lab/memory.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');
const LAUNCHER = path.join(ROOT, 'bin', 'appliance-client');

/** A lab, and an operator's home on this machine from which it is installed with the real command. */
export interface Bench {
  readonly lab: Lab;
  /** Folder of all sites: ALGA_APPLIANCE_HOME. */
  readonly home: string;
  /** Starts a command; it ends with the test's process. */
  run(words: readonly string[], options?: RunOptions): ReturnType<typeof spawn>;
  /** The lab's memory, in bytes; what the test's own process and the operator's programs take is not in it. */
  memory(): Promise<number>;
  down(): Promise<void>;
}

export interface RunOptions {
  readonly timeoutMs?: number;
  /** Another operator's folder. */
  readonly home?: string;
}

export const SITE = 'lab';

/** Brings up a lab under a name of its own, with these faults from the beginning. */
export async function startBench(faults: readonly string[] = []): Promise<Bench> {
  const lab = await startLab({
    name: `test-${randomBytes(3).toString('hex')}`,
    faults,
    tell: (line) => console.log(line),
  });
  const home = await mkdtemp(path.join(tmpdir(), 'appliance-lab-home-'));
  const run: Bench['run'] = (words, options = {}) => spawn(options.home ?? home, lab, words, options.timeoutMs);
  return {
    lab,
    home,
    run,
    memory: async () => (await memoryBelow(process.pid)) - process.memoryUsage().rss,
    down: async () => {
      await run(['worker', 'stop']).catch(() => undefined); // none may be running
      await lab.down();
      await rm(home, { recursive: true, force: true });
    },
  };
}

function spawn(home: string, lab: Lab, words: readonly string[], timeoutMs = 600_000) {
  return execa(LAUNCHER, [...words, '--site', SITE], {
    env: { ...lab.environment, ALGA_APPLIANCE_HOME: home, NO_COLOR: '1', TZ: 'UTC' },
    all: true,
    stdin: 'ignore',
    reject: false,
    timeout: timeoutMs,
    killSignal: 'SIGINT',
  });
}
