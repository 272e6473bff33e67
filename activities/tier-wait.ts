import type { FluxState } from '../kubernetes/flux-state.ts';
import { fluxState } from '../kubernetes/flux-state.ts';
import { FLUX } from '../model/appliance.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Blocker } from '../model/blocker.ts';
import type { TierId } from '../model/tiers.ts';
import { lookAtAppliance } from './appliance-look.ts';
import type { Look } from './appliance-look.ts';
import { watchAppliance } from './appliance-watch.ts';
import { createMender } from './auto-repair.ts';
import type { Mender } from './auto-repair.ts';
import { Blocked } from './blocked.ts';
import { openCluster } from './cluster.ts';
import type { PhaseContext } from './phase-context.ts';
import { createPicture, stopsLogin } from './picture.ts';
import type { Cluster } from './ports/kubernetes.ts';
import { isOutage } from './wait.ts';

const STABLE_LOOK_MS = 1_000;

export interface TierWait {
  /** For people: `database, Redis and PgBouncer to be ready`. */
  readonly what: string;
  readonly tier: TierId;
  /** What is missing besides the tier itself, in words; null when nothing is. */
  readonly missing?: (look: Look) => string | null;
  /** For how long it must stay so before it counts. */
  readonly stableMs?: number;
}

/**
 * Waits until a tier is ready and gives the look that said so. Ends at once with Blocked when something keeps people from
 * logging in; what does not is told as a warning and waits for its own phase.
 */
export async function awaitTier(context: PhaseContext, { what, tier, missing, stableMs = 0 }: TierWait): Promise<Look> {
  const { clock } = context.ports;
  const cluster = await openCluster(context);
  const picture = createPicture(context);
  const mend = createMender(context, cluster);
  let readySince: number | null = null;
  // Once ready, time alone decides: the end of the stable time is not to be missed.
  const hurryMs = (): number => (readySince === null ? Number.POSITIVE_INFINITY : STABLE_LOOK_MS);
  for await (const look of watchAppliance(context, cluster, { what, hurryMs })) {
    const { status, blockers } = look;
    const lacks = status.tiers[tier].ready ? (stale(context, look.snapshot) ?? missing?.(look) ?? null) : '';
    if (lacks === null) {
      readySince ??= clock.now().getTime();
      const stable = clock.now().getTime() - readySince;
      if (stable >= stableMs) {
        await picture.finish(status, blockers);
        return look;
      }
      context.see(what, `ready for ${Math.floor(stable / 1000)} s of ${stableMs / 1000} s`, status.activeOperations);
      await picture.tell(status, blockers);
      continue;
    }
    readySince = null;
    if ((await mend(look)).some(stopsLogin)) {
      const sure = await lookAgain(context, cluster, look, mend);
      if (sure === null) continue;
      await picture.finish(sure.status, sure.blockers);
      throw new Blocked(sure.left);
    }
    await context.clear();
    await picture.tell(status, blockers);
    context.see(what, lacks || saw(look, tier), status.activeOperations);
  }
  throw new Error(`the wait for ${what} ended without a result`);
}

/**
 * A watch may be behind (a laptop that has just woken up, an answer of the login page that was asked for before). So what would
 * stop the install is looked for once more, in what is there now; null when it is gone.
 */
async function lookAgain(
  context: PhaseContext,
  cluster: Cluster,
  { status }: Look,
  mend: Mender,
): Promise<(Look & { readonly left: readonly Blocker[] }) | null> {
  try {
    const look = await lookAtAppliance(context, cluster, status);
    const left = (await mend(look)).filter(stopsLogin);
    return left.length > 0 ? { ...look, left } : null;
  } catch (error) {
    if (isOutage(error)) return null; // the watch says so itself
    throw error;
  }
}

/**
 * What ran before is not what was asked for (lesson 12): a tier counts only when Flux works on what its source holds now, and
 * has taken up the values of the application's release.
 */
function stale({ facts }: PhaseContext, snapshot: Snapshot): string | null {
  if (facts.gitRevision === undefined) return null;
  const named = (kind: string, name: string): FluxState | null => {
    const found = snapshot.kubernetes?.items.find((item) => item.kind === kind && item.metadata.name === name);
    return found ? fluxState(found) : null;
  };
  // The branch may have moved on since this install has looked: what the source holds by now is as good.
  const held = named('GitRepository', FLUX.source)?.revision ?? facts.gitRevision;
  const at = named('Kustomization', FLUX.tierKustomizations.core)?.attempted ?? null;
  if (at !== held && at !== facts.gitRevision) return `Flux uses ${at ?? 'no revision yet'}, not ${facts.gitRevision}`;
  const release = named('HelmRelease', 'alga-core');
  return release?.handled === false ? 'Flux has not applied the values of alga-core yet' : null;
}

function saw({ status }: Look, tier: TierId): string {
  const waiting = status.components.filter((component) => component.tier === tier && component.status !== 'ready');
  const words = waiting.map(({ title, message, status: state }) => `${title}: ${message || state}`);
  return words.join('; ') || status.tiers[tier].message || status.tiers[tier].status;
}
