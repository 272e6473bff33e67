import type { Blocker } from '../../model/blocker.ts';
import { blockerKey } from '../../model/blocker.ts';
import type { InstallProgress, PhaseProgress } from '../../model/progress.ts';
import { TIERS, TIER_TITLES } from '../../model/tiers.ts';
import { blockerLines } from './blocker.ts';
import { phaseLook } from './install.ts';
import { begunLines, operationLines } from './operations.ts';
import { presentOf } from './observed-now.ts';
import { call, paint, symbol } from '../terminal/style.ts';
import type { Style } from '../terminal/style.ts';
import { between, clean, glance } from '../terminal/text.ts';

/**
 * A line for each thing that changed between two states of an install (`before` is null at the first), as a pipe or a log shows it.
 * Two equal states give nothing.
 */
export function changeLines(style: Style, before: InstallProgress | null, after: InstallProgress, now: Date): string[] {
  const present = presentOf(after, now);
  return [
    ...after.phases.flatMap((phase) => phaseChange(style, old(before, phase), phase, now)),
    ...tierChanges(before, after),
    ...waitChanges(style, before, after),
    ...operationChanges(before, after, present),
    ...added(before?.warnings ?? [], after.warnings).map(
      (warning) => `warning: ${clean(warning.component)}: ${glance(style, warning.reason)} [${warning.code}]`,
    ),
    ...blockerChanges(style, before, after, present),
    ...stateChange(style, before, after),
  ];
}

function old(before: InstallProgress | null, phase: PhaseProgress): PhaseProgress | undefined {
  return before?.phases.find(({ id }) => id === phase.id);
}

function phaseChange(style: Style, before: PhaseProgress | undefined, phase: PhaseProgress, now: Date): string[] {
  if (phase.state === (before?.state ?? 'pending')) return [];
  const look = phaseLook(phase.state);
  const took =
    phase.finishedAt === null || phase.since === null ? '' : ` in ${between(phase.since, phase.finishedAt ?? now)}`;
  const detail = phase.detail === '' ? '' : `: ${glance(style, phase.detail)}`;
  return [
    `${paint(style, look.tone, `${symbol(style, look.symbol)} ${clean(phase.id)} ${clean(phase.state)}`)}${took}${detail}`,
  ];
}

function tierChanges(before: InstallProgress | null, after: InstallProgress): string[] {
  return TIERS.filter((tier) => after.tiers[tier].status !== (before?.tiers[tier].status ?? 'unknown')).map(
    (tier) => `${TIER_TITLES[tier]}: ${after.tiers[tier].status}`,
  );
}

function waitChanges(style: Style, before: InstallProgress | null, after: InstallProgress): string[] {
  // A parked step checks again and again: what it waits for in between is not news, its blocker is.
  if (after.state === 'parked') return [];
  const known = new Set(before?.waits.map((wait) => wait.what));
  return after.waits
    .filter((wait) => !known.has(wait.what))
    .map((wait) => `waiting for ${clean(wait.what)}; last seen: ${glance(style, wait.saw)}`);
}

function operationChanges(before: InstallProgress | null, after: InstallProgress, now: Date): string[] {
  const known = new Set(before?.activeOperations.map(operationKey));
  const begun = after.activeOperations.filter((operation) => !known.has(operationKey(operation)));
  return begunLines(begun, now);
}

function operationKey({ kind, object, image }: InstallProgress['activeOperations'][number]): string {
  return `${kind}/${object}/${image ?? ''}`;
}

function added(before: readonly Blocker[], after: readonly Blocker[]): Blocker[] {
  const known = new Set(before.map(blockerKey));
  return after.filter((blocker) => !known.has(blockerKey(blocker)));
}

function blockerChanges(style: Style, before: InstallProgress | null, after: InstallProgress, now: Date): string[] {
  const gone = added(after.blockers, before?.blockers ?? []);
  return [
    ...gone.map((blocker) => `resolved: ${clean(blocker.title)} [${blocker.code}]`),
    ...added(before?.blockers ?? [], after.blockers).flatMap((blocker) => blockerLines(style, blocker, now)),
  ];
}

function stateChange(style: Style, before: InstallProgress | null, after: InstallProgress): string[] {
  if (before?.state === after.state) return [];
  const login = before?.state === 'ready' ? [] : [`LOGIN_READY ${after.urls.loginUrl ?? ''}`.trimEnd()];
  switch (after.state) {
    case 'ready':
      return login;
    case 'complete':
      return [...login, 'the install is complete'];
    case 'paused':
      return [`the install is paused; to continue: ${call(style, 'resume')}`];
    case 'cancelled':
      return ['the install is cancelled'];
    default:
      return [];
  }
}

/** What the install waits for and for how long: the line that breaks a silence. */
export function heartbeatLine(style: Style, progress: InstallProgress, now: Date): string {
  const phase = progress.phases.find(({ id }) => id === progress.phase);
  const present = presentOf(progress, now);
  const wait = progress.waits[0];
  const [operation] = operationLines(progress.activeOperations, present);
  const [blocker] = progress.blockers;
  if (progress.state === 'parked' && blocker)
    return `${progress.phase}: blocked for ${between(blocker.since, present)}: ${clean(blocker.title)} [${blocker.code}], ${clean(blocker.component)}`;
  const elapsed = phase?.since ? ` for ${between(phase.since, now)}` : '';
  if (wait)
    return `${progress.phase}: still waiting for ${clean(wait.what)} for ${between(wait.since, present)}; last seen: ${glance(style, wait.saw)}`;
  if (operation) return `${progress.phase}: ${operation}`;
  return `${progress.phase}: ${phase?.state ?? progress.state}${elapsed}${phase?.detail ? `: ${glance(style, phase.detail)}` : ''}`;
}
