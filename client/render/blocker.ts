import type { Blocker } from '../../model/blocker.ts';
import { onceChecked } from './once-installed.ts';
import { call, paint, symbol } from '../terminal/style.ts';
import type { Style } from '../terminal/style.ts';
import { between, clean, columnsOf, count, glance, hang, sentence, wrap } from '../terminal/text.ts';

const RETRY: Record<Blocker['retry'], (retry: string) => string> = {
  automatic: () => 'The installer looks again by itself and goes on when the cause is gone.',
  'after-change': (retry) => `When you have changed it: ${retry} looks again at once.`,
  manual: (retry) => `It needs a person: when it is done, run ${retry}.`,
};

/** How many messages are shown: the first tell what was met, all of them stand in the document. */
const SEEN = 4;

/**
 * Takes a blocker and the present time, gives the lines in which a person reads what is wrong, what shows it, and what to do;
 * `now` is null for what was found by a check that is over. Where no installer looks at it again, nobody is told that it does.
 */
export function blockerLines(
  style: Style,
  blocker: Blocker,
  now: Date | null,
  isLookedAt: boolean = now !== null,
): string[] {
  const isError = blocker.severity === 'error';
  const mark = symbol(style, isError ? 'failed' : 'warning');
  const effect = blocker.loginBlocking ? 'blocks login' : 'does not block login';
  const tone = isError ? 'bad' : 'warn';
  const title = `${mark} ${clean(blocker.title)}`;
  const facts = `[${clean(blocker.code)}] ${clean(blocker.component)}, ${effect}${now ? `, for ${between(blocker.since, newest(blocker, now))}` : ''}`;
  const fits = columnsOf(title) + 2 + columnsOf(facts) <= style.width;
  return [
    ...(fits
      ? [`${paint(style, tone, title)}  ${paint(style, 'dim', facts)}`]
      : [...wrap(title, style.width).map((line) => paint(style, tone, line)), ...dim(style, hang(style, '  ', facts))]),
    ...hang(style, '  ', sentence(style, blocker.reason)),
    ...blocker.evidence
      .slice(0, SEEN)
      .flatMap(({ object, message }) => dim(style, hang(style, '  seen: ', glance(style, `${object}: ${message}`)))),
    ...(blocker.evidence.length > SEEN
      ? dim(
          style,
          hang(style, '  ', `and ${count(blocker.evidence.length - SEEN, 'more message')}, all in \`-o json\``),
        )
      : []),
    ...hang(
      style,
      `  ${symbol(style, 'next')} `,
      clean(now ? blocker.nextAction : onceChecked(blocker.nextAction)),
    ).map((line) => paint(style, 'strong', line)),
    ...(!isLookedAt || saysHow(blocker) ? [] : hang(style, '  ', RETRY[blocker.retry]?.(call(style, 'retry')) ?? '')),
  ];
}

/** What a simulated appliance showed may be ahead of this machine's clock. */
function newest({ evidence }: Blocker, now: Date): Date {
  const seen = evidence.flatMap(({ at }) => (at === null ? [] : [new Date(at).getTime()]));
  return new Date(Math.max(now.getTime(), ...seen));
}

/** Whether the next action itself says how the install goes on. */
function saysHow({ nextAction }: Blocker): boolean {
  return /looks? again by itself|appliance-client retry|goes on by itself|keeps looking/.test(nextAction);
}

function dim(style: Style, lines: readonly string[]): string[] {
  return lines.map((line) => paint(style, 'dim', line));
}
