import { readFile, readdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const STOP_TIMEOUT_MS = 10_000;
const LOOK_TIMEOUT_MS = 2_000;

/** True when a process with that id is running, for any owner (kill(2) with signal 0). */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Ends a process: SIGTERM, and SIGKILL if it is still running after `patienceMs`. */
export async function stopProcess(pid: number, patienceMs = STOP_TIMEOUT_MS): Promise<void> {
  const until = Date.now() + patienceMs;
  let signal: NodeJS.Signals = 'SIGTERM';
  while (isAlive(pid)) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if (isAlive(pid)) throw error; // still running, so not ours to stop
    }
    do await sleep(50);
    while (isAlive(pid) && Date.now() < until);
    signal = 'SIGKILL';
  }
}

const BOOT_ID_FILE = '/proc/sys/kernel/random/boot_id';
/** Fields of /proc/<pid>/stat after the name, which may contain anything and ends with the last bracket (proc_pid_stat(5)). */
const STAT = { state: 0, startTime: 19 } as const;

/**
 * When a process started, as an opaque text: it differs for another program that got the process id since. Null if no such process is
 * running; a zombie is not running.
 */
export async function startOf(pid: number): Promise<string | null> {
  if (!isAlive(pid)) return null;
  if (process.platform === 'linux') {
    const [stat, boot] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''),
      readFile(BOOT_ID_FILE, 'utf8').catch(() => ''),
    ]);
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (stat === '' || fields[STAT.state] === 'Z') return null;
    return `${boot.trim()}/${fields[STAT.startTime]}`;
  }
  const { execa } = await import('execa');
  const { stdout } = await execa('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
    reject: false,
    timeout: LOOK_TIMEOUT_MS,
    env: { LC_ALL: 'C' },
  });
  const [state = '', ...start] = stdout.trim().split(/ +/);
  return state === '' || state.startsWith('Z') ? null : start.join(' ');
}

/**
 * Kills what an ended process left in its process group. While the group has members the system gives its id to no other process, so no
 * other process is killed.
 */
export function endOrphans(pid: number): void {
  if (isAlive(pid)) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && (error.code === 'ESRCH' || error.code === 'EPERM'))) throw error;
  }
}

/**
 * True when the process is running and `mark` is on its command line. A recorded process id may belong to another program by now.
 */
export async function isOurs(pid: number, mark: string): Promise<boolean> {
  return isAlive(pid) && (await commandLine(pid)).includes(mark);
}

/** Linux has it in a file; running `ps`, as elsewhere, takes a quarter of the time of a whole `status`. */
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
 * The processes of this machine with that word on their command line. Outside Linux a word with spaces in it cannot be recognised.
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

/** How long to wait for a port: a killed process releases its sockets a moment after it has left the process table. */
const PORT_PATIENCE_MS = 2_000;
const PORT_LOOK_MS = 100;

/** A free TCP port of loopback: the wanted one if that is free or soon becomes so. */
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

/** The port, any free one for 0, or null if it is in use. */
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
