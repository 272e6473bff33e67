import { imageOf } from '../../model/vendor-images.ts';
import type { PhaseOutcome } from '../../model/workflow-contract.ts';
import type { Look } from '../appliance-look.ts';
import type { PhaseContext } from '../phase-context.ts';
import { awaitTier } from '../tier-wait.ts';

/** One good answer may be the old pod's last: the login page must hold for this long (docs/decisions.md, D27). */
const STABLE_MS = 30_000;

/** Waits until people can log in, with the image that was asked for, and until it stays so. */
export async function awaitLogin(context: PhaseContext): Promise<PhaseOutcome> {
  const { spec, ports } = context;
  const { tag } = imageOf(spec, 'algaCore');
  await awaitTier(context, {
    tier: 'login',
    what: `people to be able to log in at ${spec.appUrl}`,
    stableMs: STABLE_MS,
    missing: (look) => otherImage(look, tag),
  });
  return {
    did: 'acted',
    detail: `People can log in at ${spec.appUrl}`,
    facts: { loginReadyAt: ports.clock.now().toISOString() },
  };
}

/** The login page of the version before answers just as well. */
function otherImage({ status }: Look, tag: string): string | null {
  const image = status.components.find(({ name }) => name === 'alga-core')?.image ?? null;
  if (image === null || image.split('@')[0]?.endsWith(`:${tag}`)) return null;
  return `the application runs ${image}, but the tag ${tag} is wanted`;
}
