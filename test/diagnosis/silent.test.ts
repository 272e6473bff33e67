import { describe, expect, it } from 'vitest';
import { diagnose } from '../support/diagnosed.ts';
import { NOW } from './appliance.ts';
import { SILENT } from './silent.ts';

describe('what is no blocker, however it looks (docs/contract.md; lessons 12, 13, 15)', () => {
  it('has ten of them at least', () => {
    expect(Object.keys(SILENT).length).toBeGreaterThanOrEqual(10);
  });

  it.each(Object.entries(SILENT))('%s', (_name, snapshot) => {
    const { blockers, status } = diagnose(snapshot(), { now: new Date(NOW) });
    expect(blockers.map((one) => `${one.code}/${one.component}: ${one.evidence[0]?.message}`)).toEqual([]);
    expect(status.rollup.state).not.toBe('failed_action_required');
  });
});
