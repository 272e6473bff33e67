import { STATE_WORDS } from '../../model/state-words.ts';
import type { ComponentStatus, RollupState, StatusDocument } from '../../model/status.ts';
import { TIERS, TIER_TITLES } from '../../model/tiers.ts';
import type { InstallThere } from '../../model/render-advice.ts';
import type { TierState } from '../../model/tiers.ts';
import { blockerLines } from './blocker.ts';
import { operationLines } from './operations.ts';
import { presentOf } from './observed-now.ts';
import { advised, paint, symbol } from '../terminal/style.ts';
import type { Style, SymbolName, Tone } from '../terminal/style.ts';
import { between, clean, columnsOf, duration, glance, hang, pad } from '../terminal/text.ts';

interface Look {
  readonly symbol: SymbolName;
  readonly tone: Tone;
}

const ROLLUP_LOOK: Record<RollupState, Look> = {
  installing: { symbol: 'busy', tone: 'busy' },
  ready_to_log_in: { symbol: 'done', tone: 'good' },
  ready_with_background_issues: { symbol: 'warning', tone: 'warn' },
  fully_healthy: { symbol: 'done', tone: 'good' },
  failed_action_required: { symbol: 'failed', tone: 'bad' },
  unknown: { symbol: 'unknown', tone: 'warn' },
};

const TIER_LOOK: Record<TierState['status'], Look> = {
  unknown: { symbol: 'unknown', tone: 'dim' },
  pending: { symbol: 'pending', tone: 'dim' },
  progressing: { symbol: 'busy', tone: 'busy' },
  ready: { symbol: 'done', tone: 'good' },
  degraded: { symbol: 'warning', tone: 'warn' },
  failed: { symbol: 'failed', tone: 'bad' },
};

const COMPONENT_LOOK: Record<ComponentStatus['status'], Look> = {
  ready: { symbol: 'done', tone: 'good' },
  progressing: { symbol: 'busy', tone: 'busy' },
  failed: { symbol: 'failed', tone: 'bad' },
  absent: { symbol: 'pending', tone: 'dim' },
  unknown: { symbol: 'unknown', tone: 'dim' },
};

/** The status document as text: state, next action, causes, then the details. */
export function statusLines(style: Style, document: StatusDocument, at: Date, install: InstallThere): string[] {
  const now = presentOf(document, at);
  const sections = [
    head(style, document, now, install),
    document.topBlockers.flatMap((blocker, index) => [
      ...(index > 0 ? [''] : []),
      ...blockerLines(style, blocker, now, install),
    ]),
    [...tierRows(style, document, now)],
    componentRows(style, document),
    operationRows(style, document, now),
    installRows(style, document, now),
    sourceRows(style, document),
    facts(document),
  ];
  return sections
    .filter((section) => section.length > 0)
    .flatMap((section, index) => (index > 0 ? ['', ...section] : section));
}

/** The first line: the state in words, with symbol and colour. */
export function rollupLine(style: Style, { rollup }: StatusDocument): string {
  const look = ROLLUP_LOOK[rollup.state];
  return paint(style, look.tone, `${symbol(style, look.symbol)} ${STATE_WORDS[rollup.state]}`);
}

function head(style: Style, document: StatusDocument, now: Date, install: InstallThere): string[] {
  const { rollup, siteId, observedAt, stale } = document;
  const age = stale && observedAt !== null ? ` (last seen ${between(observedAt, now)} ago)` : '';
  const first = `${rollupLine(style, document)}  ${paint(style, 'dim', `site ${clean(siteId)}${age}`)}`;
  // The first blocker says the same, with its evidence.
  if (rollup.nextAction !== null && rollup.nextAction === document.topBlockers[0]?.nextAction) return [first];
  return [
    first,
    ...hang(style, '  ', clean(rollup.message)),
    ...(rollup.nextAction === null
      ? []
      : hang(
          style,
          `  ${symbol(style, 'next')} `,
          clean(advised(style, { ...rollup, nextAction: rollup.nextAction }, install)),
        )),
  ];
}

