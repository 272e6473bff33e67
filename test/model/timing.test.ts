import { expect, test } from 'vitest';
import { STEPS } from '../../model/steps/index.ts';
import { BODY, HEARTBEAT_EVERY_MS, OUTAGE_MS, PATIENCE, TIMEOUTS } from '../../model/timing.ts';

const patienceOf = (name: string): number => {
  const rows = Object.entries(PATIENCE).find(([step]) => step === name)?.[1] ?? {};
  return Object.values(rows)
    .map(Number)
    .reduce((sum, ms) => sum + ms, 0);
};

test.each(STEPS.map(({ step }) => step))(
  "$name says that something is late before its attempt's time-out ends it",
  ({ name, profile }) => {
    const triedAgain = BODY.restMs.reduce((sum, ms) => sum + ms, 0);
    const longest = patienceOf(name) + triedAgain + (profile === 'quick' ? 0 : OUTAGE_MS);
    expect(longest).toBeLessThan(TIMEOUTS.startToCloseMs[profile]);
  },
);

test('every patience is of a step that there is', () => {
  const steps = STEPS.map(({ step }): string => step.name);
  for (const name of Object.keys(PATIENCE)) expect(steps).toContain(name);
});

test('a heartbeat may be lost, and another, before a worker counts as dead', () => {
  expect(HEARTBEAT_EVERY_MS * 3).toBeLessThan(TIMEOUTS.heartbeatMs);
});
