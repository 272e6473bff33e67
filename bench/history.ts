import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { runningWorker } from '../worker/index.ts';
import { atMost } from './figure.ts';
import type { Figure } from './figure.ts';
import { beginBenchInstall } from './simulated-install.ts';

/** Runs a whole install with a 16-minute pull, and measures what it left in the history and what its worker held in memory. */
export async function measureHistory(): Promise<Figure[]> {
  const install = await beginBenchInstall('slow-core-pull', 120);
  try {
    let peakMegabytes = 0;
    for (;;) {
      const { status, raw, historyLength, historySize } = await install.describe();
      const worker = await runningWorker(install.home);
      if (worker) peakMegabytes = Math.max(peakMegabytes, await residentMegabytes(worker.pid));
      if (status.name !== 'RUNNING') {
        const bytes = historySize ?? Number(raw.workflowExecutionInfo?.historySizeBytes ?? 0);
        return [
          atMost('history of an install with a 16-minute pull', historyLength, 1_000, 'events'),
          atMost('  its size', bytes / 1e6, 1, 'MB'),
          atMost('worker, resident', peakMegabytes, 350, 'MB'),
        ];
      }
      await delay(500);
    }
  } finally {
    await install.close();
  }
}

async function residentMegabytes(pid: number): Promise<number> {
  const { stdout } = await execa('ps', ['-o', 'rss=', '-p', String(pid)], { reject: false });
  return Number(stdout) / 1024;
}
