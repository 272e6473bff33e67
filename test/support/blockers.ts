import type { Blocker, BlockerCode } from '../../model/blocker.ts';
import { layerOf } from '../../model/blocker.ts';

/** A complete blocker with the given changes. */
export function testBlocker(code: BlockerCode, changes: Partial<Blocker> = {}): Blocker {
  return {
    code,
    title: code,
    component: 'node',
    tier: 'platform',
    layer: layerOf(code),
    loginBlocking: true,
    severity: 'error',
    reason: `because of ${code}`,
    evidence: [],
    nextAction: 'Mend it.',
    retry: 'automatic',
    since: '2026-05-01T12:00:00.000Z',
    ...changes,
  };
}
