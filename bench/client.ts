import { execa } from 'execa';
import { atMost, percentile } from './figure.ts';
import type { Figure } from './figure.ts';
import type { BenchInstall } from './simulated-install.ts';

const RUNS = 9;

/** Measures what a person waits for: `--help` of a process that starts cold, and `status -o json` with a worker up. */
export async function measureClient(install: BenchInstall): Promise<Figure[]> {
  const node = await median(() => execa(process.execPath, ['-e', '0']));
  const help = await median(() => execa(process.execPath, ['dist/client.mjs', '--help']));
  const status = await median(() => install.run('status', '-o', 'json'));
  return [
    atMost('--help, cold', help, 150, 'ms'),
    { name: '  of which Node itself', value: `${Math.round(node)} ms`, limit: '–', passed: null },
    atMost('status -o json, worker up', status, 400, 'ms'),
  ];
}

async function median(run: () => PromiseLike<unknown>): Promise<number> {
  const times: number[] = [];
  await run();
  for (let round = 0; round < RUNS; round += 1) {
    const began = performance.now();
    await run();
    times.push(performance.now() - began);
  }
  return percentile(times, 0.5);
}
