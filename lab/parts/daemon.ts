import { spawn } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

const STOP_TIMEOUT_MS = 10_000;

/** A program that runs in the background and logs to a file. */
export interface Daemon {
  readonly name: string;
  /** Of the shell that watches over the program: it is there for as long as the program is. */
  readonly pid: number;
  readonly logFile: string;
  /** Settles when the process has ended, for any reason. */
  readonly exited: Promise<void>;
  /** Asks the process to end (SIGTERM), and kills it after 10 s; returns when it has ended. */
  stop(): Promise<void>;
  /** Ends the process at once (SIGKILL), as a power cut would; returns when it has ended. */
  kill(): Promise<void>;
}

export interface DaemonOptions {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly logFile: string;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs a program and ends it when the pipe on standard input is closed, which the kernel does when this process dies,
 * however it dies. TERM is passed on; QUIT kills. (A background command of sh ignores QUIT, so it cannot be passed on.)
 */
const WITH_PARENT = `
forward() { signal=$1; if [ -n "$!" ]; then kill -"$1" "\${program:-$!}" 2>/dev/null; fi; }
trap 'forward TERM' TERM
trap 'forward KILL' QUIT
exec 3<&0
"$@" </dev/null 3<&- &
program=$!
if [ -n "$signal" ]; then kill -"$signal" "$program"; fi
{ cat >/dev/null; kill -KILL "$program" 2>/dev/null; } <&3 &
watcher=$!
exec 3<&-
while kill -0 "$program" 2>/dev/null; do wait "$program"; done
kill "$watcher" 2>/dev/null
`;

/**
 * Starts a program in the background; it ends with this process, even with one that is killed. (`spawn` and not execa:
 * its output goes to the file directly, so that it can continue to write while this process is busy.)
 */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const log = await open(options.logFile, 'a', 0o600);
  try {
    const child = spawn('/bin/sh', ['-c', WITH_PARENT, options.name, options.file, ...options.args], {
      stdio: ['pipe', log.fd, log.fd],
      env: { ...process.env, ...options.env },
    });
    const exited = new Promise<void>((resolve, reject) => {
      child.once('exit', () => resolve());
      child.once('error', reject);
    }).finally(() => child.stdin?.destroy());
    if (child.pid === undefined) {
      await exited;
      throw new Error(`${options.name} could not be started`);
    }
    const end = async (signal: NodeJS.Signals): Promise<void> => {
      child.kill(signal);
      const last = setTimeout(() => child.kill('SIGQUIT'), STOP_TIMEOUT_MS);
      await exited;
      clearTimeout(last);
    };
    return {
      name: options.name,
      pid: child.pid,
      logFile: options.logFile,
      exited,
      stop: () => end('SIGTERM'),
      kill: () => end('SIGQUIT'),
    };
  } finally {
    await log.close();
  }
}

/**
 * Waits until a daemon answers.
 * @param ready true when it does; what it throws counts as "not yet" and is reported after the timeout
 * @throws Error with the end of the daemon's log when it ended, or when `timeoutMs` have passed
 */
export async function waitUntilReady(
  daemon: Daemon,
  ready: () => Promise<boolean>,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  let gone = false;
  void daemon.exited.then(() => (gone = true));
  let lastError: unknown;
  for (;;) {
    signal?.throwIfAborted();
    if (gone) throw new Error(`${daemon.name} ended before it was ready. ${await logTail(daemon.logFile)}`);
    try {
      if (await ready()) return;
    } catch (error) {
      lastError = error;
    }
    if (Date.now() > deadline) {
      const reason = lastError instanceof Error ? ` (${lastError.message})` : '';
      throw new Error(`${daemon.name} was not ready in ${timeoutMs} ms${reason}. ${await logTail(daemon.logFile)}`);
    }
    await delay(50, undefined, { signal });
  }
}

async function logTail(file: string): Promise<string> {
  const text = await readFile(file, 'utf8');
  return `The end of ${file}:\n${text.trimEnd().split('\n').slice(-12).join('\n')}`;
}
