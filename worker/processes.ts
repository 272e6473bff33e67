import { readFile } from 'node:fs/promises';
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

/** Gives a TCP port of loopback that nobody listens on: the wanted one where that is free. */
export async function freePort(wanted = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) => (wanted === 0 ? reject(error) : resolve(freePort())));
    server.listen(wanted, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        address !== null && typeof address === 'object' ? resolve(address.port) : reject(new Error('no free port')),
      );
    });
  });
}
