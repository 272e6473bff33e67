import { blockerKey } from '../model/blocker.ts';
import type { Blocker } from '../model/blocker.ts';
import type { InstallObservation } from '../model/progress.ts';
import type { ActiveOperation, StatusDocument } from '../model/status.ts';
import type { PhaseContext } from './phase-context.ts';

/**
 * Each report stays in the workflow's history. The n-th waits n seconds after the one before, so that a service that goes up
 * and down for three hours makes fewer than 150 of them.
 */
const PACE_MS = 1_000;

export interface Picture {
  /** Tells the workflow what changed, unless nothing did or the last report is too recent. */
  tell(status: StatusDocument, blockers: readonly Blocker[]): Promise<void>;
  /** Tells it what changed, however recent the last report is. */
  finish(status: StatusDocument, blockers: readonly Blocker[]): Promise<void>;
}

/** Gives the teller of one wait: it reports tiers, operations and warnings when they change in a way that people would notice. */
export function createPicture({ ports, report }: Pick<PhaseContext, 'ports' | 'report'>): Picture {
  let told = '';
  let reports = 0;
  let lastAt = Number.NEGATIVE_INFINITY;
  const send = async (status: StatusDocument, blockers: readonly Blocker[]): Promise<void> => {
    const observation = observationOf(status, blockers);
    const essence = essenceOf(observation);
    if (essence === told) return;
    await report(observation, essence);
    told = essence;
    reports += 1;
    lastAt = ports.clock.now().getTime();
  };
  return {
    tell: async (status, blockers) => {
      if (ports.clock.now().getTime() - lastAt >= reports * PACE_MS) await send(status, blockers);
    },
    finish: send,
  };
}

function observationOf(status: StatusDocument, blockers: readonly Blocker[]): InstallObservation {
  return {
    tiers: status.tiers,
    // How long an operation has been going on is for the heartbeat; from `startedAt` everybody can count.
    activeOperations: status.activeOperations.map((operation) => ({ ...operation, elapsedSeconds: null })),
    warnings: blockers
      .filter((blocker) => !stopsLogin(blocker))
      .map((blocker) => ({ ...blocker, severity: 'warning' })),
  };
}

/** Whether people cannot log in because of it; any other blocker is a warning to the install. */
export function stopsLogin({ severity, loginBlocking }: Blocker): boolean {
  return severity === 'error' && loginBlocking;
}

function essenceOf({ tiers, activeOperations = [], warnings = [] }: InstallObservation): string {
  return JSON.stringify([
    Object.entries(tiers ?? {}).map(([name, { ready, status }]) => [name, ready, status]),
    activeOperations.map(operationKey).toSorted(),
    warnings.map(blockerKey).toSorted(),
  ]);
}

function operationKey({ kind, component, image }: ActiveOperation): string {
  return `${kind}/${component}/${image ?? ''}`;
}
