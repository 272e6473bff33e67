import { expect } from 'vitest';
import type { Bench } from './bench.ts';

/** The id of the data that the appliance holds, as a `start --fresh` that is refused says it: what `--destroy` takes. */
export async function dataIdOf(bench: Bench): Promise<string> {
  const { exitCode, stderr, all } = await bench.run(['start', '--fresh', ...bench.lab.flags]);
  expect(exitCode, all).toBe(2);
  const [, id = ''] = /start --fresh --destroy ([\w-]+)/.exec(stderr) ?? [];
  expect(id, all).not.toBe('');
  return id;
}
