import { execa } from 'execa';
import { atMost } from './figure.ts';
import type { Figure } from './figure.ts';

/**
 * Measures from a signal that turns true on the API server to the phase that moves on. It is the test's own measurement: a real
 * API server, on which what the appliance's controllers would do is done at a known instant.
 */
export async function measureSignal(): Promise<Figure[]> {
  const { stdout } = await execa('npx', ['vitest', 'run', 'test/activities/waits/tiers.test.ts', '-t', 'p95 of 10'], {
    timeout: 300_000,
    stdin: 'ignore',
  });
  const p95 = /signal to phase end: p95 (\d+) ms/.exec(stdout)?.[1];
  if (p95 === undefined) throw new Error(`the test reported no figure:\n${stdout}`);
  return [atMost('from a signal to the phase moving on, p95', Number(p95), 1_000, 'ms')];
}
