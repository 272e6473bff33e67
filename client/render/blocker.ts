import { RECHECKS, RETRY, advise, knownIn, saysHowToContinue } from '../../model/advice.ts';
import type { Advice } from '../../model/advice.ts';
import type { Blocker } from '../../model/blocker.ts';
import { anywhere, renderAdvice } from '../../model/render-advice.ts';
import type { InstallThere } from '../../model/render-advice.ts';
import { advised, paint, symbol } from '../terminal/style.ts';
import type { Style } from '../terminal/style.ts';
import { between, clean, columnsOf, count, glance, hang, sentence, wrap } from '../terminal/text.ts';

/** How the install continues, if the advice does not say it. */
const CONTINUES: Record<Blocker['retry'], Advice> = {
  automatic: advise`${RECHECKS}`,
  'after-change': advise`After the change: ${RETRY}.`,
  manual: advise`When done: ${RETRY}.`,
};

/** How many messages are shown; the document has all of them. */
const SEEN = 4;

/**
 * What is wrong, its evidence, and what to do. `now` is null for what was found by a check that is over; `install` decides what there
 * is to do.
 */
export function blockerLines(
  style: Style,
  blocker: Blocker,
  now: Date | null,
  install: InstallThere = now === null ? 'check' : 'attended',
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
    ...hang(style, `  ${symbol(style, 'next')} `, clean(advised(style, blocker, install))).map((line) =>
      paint(style, 'strong', line),
    ),
    ...continuation(style, blocker, install),
  ];
}

/** The times of a simulated appliance may be ahead of this machine's clock. */
function newest({ evidence }: Blocker, now: Date): Date {
  const seen = evidence.flatMap(({ at }) => (at === null ? [] : [new Date(at).getTime()]));
  return new Date(Math.max(now.getTime(), ...seen));
}

/** How the install continues, unless none is open, or the advice says it. */
function continuation(style: Style, { advice, retry }: Blocker, install: InstallThere): string[] {
  if (install !== 'attended' && install !== 'unattended') return [];
  const known = knownIn(advice);
  const how = CONTINUES[retry];
  if (how === undefined || (known && saysHowToContinue(known))) return [];
  return hang(
    style,
    '  ',
    clean(advised(style, { advice: how, nextAction: renderAdvice(how, anywhere(null, install)) }, install)),
  );
}

function dim(style: Style, lines: readonly string[]): string[] {
  return lines.map((line) => paint(style, 'dim', line));
}