function tierRows(style: Style, { tiers }: StatusDocument, now: Date): string[] {
  const width = Math.max(...TIERS.map((tier) => TIER_TITLES[tier].length));
  return TIERS.flatMap((tier) => {
    const { status, since, message } = tiers[tier];
    const look = TIER_LOOK[status] ?? { symbol: 'unknown', tone: 'dim' };
    const start = `${paint(style, look.tone, symbol(style, look.symbol))} ${pad(TIER_TITLES[tier], width)}  `;
    const state = pad(paint(style, look.tone, status), 11);
    const lasted = since === null ? '0s' : between(since, now);
    // What was seen just now for the first time may be old: no time is shown.
    const rest = [lasted === '0s' ? '' : `for ${lasted}`, message ? clean(message) : ''];
    return hang(style, `${start}${state}  `, rest.filter((part) => part !== '').join(', '));
  });
}

/** Ready components need no line of their own, and if nothing is known one line says so. */
function componentRows(style: Style, { components }: StatusDocument): string[] {
  if (components.every(({ status }) => status === 'unknown')) return [];
  const shown = components.filter(({ status }) => status !== 'ready');
  const width = Math.max(...shown.map(({ title }) => columnsOf(title)), 0);
  return shown.flatMap(({ title, status, ready, desired, message }) => {
    const look = COMPONENT_LOOK[status];
    const counts = ready === null || desired === null ? '' : `${ready}/${desired} `;
    const start = `${paint(style, look.tone, symbol(style, look.symbol))} ${pad(title, width)}  ${pad(status, 11)}  `;
    return hang(style, start, `${counts}${clean(message)}`);
  });
}

function operationRows(style: Style, { activeOperations }: StatusDocument, now: Date): string[] {
  return operationLines(activeOperations, now).flatMap((line) =>
    hang(style, `${paint(style, 'busy', symbol(style, 'busy'))} `, line),
  );
}

function installRows(style: Style, { install }: StatusDocument, now: Date): string[] {
  if (!install) return [];
  const phase = install.phases.find(({ id }) => id === install.phase);
  const done = install.phases.filter(({ state }) => state === 'done' || state === 'degraded').length;
  const title = phase ? `${phase.title} (${phase.state})` : install.phase;
  const isOver = install.state === 'complete' || install.state === 'cancelled';
  return [
    isOver
      ? `Install: ${install.state}, ${done} of ${install.phases.length} phases done`
      : `Install: ${install.state}, ${done} of ${install.phases.length} phases done, now: ${title}`,
    ...install.waits.flatMap((wait) =>
      hang(
        style,
        '  ',
        `waiting for ${clean(wait.what)} for ${between(wait.since, now)}; last seen: ${glance(style, wait.saw)}`,
      ),
    ),
  ];
}

function sourceRows(style: Style, { sources }: StatusDocument): string[] {
  return sources
    .filter(({ stale, error }) => stale || error !== null)
    .flatMap(({ source, error, ageSeconds }) => {
      const age = ageSeconds === null ? null : `last checked ${duration(ageSeconds * 1000)} ago`;
      const words = [age, error === null ? null : clean(error)].filter((one) => one !== null);
      const text = words.length > 0 ? words.join(': ') : 'not checked yet';
      return hang(style, `${paint(style, 'warn', symbol(style, 'warning'))} `, `${source}: ${text}`);
    });
}

function facts({ release, urls }: StatusDocument): string[] {
  const known: [string, string | null][] = [
    [
      'Release',
      release.selectedReleaseVersion &&
        `${release.selectedReleaseVersion}${release.channel ? ` (${release.channel})` : ''}`,
    ],
    ['Alga PSA', urls.loginUrl],
    ['Status page', urls.statusUrl],
  ];
  return known.flatMap(([name, value]) => (value === null ? [] : [`${`${name}:`.padEnd(13)}${clean(value)}`]));
}
