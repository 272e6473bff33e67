import { readFile, readdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const STOP_TIMEOUT_MS = 10_000;
const LOOK_TIMEOUT_MS = 2_000;

/** True when a process of that id runs, whoever owns it (kill(2) with signal 0). */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Ends a process: SIGTERM, and SIGKILL when it has not gone after ten seconds. */
export async function stopProcess(pid: number): Promise<void> {
  const until = Date.now() + STOP_TIMEOUT_MS;
  let signal: NodeJS.Signals = 'SIGTERM';
  while (isAlive(pid)) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if (isAlive(pid)) throw error; // it has not ended meanwhile: it is not ours to stop
    }
    do await sleep(50);
    while (isAlive(pid) && Date.now() < until);
    signal = 'SIGKILL';
  }
}

/**
 * True when the process runs and `mark` stands on its command line. A process id that was written down may have been given
 * to another program since.
 */
export async function isOurs(pid: number, mark: string): Promise<boolean> {
  return isAlive(pid) && (await commandLine(pid)).includes(mark);
}

/** Linux tells it in a file; asking `ps`, as elsewhere, takes a quarter of what a whole `status` takes. */
async function commandLine(pid: number): Promise<string> {
  if (process.platform === 'linux') return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  const { execa } = await import('execa');
  const { stdout } = await execa('ps', ['-ww', '-o', 'args=', '-p', String(pid)], {
    reject: false,
    timeout: LOOK_TIMEOUT_MS,
  });
  return stdout;
}

/** A process by its id and the words of its command line. */
export interface FoundProcess {
  readonly pid: number;
  readonly words: readonly string[];
}

/**
 * Takes a word, gives the processes of this machine on whose command line it stands. Outside Linux the words of a line that holds
 * spaces within one are not told apart.
 */
export async function processesWith(word: string): Promise<FoundProcess[]> {
  const all = process.platform === 'linux' ? await fromProc() : await fromPs();
  return all.filter(({ pid, words }) => pid !== process.pid && words.includes(word));
}

async function fromProc(): Promise<FoundProcess[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  return Promise.all(pids.map(async (pid) => ({ pid, words: (await commandLine(pid)).split('\0') })));
}

async function fromPs(): Promise<FoundProcess[]> {
  const { execa } = await import('execa');
  const { stdout } = await execa('ps', ['-axww', '-o', 'pid=,args='], { reject: false, timeout: LOOK_TIMEOUT_MS });
  return stdout.split('\n').flatMap((line) => {
    const [pid = '', ...words] = line.trim().split(/ +/);
    return /^\d+$/.test(pid) ? [{ pid: Number(pid), words }] : [];
  });
}

/** How long a port is waited for: a process that was killed lets go of its sockets a moment after it is gone from the table. */
const PORT_PATIENCE_MS = 2_000;
const PORT_LOOK_MS = 100;

/** Gives a TCP port of loopback that nobody listens on: the wanted one where that is free or soon becomes so. */
export async function freePort(wanted = 0): Promise<number> {
  const patience = wanted === 0 ? 0 : PORT_PATIENCE_MS;
  for (let waited = 0; waited < patience; waited += PORT_LOOK_MS) {
    const port = await tryPort(wanted);
    if (port !== null) return port;
    await sleep(PORT_LOOK_MS);
  }
  const port = await tryPort(0);
  if (port === null) throw new Error('this machine has no free port on loopback');
  return port;
}

/** Gives the port, any free one for 0, or null where it is taken. */
async function tryPort(wanted: number): Promise<number | null> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', (error) => ('code' in error && error.code === 'EADDRINUSE' ? resolve(null) : reject(error)));
    server.listen(wanted, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(address !== null && typeof address === 'object' ? address.port : null));
    });
  });
}
