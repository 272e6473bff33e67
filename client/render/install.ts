import type { InstallProgress, PhaseProgress, PhaseState } from '../../model/progress.ts';
import { blockerLines } from './blocker.ts';
import { operationLines } from './operations.ts';
import { presentOf } from './observed-now.ts';
import { advised, call, paint, symbol } from '../terminal/style.ts';
import type { Style, SymbolName, Tone } from '../terminal/style.ts';
import { between, clean, clip, columnsOf, count, cut, glance, hang, pad } from '../terminal/text.ts';

const PHASE_LOOK: Record<PhaseState, { symbol: SymbolName; tone: Tone }> = {
  pending: { symbol: 'pending', tone: 'dim' },
  running: { symbol: 'busy', tone: 'busy' },
  blocked: { symbol: 'failed', tone: 'bad' },
  done: { symbol: 'done', tone: 'good' },
  degraded: { symbol: 'warning', tone: 'warn' },
  cancelled: { symbol: 'stopped', tone: 'dim' },
};

/** Symbol and tone of a phase's state; a state of a newer client is shown by its word alone. */
export function phaseLook(state: PhaseState): { symbol: SymbolName; tone: Tone } {
  return PHASE_LOOK[state] ?? { symbol: 'unknown', tone: 'dim' };
}

const HEADLINES: Record<InstallProgress['state'], { text: string; tone: Tone }> = {
  running: { text: 'installing', tone: 'busy' },
  parked: { text: 'blocked, action required', tone: 'bad' },
  paused: { text: 'paused', tone: 'warn' },
  ready: { text: 'ready to log in', tone: 'good' },
  complete: { text: 'complete', tone: 'good' },
  cancelled: { text: 'cancelled', tone: 'warn' },
};

/** The whole view of an install; `notes` are the client's own. */
export function installLines(
  style: Style,
  progress: InstallProgress,
  now: Date,
  notes: readonly string[] = [],
): string[] {
  const phases = progress.phases.flatMap((phase) => phaseLines(style, phase, progress, now));
  return viewLines(style, progress, now, notes, phases);
}

/** The same for a terminal of so many rows: if the whole does not fit, phases that are over or pending are summed up. */
export function liveLines(
  style: Style,
  progress: InstallProgress,
  now: Date,
  notes: readonly string[],
  rows: number,
): string[] {
  const whole = installLines(style, progress, now, notes);
  if (whole.length <= rows) return whole;
  return clip(style, viewLines(style, progress, now, notes, summedPhases(style, progress, now)), rows);
}

function viewLines(
  style: Style,
  progress: InstallProgress,
  now: Date,
  notes: readonly string[],
  phases: readonly string[],
): string[] {
  return [
    ...headline(style, progress, now),
    '',
    ...phases,
    '',
    ...progress.blockers.flatMap((blocker) => [...blockerLines(style, blocker, presentOf(progress, now)), '']),
    ...warningLines(style, progress),
    ...urlLines(style, progress),
    ...notes.flatMap((note) => hang(style, `${symbol(style, 'bullet')} `, note)),
  ];
}

function summedPhases(style: Style, progress: InstallProgress, now: Date): string[] {
  const { phases } = progress;
  const isCurrent = ({ state }: PhaseProgress): boolean => state === 'running' || state === 'blocked';
  const done = phases.filter(({ state }) => state === 'done' || state === 'degraded').length;
  const pending = phases.filter(({ state }) => state === 'pending').length;
  const sum = (state: PhaseState, text: string): string =>
    ` ${paint(style, phaseLook(state).tone, `${symbol(style, phaseLook(state).symbol)} ${text}`)}`;
  return [
    ...(done > 0 ? [sum('done', `${count(done, 'phase')} done`)] : []),
    ...phases.filter(isCurrent).flatMap((phase) => phaseLines(style, phase, progress, now)),
    ...(pending > 0 ? [sum('pending', `${count(pending, 'phase')} pending`)] : []),
  ];
}

/** The headline: state, site, release, mode, elapsed time. */
export function headline(style: Style, progress: InstallProgress, now: Date): string[] {
  const { text, tone } = HEADLINES[progress.state] ?? { text: clean(progress.state), tone: 'warn' };
  const end = progress.finishedAt ?? now;
  const facts = [
    progress.siteId,
    `node ${progress.nodeIp}`,
    `release ${progress.release.version}${progress.release.channel ? ` (${progress.release.channel})` : ''}`,
    progress.mode,
    between(progress.startedAt, end),
  ].join(` ${symbol(style, 'bullet')} `);
  return hang(style, `${paint(style, tone, text.toUpperCase())}  `, facts);
}

const STATE_WIDTH = 9;
/** Symbol, state, duration and the gaps between them. */
const ROOM_BESIDE_TITLE = 26;

function phaseLines(style: Style, phase: PhaseProgress, progress: InstallProgress, now: Date): string[] {
  const look = phaseLook(phase.state);
  const longest = Math.max(...progress.phases.map(({ title }) => columnsOf(title)));
  const titleWidth = Math.min(longest, Math.max(style.width - ROOM_BESIDE_TITLE, 12));
  const elapsed = phase.since === null ? '' : between(phase.since, phase.finishedAt ?? now);
  const start = ` ${paint(style, look.tone, symbol(style, look.symbol))} ${pad(cut(style, phase.title, titleWidth), titleWidth)}  `;
  const middle = `${pad(paint(style, look.tone, cut(style, clean(phase.state), STATE_WIDTH)), STATE_WIDTH)}  ${pad(elapsed, 8)}`;
  const room = style.width - columnsOf(start) - columnsOf(middle) - 2;
  const detail = room > 8 ? cut(style, clean(phase.detail), room) : '';
  const line = `${start}${middle}  ${paint(style, 'dim', detail)}`.trimEnd();
  if (phase.state !== 'running' && phase.state !== 'blocked') return [line];
  const present = presentOf(progress, now);
  return [
    line,
    ...progress.waits.flatMap((wait) =>
      hang(
        style,
        '     ',
        `waiting for ${clean(wait.what)} for ${between(wait.since, present)}; last seen: ${glance(style, wait.saw)}`,
      ),
    ),
    ...operationLines(progress.activeOperations, present).flatMap((operation) => hang(style, '     ', operation)),
  ];
}

function warningLines(style: Style, { warnings }: InstallProgress): string[] {
  if (warnings.length === 0) return [];
  return [
    ...warnings.flatMap((warning) =>
      hang(
        style,
        paint(style, 'warn', ` ${symbol(style, 'warning')} `),
        `${clean(warning.component)}: ${glance(style, warning.reason)} [${clean(warning.code)}] ${clean(advised(style, warning, 'attended'))}`,
      ),
    ),
    '',
  ];
}

function urlLines(style: Style, { urls, state }: InstallProgress): string[] {
  const login = state === 'ready' || state === 'complete' ? 'Log in: ' : 'Log in, once ready: ';
  return [
    ...(urls.statusUrl === null
      ? []
      : hang(style, 'Status page: ', `${urls.statusUrl} (token: ${call(style, 'token', 'show')})`)),
    ...(urls.loginUrl === null ? [] : hang(style, login, urls.loginUrl)),
  ];
}
