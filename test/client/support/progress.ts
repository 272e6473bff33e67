import { PHASES } from '../../../model/phases.ts';
import type { PhaseId } from '../../../model/phases.ts';
import type { InstallProgress, PhaseState } from '../../../model/progress.ts';
import { installProgress } from '../../../model/progress.ts';
import { unknownTiers } from '../../../model/tiers.ts';
import { NOW } from './run-client.ts';

/** The time that many seconds after the start of every test. */
export function at(seconds: number): string {
  return new Date(NOW.getTime() + seconds * 1000).toISOString();
}

/** A complete progress of an install in that phase: earlier phases are done. */
export function progressIn(
  phase: PhaseId,
  changes: Partial<InstallProgress> = {},
  state: PhaseState = 'running',
): InstallProgress {
  const now = PHASES.findIndex(({ id }) => id === phase);
  return installProgress.parse({
    apiVersion: 'appliance.alga-psa/v1',
    kind: 'InstallProgress',
    siteId: 'appliance-single-node',
    nodeIp: '192.0.2.10',
    mode: 'fresh',
    specDigest: 'digest-1',
    release: { version: '1.0-rc5', channel: 'stable', appVersion: '1.0-rc5' },
    state: 'running',
    phase,
    startedAt: at(0),
    updatedAt: at(0),
    finishedAt: null,
    phases: PHASES.map(({ id, title, tier }, index) => ({
      id,
      title,
      tier,
      state: index < now ? 'done' : index === now ? state : 'pending',
      since: index <= now ? at(0) : null,
      finishedAt: index < now ? at(0) : null,
      detail: index < now ? `${id} is there` : '',
    })),
    tiers: unknownTiers(),
    waits: [],
    activeOperations: [],
    blockers: [],
    warnings: [],
    nextAction: null,
    urls: { statusUrl: 'http://192.0.2.10:8080/', loginUrl: 'http://192.0.2.10:3000' },
    facts: {},
    ...changes,
  });
}

/** A finished install. */
export function completed(changes: Partial<InstallProgress> = {}): InstallProgress {
  const progress = progressIn('finish', { state: 'complete', finishedAt: at(600), ...changes }, 'done');
  return {
    ...progress,
    phases: progress.phases.map((phase) => ({ ...phase, state: 'done', finishedAt: at(600) })),
  };
}
