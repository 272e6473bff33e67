import type { Open } from '../../model/objects.ts';
import { PHASES } from '../../model/phases.ts';
import type { PhaseId } from '../../model/phases.ts';
import type { StatusDocument } from '../../model/status.ts';
import { TIER_TITLES, TIERS } from '../../model/tiers.ts';

/** What the appliance is at, for how long, and what that waits for. */
export interface CurrentStep {
  readonly title: string;
  readonly state: 'running' | 'blocked';
  readonly since: string | null;
  readonly waitsFor: readonly { readonly what: string; readonly saw: string; readonly since: string | null }[];
}

const IDLE_INSTALLS: readonly string[] = ['complete', 'cancelled', 'ready'];

function ofInstall({ install }: StatusDocument): CurrentStep | null {
  if (install === null || IDLE_INSTALLS.includes(install.state)) return null;
  const phase = install.phases.find(({ id }) => id === install.phase);
  if (!phase) return null;
  const detail = { what: phase.detail, saw: '', since: null };
  return {
    title: phase.title,
    state: phase.state === 'blocked' || install.state === 'parked' ? 'blocked' : 'running',
    since: phase.since,
    waitsFor: install.waits.length > 0 ? install.waits : phase.detail ? [detail] : [],
  };
}

/**
 * The phase of the install if one is known, else the first tier that is not ready. Null when everything is ready, or
 * when nothing is known.
 */
export function currentStep(document: StatusDocument): CurrentStep | null {
  const installing = ofInstall(document);
  if (installing !== null) return installing;
  const { rollup, tiers } = document;
  if (rollup.state === 'fully_healthy' || rollup.state === 'unknown') return null;
  const tier = TIERS.find((id) => !tiers[id].ready);
  if (tier === undefined) return null;
  const state = tiers[tier];
  return {
    title: TIER_TITLES[tier],
    state: state.status === 'failed' || state.status === 'degraded' ? 'blocked' : 'running',
    since: state.since,
    waitsFor: state.message === undefined ? [] : [{ what: state.message, saw: '', since: null }],
  };
}

/**
 * The phase that an install is in, or would be in by the state of the appliance. Null when everything is ready, or
 * when it is unknown: a platform that is not ready does not show how far its install is.
 */
export function currentPhase(document: StatusDocument): Open<PhaseId> | null {
  const { install, rollup, tiers } = document;
  if (install !== null) return ['complete', 'cancelled'].includes(install.state) ? null : install.phase;
  if (rollup.state === 'fully_healthy' || rollup.state === 'unknown') return null;
  const open = TIERS.find((tier) => !tiers[tier].ready);
  return PHASES.find(({ id }) => id === open)?.id ?? null;
}
