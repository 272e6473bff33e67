import { readFile, readdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

const PATIENCE_MS = 15_000;

/**
 * Asks every container of the node to end, as a machine that goes down does, and gives them some seconds. They are the processes
 * whose cgroup is below `kubepods`; this process sees none but the node's own.
 */
export async function endPods(): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (const pid of await podProcesses()) signal(pid);
  while (Date.now() < deadline && (await podProcesses()).length > 0) await delay(100);
}

async function podProcesses(): Promise<number[]> {
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 1);
  const inPods = await Promise.all(
    pids.map(async (pid) => {
      const [cgroups, command] = await Promise.all([text(`/proc/${pid}/cgroup`), text(`/proc/${pid}/cmdline`)]);
      // A pod's sandbox holds on until it is killed.
      return cgroups.includes('kubepods') && !command.startsWith('/pause/') ? [pid] : [];
    }),
  );
  return inPods.flat();
}

/** Empty for a process that has gone meanwhile. */
function text(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '');
}

function signal(pid: number): void {
  try {
    process.kill(pid, 'SIGTERM');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
