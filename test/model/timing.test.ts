import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CHECKS, PROGRAMS } from '../../activities/phases/preflight/checks.ts';
import { BODY, HEARTBEAT_EVERY_MS, OUTAGE_MS, PARKED_LOOK_MS, PATIENCE, TIMEOUTS } from '../../model/timing.ts';
import { STEPS as ALL } from '../../model/steps/index.ts';

const { startToCloseMs } = TIMEOUTS;
const STEPS = ALL.map(({ step }) => step);
const sum = (all: readonly number[]): number => all.reduce((one, other) => one + other, 0);

/** How long a step may wait by its own rules before it says that something is late. */
function longest(step: string, patience: Readonly<Record<string, number>>): number {
  if (step !== 'checkEverything') return sum(Object.values(patience));
  const timeOf = ({ timeoutMs = PATIENCE.checkEverything.check }: { timeoutMs?: number }): number => timeoutMs;
  const later = CHECKS.filter(({ needsPrograms }) => needsPrograms).map(timeOf);
  return Math.max(timeOf(PROGRAMS) + Math.max(...later), ...CHECKS.map(timeOf));
}

describe('time-outs that must agree', () => {
  test.each(Object.entries(PATIENCE))('%s says that it is late before its own time-out ends it', (name, patience) => {
    const step = STEPS.find((one) => one.name === name);
    expect(step, 'a step of the install').toBeDefined();
    expect(longest(name, patience)).toBeLessThan(startToCloseMs[step?.profile ?? 'quick']);
  });

  test('an outage is told, and a failure tried again, before any time-out but that of a quick step', () => {
    expect(BODY.attempts * OUTAGE_MS).toBeLessThan(startToCloseMs.apply);
    expect(sum(BODY.restMs)).toBeLessThan(startToCloseMs.quick / 2);
    expect(BODY.restMs).toHaveLength(BODY.attempts - 1);
  });

  test('a heartbeat may be lost twice before a living worker passes for a dead one', () => {
    expect(3 * HEARTBEAT_EVERY_MS).toBeLessThan(TIMEOUTS.heartbeatMs);
    expect(PARKED_LOOK_MS).toBeLessThan(startToCloseMs.quick);
  });

  test('no late end of a step stands anywhere else', async () => {
    const root = join(import.meta.dirname, '..', '..', 'activities', 'phases');
    const files = (await readdir(root, { recursive: true })).filter((name) => name.endsWith('.ts'));
    const lines = await Promise.all(
      files.map(async (name) => {
        const text = await readFile(join(root, name), 'utf8');
        return [...text.matchAll(/afterMs: (.*)/g)].map(([, value]) => `${name}: ${value}`);
      }),
    );
    const elsewhere = lines.flat().filter((line) => !/PATIENCE\./.test(line));
    expect(elsewhere).toEqual([]);
  });
});
