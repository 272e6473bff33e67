import type { PhaseContext } from './phase-context.ts';
import { memory } from './phases/preflight/remember.ts';
import type { ImageAnswer } from './ports/registry.ts';

/** A tag that exists stays; an error may be fixed any minute. */
const remember = memory<ImageAnswer>(({ found }) => (found ? 10 * 60_000 : 30_000));

/** What its registry answers, now or a few minutes ago. */
export function askedImage(context: Pick<PhaseContext, 'ports' | 'signal'>, reference: string): Promise<ImageAnswer> {
  return remember(context, reference, () => context.ports.registry.lookUp(reference, context.signal));
}
