import type { ExplanationGraph } from '../../diagnosis/index.ts';
import type { Blocker } from '../../model/blocker.ts';
import { paint, symbol } from '../terminal/style.ts';
import type { Style } from '../terminal/style.ts';
import { clean, hang } from '../terminal/text.ts';

/** Which signal led to which cause, what followed from it, and what was ruled out. `told`: the blockers that are shown above. */
export function explanationLines(
  style: Style,
  { signals, causes, ruledOut }: ExplanationGraph,
  told: readonly Blocker[] = [],
): string[] {
  const byId = new Map(signals.map((signal) => [signal.id, signal]));
  const seen = (ids: readonly string[], indent: string): string[] =>
    ids.flatMap((id, index) => {
      const signal = byId.get(id);
      if (!signal) return [];
      const times = signal.count > 1 ? ` (${signal.count} times)` : '';
      // The first signal decided; the others stand beside it.
      return hang(
        style,
        `${indent}${index === 0 ? 'shown by' : 'also seen'}: `,
        `${signal.object} ${signal.reason}${times}: ${clean(signal.message)}`,
      );
    });
  return [
    paint(style, 'strong', headOf(causes.length, told.length)),
    ...causes.flatMap((cause) => [
      ...hang(style, `${symbol(style, 'failed')} `, `${cause.blocker.title} [${cause.id}] at ${cause.object}`),
      ...seen(cause.signals, '  '),
      ...cause.consequences.flatMap((consequence) => [
        ...hang(
          style,
          `  ${symbol(style, 'next')} `,
          `explains ${consequence.object} [${consequence.code}]: ${clean(consequence.why)}`,
        ),
        ...seen(consequence.signals, '    '),
      ]),
    ]),
    ...(ruledOut.length > 0 ? ['', paint(style, 'strong', 'Ruled out')] : []),
    ...ruledOut.flatMap(({ object, message, why }) =>
      hang(style, `${symbol(style, 'bullet')} `, `${object}: ${clean(message)} (${clean(why)})`),
    ),
  ];
}

/** Blockers from before there was a cluster are reported by the install, and not derived from anything in a cluster. */
function headOf(found: number, told: number): string {
  if (found > 0) return 'Causes, and how they were found';
  return told > 0
    ? 'The install itself reported the blockers above; nothing in the cluster points to them.'
    : 'No cause found.';
}
