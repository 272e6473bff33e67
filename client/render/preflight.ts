import type { PreflightCheck } from '../../model/preflight.ts';
import type { PreflightReport } from '../../model/workflow-contract.ts';
import { blockerLines } from './blocker.ts';
import { paint, symbol } from '../terminal/style.ts';
import type { Style, SymbolName, Tone } from '../terminal/style.ts';
import { clean, columnsOf, count, hang, pad } from '../terminal/text.ts';

const LOOK: Record<PreflightCheck['result'], { symbol: SymbolName; tone: Tone }> = {
  passed: { symbol: 'done', tone: 'good' },
  failed: { symbol: 'failed', tone: 'bad' },
  warning: { symbol: 'warning', tone: 'warn' },
  skipped: { symbol: 'pending', tone: 'dim' },
};

/** Takes checks, gives a line for each with its answer; images of which the same is to be said share one. */
export function checkLines(style: Style, asked: readonly PreflightCheck[]): string[] {
  const checks = imagesTogether(asked);
  const width = Math.max(...checks.map(({ title }) => columnsOf(title)), 0);
  return checks.flatMap(({ title, result, detail }) => {
    const look = LOOK[result] ?? { symbol: 'unknown', tone: 'dim' };
    const start = `${paint(style, look.tone, symbol(style, look.symbol))} ${pad(title, width)}  `;
    return hang(style, `${start}${pad(paint(style, look.tone, clean(result)), 7)}  `, clean(detail));
  });
}

function imagesTogether(checks: readonly PreflightCheck[]): PreflightCheck[] {
  const alike = Map.groupBy(checks, ({ id, group, result, detail }) =>
    group === 'images' ? `${result} ${detail}` : id,
  );
  return [...alike.values()].flatMap(([first, ...others]) => {
    if (!first || others.length === 0) return first ?? [];
    const names = [first, ...others].map(({ id }) => id.replace(/^image-/, '')).join(', ');
    return { ...first, title: `${others.length + 1} images`, detail: `${first.detail} (${names})` };
  });
}

/** Takes a preflight report, gives it as a person reads it: every check, then what stands in the way. */
export function reportLines(style: Style, { checks, blockers, warnings }: PreflightReport): string[] {
  return [
    ...checkLines(style, checks),
    ...[...blockers, ...warnings].flatMap((blocker) => ['', ...blockerLines(style, blocker, null)]),
    '',
    blockers.length === 0
      ? 'Nothing stands in the way of an install. Nothing was touched.'
      : `${count(blockers.length, 'thing')} to put right first. Nothing was touched.`,
  ];
}
