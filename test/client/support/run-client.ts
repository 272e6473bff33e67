import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable, Writable } from 'node:stream';
import { onTestFinished } from 'vitest';
import type { Clock } from '../../../client/terminal/clock.ts';
import { main } from '../../../client/main.ts';
import type { World } from '../../../client/main.ts';
import type { LocalPage } from '../../../client/page/local-page.ts';
import type { Services } from '../../../client/services.ts';
import { ADMINISTRATOR } from '../../../model/initial-tenant.ts';

export const NOW = new Date('2026-05-01T12:00:00.000Z');

export interface RunOptions {
  readonly home?: string;
  /** True: stdin, stdout and stderr are a terminal. */
  readonly tty?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  readonly env?: Record<string, string>;
  readonly cwd?: string;
  readonly stdin?: string | Buffer;
  readonly signal?: AbortSignal;
  readonly services?: Partial<Services>;
  /** False: a first order in a pipe names no password either. */
  readonly namesPassword?: boolean;
}

export interface Run {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Gives a folder that is removed when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'client-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Whoever orders in a test has named a first administrator before; a test of that very thing unsets them. */
const ADMINISTRATOR_VARIABLES = Object.fromEntries(
  ADMINISTRATOR.map(({ variable, simulated }) => [variable, simulated]),
);

/** The world of one call, and what was written to it. */
export interface TestIo {
  readonly io: World;
  readonly stdout: () => string;
  readonly stderr: () => string;
}

/** Gives a world in which nothing real is reached by chance. */
export function testIo(home: string, options: RunOptions = {}): TestIo {
  const stdout = collector();
  const stderr = collector();
  const io: World = {
    stdin: options.stdin === undefined ? new PassThrough() : Readable.from([options.stdin]),
    stdout: stdout.stream,
    stderr: stderr.stream,
    stdinIsTty: options.tty === true,
    stdoutIsTty: options.tty === true,
    stderrIsTty: options.tty === true,
    columns: () => options.columns ?? 100,
    rows: () => options.rows ?? 40,
    env: {
      LANG: 'en_GB.UTF-8',
      ALGA_APPLIANCE_HOME: home,
      HOME: home,
      PATH: process.env['PATH'],
      ...ADMINISTRATOR_VARIABLES,
      ...options.env,
    },
    cwd: options.cwd ?? home,
    signal: options.signal ?? new AbortController().signal,
    services: { ...unreachable, clock: testClock(), ...options.services },
  };
  return { io, stdout: stdout.text, stderr: stderr.text };
}

/** Runs the client in this process, through the one door that a person's call comes by. */
export async function runClient(argv: readonly string[], options: RunOptions = {}): Promise<Run> {
  const home = options.home ?? (await temporaryFolder());
  const { io, stdout, stderr } = testIo(home, options);
  const exit = await main([...argv, ...(await passwordFlags(argv, home, options))], io);
  return { exit, stdout: stdout(), stderr: stderr() };
}

/** Whoever orders a fresh install of a new site in a pipe hands a password over; a test of that very thing does not. */
async function passwordFlags(argv: readonly string[], home: string, options: RunOptions): Promise<string[]> {
  const isFresh = argv[0] === 'start' && argv.includes('--fresh') && !argv.includes('--simulate');
  const isNamed = options.namesPassword === false || argv.some((word) => word.startsWith('--admin-password'));
  if (!isFresh || isNamed || options.tty) return [];
  const site = argv.includes('--site') ? (argv[argv.indexOf('--site') + 1] ?? '') : null;
  const known = await readdir(home).catch((): string[] => []);
  if (site === null ? known.length > 0 : known.includes(site)) return [];
  const file = join(await temporaryFolder(), 'password');
  await writeFile(file, 'Sample-Word-4711\n', { mode: 0o600 });
  return ['--admin-password-file', file];
}

function collector(): { stream: Writable; text: () => string } {
  let text = '';
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      text += chunk.toString('utf8');
      done();
    },
  });
  return { stream, text: () => text };
}

/** A clock that goes on by exactly what is slept: a test of hours takes milliseconds, and every output has fixed times. */
export function testClock(start: Date = NOW): Clock {
  let now = start.getTime();
  return {
    now: () => new Date(now),
    sleep: async (milliseconds, signal) => {
      await new Promise((resolve) => setImmediate(resolve));
      if (!signal?.aborted) now += milliseconds;
    },
  };
}

/** For a terminal on which no question is expected. */
export const noQuestions: Partial<Services> = {
  prompter: async () => ({
    text: async ({ message }) => refuse(`the question "${message}"`)(),
    secret: async (message) => refuse(`the question "${message}"`)(),
    choose: async (message) => refuse(`the question "${message}"`)(),
    confirm: async (message) => refuse(`the question "${message}"`)(),
  }),
};

const refuse = (name: string) => async (): Promise<never> => {
  throw new Error(`this test did not expect a call of ${name}`);
};

/** A page on this machine that nobody looks at: it has ended already, so it is not shown anything. */
const endedPage: LocalPage = {
  url: 'http://127.0.0.1:40123/',
  show: () => {},
  answerLogs: () => {},
  ended: Promise.resolve(),
  close: async () => {},
};

/** The outside world of a test that names none: every call of it is a failure of the test. */
const unreachable: Omit<Services, 'clock' | 'programs'> = {
  openInstalls: refuse('openInstalls'),
  ensureWorker: refuse('ensureWorker'),
  runningWorker: refuse('runningWorker'),
  workerIsStarting: refuse('workerIsStarting'),
  runningServer: refuse('runningServer'),
  serverTls: async () => ({}),
  stopIdleServer: refuse('stopIdleServer'),
  stopBackground: refuse('stopBackground'),
  runningSupervisor: async () => null,
  service: refuse('service'),
  installService: refuse('installService'),
  removeService: refuse('removeService'),
  get: refuse('get'),
  checkout: async () => null,
  prompter: refuse('prompter'),
  reader: refuse('reader'),
  cluster: refuse('cluster'),
  talos: refuse('talos'),
  openPage: async () => endedPage,
  openCodec: refuse('openCodec'),
  rotateKey: refuse('rotateKey'),
  registry: refuse('registry'),
};
