import { blockerKey } from '../model/blocker.ts';
import type { Blocker } from '../model/blocker.ts';
import type { InstallProgress } from '../model/progress.ts';
import type { StatusDocument } from '../model/status.ts';
import { TIER_TITLES, TIERS } from '../model/tiers.ts';
import type { TierStates } from '../model/tiers.ts';

export interface InstallOptions {
  readonly now: Date;
  /**
   * True where the appliance can only be seen through its install, as a simulated one: what that saw last then counts as the
   * present, even after its end.
   */
  readonly lastSeenIsNow: boolean;
}

/** An install that has told nothing for longer than this has no worker; two missed heartbeats of a waiting step. */
const STALE_AFTER_S = 120;

/**
 * Takes the status of the appliance and the progress of its install, gives the status with what only the install knows: what
 * stands in its way before there is a cluster, and what it last saw where the cluster itself cannot be asked.
 */
export function withInstall(
  status: StatusDocument,
  install: InstallProgress | null,
  options: InstallOptions,
): StatusDocument {
  if (!install) return status;
  const isOver = install.state === 'complete' || install.state === 'cancelled';
  const asked = status.sources.filter(({ source }) => !(options.lastSeenIsNow && source === 'kubernetes'));
  const sources = [...asked, sourceOf(install, options.now, isOver)];
  const clusterIsSeen = TIERS.some((tier) => status.tiers[tier].status !== 'unknown');
  const known = clusterIsSeen || (isOver && !options.lastSeenIsNow);
  const tiers = known ? status.tiers : knownTiers(status.tiers, install.tiers);
  // What stood in the way of an install that is over stands in the way of nothing.
  const blockers = withMissing(status.topBlockers, [
    ...(isOver ? [] : install.blockers),
    ...(known ? [] : install.warnings.filter(({ tier }) => tier === 'background')),
  ]);
  return {
    ...status,
    sources,
    tiers,
    topBlockers: blockers,
    activeOperations: known ? status.activeOperations : install.activeOperations,
    rollup: rollupWith(status, install, tiers, blockers, clusterIsSeen, options),
  };
}

function sourceOf(install: InstallProgress, now: Date, isOver: boolean): StatusDocument['sources'][number] {
  const ageSeconds = Math.max(0, Math.round((now.getTime() - new Date(newestOf(install)).getTime()) / 1000));
  return {
    source: 'install',
    observedAt: newestOf(install),
    stale: !isOver && ageSeconds > STALE_AFTER_S,
    ageSeconds,
    error: null,
  };
}

/** The memo changes with the picture, the waits with every look. */
function newestOf({ updatedAt, waits }: InstallProgress): string {
  return waits.reduce((newest, { seenAt }) => (seenAt > newest ? seenAt : newest), updatedAt);
}

function knownTiers(seen: TierStates, told: TierStates): TierStates {
  const pick = (tier: keyof TierStates) => (seen[tier].status === 'unknown' ? told[tier] : seen[tier]);
  return {
    platform: pick('platform'),
    core: pick('core'),
    bootstrap: pick('bootstrap'),
    login: pick('login'),
    background: pick('background'),
    fullHealth: pick('fullHealth'),
  };
}

function withMissing(found: readonly Blocker[], told: readonly Blocker[]): Blocker[] {
  const known = new Set(found.map(blockerKey));
  return [...found, ...told.filter((blocker) => !known.has(blockerKey(blocker)))];
}

function rollupWith(
  status: StatusDocument,
  install: InstallProgress,
  tiers: TierStates,
  blockers: readonly Blocker[],
  clusterIsSeen: boolean,
  { lastSeenIsNow }: InstallOptions,
): StatusDocument['rollup'] {
  const [blocker] = install.blockers;
  if (install.state === 'parked' && blocker && !tiers.login.ready)
    return {
      state: 'failed_action_required',
      message: `${blocker.title}. ${blocker.reason}`,
      nextAction: blocker.nextAction,
    };
  if (clusterIsSeen && status.rollup.state !== 'unknown') return status.rollup;
  switch (install.state) {
    case 'running':
    case 'parked':
      return { state: 'installing', message: doingNow(install), nextAction: null };
    case 'paused':
      return {
        state: 'installing',
        message: 'The install is paused.',
        nextAction: 'Run `appliance-client resume` to go on.',
      };
    case 'ready':
      return usable(tiers, blockers);
    case 'complete':
      if (lastSeenIsNow) return usable(tiers, blockers);
      return {
        state: 'unknown',
        message: `The install was completed at ${install.finishedAt ?? install.updatedAt}; the appliance cannot be seen from here now.`,
        nextAction: status.rollup.nextAction,
      };
    default:
      return {
        state: 'unknown',
        message: `The install is ${install.state}, and the appliance cannot be seen from here.`,
        nextAction: status.rollup.nextAction,
      };
  }
}

function doingNow({ phase, phases, waits }: InstallProgress): string {
  const title = phases.find(({ id }) => id === phase)?.title ?? phase;
  const [wait] = waits;
  return wait ? `${title}: waiting for ${wait.what}.` : `${title}.`;
}

/** The install's own word that people can log in says nothing of the tiers beside the login: they must be ready themselves. */
function usable(tiers: TierStates, blockers: readonly Blocker[]): StatusDocument['rollup'] {
  const [first] = blockers;
  const ill = TIERS.filter((tier) => tiers[tier].status === 'failed' || tiers[tier].status === 'degraded');
  if (first || ill.length > 0) {
    const where = first
      ? `${first.component}: ${first.title}`
      : `To be looked at: ${ill.map((tier) => TIER_TITLES[tier]).join(', ')}`;
    return {
      state: 'ready_with_background_issues',
      message: `People can log in. ${where}.`,
      nextAction: first?.nextAction ?? null,
    };
  }
  const open = TIERS.filter((tier) => !tiers[tier].ready);
  if (open.length === 0)
    return { state: 'fully_healthy', message: 'Everything runs; people can log in.', nextAction: null };
  const coming = open.filter((tier) => tiers[tier].status !== 'unknown').map((tier) => TIER_TITLES[tier]);
  const rest = coming.length > 0 ? `Still coming up: ${coming.join(', ')}.` : 'Of all else nothing is known from here.';
  return { state: 'ready_to_log_in', message: `People can log in. ${rest}`, nextAction: null };
}
