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

/** A line for each check with its result; images with the same result share one. */
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

/** The report as text: every check, then the blockers. */
export function reportLines(style: Style, { checks, blockers, warnings }: PreflightReport): string[] {
  return [
    ...checkLines(style, checks),
    ...[...blockers, ...warnings].flatMap((blocker) => ['', ...blockerLines(style, blocker, null)]),
    '',
    blockers.length === 0
      ? 'No blockers found: the install can start. Nothing was touched.'
      : `${count(blockers.length, 'blocker')} to fix before an install. Nothing was touched.`,
  ];
}
