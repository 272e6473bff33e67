import { advise, client } from '../model/advice.ts';
import { anywhere, renderAdvice } from '../model/render-advice.ts';
import { adviceOf, blockerKey } from '../model/blocker.ts';
import type { Blocker } from '../model/blocker.ts';
import type { InstallProgress } from '../model/progress.ts';
import type { StatusDocument } from '../model/status.ts';
import { TIER_TITLES, TIERS } from '../model/tiers.ts';
import type { TierStates } from '../model/tiers.ts';
import type { InstallReading } from './inputs.ts';

/**
 * Adds what only the install knows (what blocks it before there is a cluster), and what it last saw if the cluster
 * itself cannot be asked.
 */
export function withInstall(status: StatusDocument, reading: InstallReading): StatusDocument {
  const { progress: install, unread, isOnlyEye } = reading;
  if (!install) return unread === null ? status : { ...status, sources: [...status.sources, unreadSource(unread)] };
  const over = isOver(install);
  const asked = status.sources.filter(({ source }) => !(isOnlyEye && source === 'kubernetes'));
  const clusterIsSeen = TIERS.some((tier) => status.tiers[tier].status !== 'unknown');
  const known = clusterIsSeen || (over && !isOnlyEye);
  const tiers = known ? status.tiers : knownTiers(status.tiers, install.tiers);
  // What stood in the way of an install that is over stands in the way of nothing.
  const blockers = withMissing(status.topBlockers, [
    ...(over ? [] : install.blockers),
    ...(known ? [] : install.warnings.filter(({ tier }) => tier === 'background')),
  ]);
  const rollup = rollupWith(status, install, tiers, blockers, { clusterIsSeen, isOnlyEye });
  return {
    ...status,
    // How old the install's own word is decides next.
    stale: rollup === status.rollup ? status.stale : false,
    sources: [...asked, sourceOf(install, reading)],
    install: installPart(install),
    tiers,
    topBlockers: blockers,
    activeOperations: known ? status.activeOperations : install.activeOperations,
    rollup,
  };
}

/** Nothing more is to come of it. */
export function isOver({ state }: InstallProgress): boolean {
  return state === 'complete' || state === 'cancelled';
}

/** An install that cannot be read is a source that says why. */
function unreadSource(error: string): StatusDocument['sources'][number] {
  return { source: 'install', observedAt: null, stale: true, ageSeconds: null, error, partial: false };
}

/** An install whose own code fails says nothing new, and what it said is no longer what is there now. */
function sourceOf(install: InstallProgress, { failing }: InstallReading): StatusDocument['sources'][number] {
  return {
    source: 'install',
    observedAt: newestOf(install),
    stale: failing !== null,
    ageSeconds: null,
    error: failing,
    partial: false,
  };
}

/** The memo changes with the picture, the waits with every look. */
function newestOf({ updatedAt, waits }: InstallProgress): string {
  return waits.reduce((newest, { seenAt }) => (seenAt > newest ? seenAt : newest), updatedAt);
}

function installPart(install: InstallProgress): StatusDocument['install'] {
  return {
    state: install.state,
    phase: install.phase,
    phases: install.phases.map(({ id, title, state, since, finishedAt, detail }) => ({
      id,
      title,
      state,
      since,
      finishedAt,
      detail,
    })),
    waits: install.waits.map(({ what, saw, since }) => ({ what, saw, since })),
    startedAt: install.startedAt,
  };
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
  { clusterIsSeen, isOnlyEye }: { readonly clusterIsSeen: boolean; readonly isOnlyEye: boolean },
): StatusDocument['rollup'] {
  const [blocker] = install.blockers;
  if (install.state === 'parked' && blocker && !tiers.login.ready)
    return {
      state: 'failed_action_required',
      message: `${blocker.title}. ${blocker.reason}`,
      ...adviceOf(blocker),
    };
  if (clusterIsSeen && (status.rollup.state !== 'unknown' || status.rollup.lastSeen)) return status.rollup;
  switch (install.state) {
    case 'running':
    case 'parked':
      return { state: 'installing', message: doingNow(install), nextAction: null };
    case 'paused':
      return {
        state: 'installing',
        message: 'The install is paused.',
        nextAction: renderAdvice(resume, anywhere(install.siteId)),
        advice: resume,
      };
    case 'ready':
      return usable(tiers, blockers);
    case 'complete':
      if (isOnlyEye) return usable(tiers, blockers);
      return {
        state: 'unknown',
        message: `The install completed at ${install.finishedAt ?? install.updatedAt}; the appliance cannot be reached from this machine now.`,
        nextAction: status.rollup.nextAction,
        ...(status.rollup.advice && { advice: status.rollup.advice }),
      };
    default:
      return {
        state: 'unknown',
        message: `The install is ${install.state}; the appliance cannot be reached from this machine.`,
        nextAction: status.rollup.nextAction,
        ...(status.rollup.advice && { advice: status.rollup.advice }),
      };
  }
}

const resume = [...advise`To continue: ${client('resume')}.`];

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
      : `Check: ${ill.map((tier) => TIER_TITLES[tier]).join(', ')}`;
    return {
      state: 'ready_with_background_issues',
      message: `People can log in. ${where}.`,
      ...adviceOf(first),
    };
  }
  const open = TIERS.filter((tier) => !tiers[tier].ready);
  if (open.length === 0)
    return { state: 'fully_healthy', message: 'Everything is running; people can log in.', nextAction: null };
  const coming = open.filter((tier) => tiers[tier].status !== 'unknown').map((tier) => TIER_TITLES[tier]);
  const rest =
    coming.length > 0
      ? `Still coming up: ${coming.join(', ')}.`
      : 'The state of everything else is unknown from this machine.';
  return { state: 'ready_to_log_in', message: `People can log in. ${rest}`, nextAction: null };
}
