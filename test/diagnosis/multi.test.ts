import { describe, expect, it } from 'vitest';
import { diagnose } from '../support/diagnosed.ts';
import { NOW } from './appliance.ts';
import { CHAINS, statusPageDown } from './chains.ts';
import { MULTI } from './multi.ts';

describe('several faults at once: every independent root, and nothing that follows from one (lesson 16)', () => {
  it('has forty of them', () => {
    expect(MULTI.length).toBeGreaterThanOrEqual(40);
  });

  it.each(MULTI)('%s', (_name, snapshot, roots) => {
    const { blockers, graph } = diagnose(snapshot(), { now: new Date(NOW) });
    expect(blockers.map((one) => `${one.code}/${one.component}`)).toEqual(roots);
    expect(graph.causes.map((one) => one.id)).toEqual(roots);
  });
});

describe('chains: what follows from a cause hangs on it, however many parts lie between', () => {
  it.each(CHAINS)('%s', (_name, snapshot, roots) => {
    const { blockers, status } = diagnose(snapshot(), { now: new Date(NOW) });
    expect(blockers.map((one) => `${one.code}/${one.component}`)).toEqual(roots);
    const isStopped = blockers.some((one) => one.loginBlocking && one.severity === 'error');
    expect(status.rollup.state === 'failed_action_required').toBe(isStopped);
  });

  it('says of the status page that it holds nobody up', () => {
    const { status } = diagnose(statusPageDown(), { now: new Date(NOW) });
    expect(status.topBlockers[0]?.loginBlocking).toBe(false);
    expect(status.rollup.state).toBe('installing');
  });
});
