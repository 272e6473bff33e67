import { describe, expect, it } from 'vitest';
import { diagnose } from '../../diagnosis/index.ts';
import { NOW } from './appliance.ts';
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
