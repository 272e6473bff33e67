import type { PhaseContext } from '../../phase-context.ts';

/** Returns a remembered answer, or asks. */
export type Memory<T> = (context: Pick<PhaseContext, 'ports'>, question: string, ask: () => Promise<T>) => Promise<T>;

/**
 * For answers of servers that belong to others. A parked preflight re-checks every few seconds, all night if
 * necessary; registries and Git servers are not asked as often.
 */
export function memory<T>(holdsMs: (answer: T) => number): Memory<T> {
  const byWorld = new WeakMap<object, Map<string, { readonly until: number; readonly answer: T }>>();
  return async ({ ports }, question, ask) => {
    const answers = byWorld.get(ports) ?? new Map<string, { readonly until: number; readonly answer: T }>();
    byWorld.set(ports, answers);
    const known = answers.get(question);
    if (known && ports.clock.now().getTime() < known.until) return known.answer;
    const answer = await ask();
    answers.set(question, { answer, until: ports.clock.now().getTime() + holdsMs(answer) });
    return answer;
  };
}
