import { adviceOf } from '../model/blocker.ts';
import type { Blocker } from '../model/blocker.ts';
import type { ActiveOperation, StatusDocument } from '../model/status.ts';
import { TIER_TITLES, TIERS, type TierStates } from '../model/tiers.ts';

function minutes(seconds: number | null): string {
  if (seconds === null) return '';
  return seconds < 90 ? ` for ${seconds} s` : ` for ${Math.round(seconds / 60)} min`;
}

function about(sizeBytes: number | null): string {
  if (sizeBytes === null) return '';
  return sizeBytes >= 1e9
    ? ` (about ${(sizeBytes / 1e9).toFixed(1)} GB)`
    : ` (about ${Math.max(1, Math.round(sizeBytes / 1e6))} MB)`;
}

function installing(tiers: TierStates, operations: readonly ActiveOperation[]): StatusDocument['rollup'] {
  const pull =
    operations.find((one) => one.kind === 'image-pull' && one.tier !== 'background') ??
    operations.find((one) => one.kind === 'image-pull');
  const open = TIERS.find((id) => id !== 'background' && !tiers[id].ready);
  const message = pull
    ? `${pull.message} for ${pull.component}${minutes(pull.elapsedSeconds)}${about(pull.sizeBytes)}; ${pull.progressReason ?? ''}.`
    : `${open ? TIER_TITLES[open] : 'The appliance'} is coming up${open && tiers[open].message ? `: ${tiers[open].message}` : ''}.`;
  return { state: 'installing', message, nextAction: null };
}

/** A failure counts only if it keeps people from logging in. If nothing current is known, the rollup says only that. */
export function rollupOf(
  tiers: TierStates,
  blockers: readonly Blocker[],
  operations: readonly ActiveOperation[],
  known: { readonly cluster: boolean; readonly loginAsked: boolean },
): StatusDocument['rollup'] {
  const errors = blockers.filter((one) => one.severity === 'error');
  if (tiers.login.ready) {
    const [first] = blockers;
    const degraded = TIERS.filter((id) => tiers[id].status === 'failed' || tiers[id].status === 'degraded');
    if (tiers.fullHealth.ready && !first)
      return { state: 'fully_healthy', message: 'Everything is running; people can log in.', nextAction: null };
    if (first || degraded.length > 0) {
      const where = first
        ? `${first.component}: ${first.title}`
        : `${degraded.map((id) => TIER_TITLES[id]).join(', ')} need attention`;
      return {
        state: 'ready_with_background_issues',
        message: `People can log in. ${where}.`,
        ...adviceOf(first),
      };
    }
    const open = TIERS.find((id) => !tiers[id].ready);
    return {
      state: 'ready_to_log_in',
      message: `People can log in. ${open ? `${TIER_TITLES[open]} are still coming up.` : ''}`.trim(),
      nextAction: null,
    };
  }
  const blocking = errors.find((one) => one.loginBlocking);
  // That the API does not answer is no finding about the appliance: it only means that nothing is known of it now.
  if (blocking && blocking.code !== 'kubernetes-unreachable') {
    return {
      state: 'failed_action_required',
      message: `${blocking.title}. ${blocking.reason}`,
      ...adviceOf(blocking),
    };
  }
  if (!known.cluster) {
    return {
      state: 'unknown',
      message: blocking ? `${blocking.title}. ${blocking.reason}` : 'The current state of the appliance is unknown.',
      ...adviceOf(blocking),
    };
  }
  const undecided = TIERS.filter((id) => id !== 'background' && tiers[id].status === 'unknown');
  const allElse = tiers.core.ready && tiers.bootstrap.ready;
  if (
    undecided.length === 4 ||
    (tiers.login.status === 'unknown' &&
      (allElse || !known.loginAsked) &&
      undecided.length > 0 &&
      !operations.some((one) => one.tier !== 'background'))
  ) {
    const message = tiers.login.message ?? 'too little of the appliance is known';
    return { state: 'unknown', message: `It is unknown whether people can log in: ${message}.`, nextAction: null };
  }
  return installing(tiers, operations);
}
