import type { Blocker, BlockerCode } from '../model/blocker.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { ActiveOperation, StatusDocument } from '../model/status.ts';
import { readingOf } from '../status/index.ts';
import type { Reading } from '../status/index.ts';
import { collectSnapshot } from '../observation/index.ts';
import type { CollectOptions } from '../observation/index.ts';
import { createMender } from './auto-repair.ts';
import { Blocked } from './blocked.ts';
import type { PhaseContext } from './phase-context.ts';
import { ClusterError } from './ports/kubernetes.ts';
import type { Cluster } from './ports/kubernetes.ts';

/** For each request of a look. */
const REQUEST_TIMEOUT_MS = 10_000;
const LOGIN_TIMEOUT_MS = 5_000;
/** A diagnosis lists everything there is: often enough to stop a wait soon, too seldom to be a load. */
const DIAGNOSE_EVERY_MS = 5_000;

export type Looker = Pick<PhaseContext, 'ports' | 'spec' | 'signal'>;

/** One look at the appliance: what was there, and what the one diagnosis says it means. */
export interface Look extends Reading {
  readonly snapshot: Snapshot;
}

/** Uses the phase's own clock, network and signal. */
export function collectOptions({ ports, spec, signal }: Looker): CollectOptions {
  return {
    site: { siteId: spec.siteId, nodeIp: spec.nodeIp, appUrl: spec.appUrl },
    signal,
    timeoutMs: REQUEST_TIMEOUT_MS,
    now: () => ports.clock.now(),
    probeLogin: async (url) => {
      const { status, location, error } = await ports.http.get(url, { signal, timeoutMs: LOGIN_TIMEOUT_MS });
      return { status, location, error };
    },
  };
}

/**
 * Throws ClusterError `unreachable` if the API server returned nothing at all: then nothing is known, which is not
 * the same as no fault.
 */
export function lookIn(snapshot: Snapshot, { ports, spec }: Looker, previous: StatusDocument | null): Look {
  const error = snapshot.kubernetes?.error;
  if (error) throw new ClusterError('unreachable', 'the API server', error);
  const reading = { cluster: snapshot, install: null, now: ports.clock.now(), release: spec.release, previous };
  return { ...readingOf(reading), snapshot };
}

/** A complete check of the appliance, collected now. */
export async function lookAtAppliance(
  context: Looker,
  cluster: Cluster,
  previous: StatusDocument | null,
): Promise<Look> {
  return lookIn(await collectSnapshot(cluster.reader, collectOptions(context)), context, previous);
}

/** Says of a blocker whether it stands in the way of what is waited for. */
export type About = (blocker: Blocker) => boolean;

/** Whatever a pod is, it does not start under these. */
const GENERAL: ReadonlySet<string> = new Set<BlockerCode>([
  'node-not-ready',
  'disk-pressure',
  'insufficient-resources',
  'cni-failure',
  'certificate-expired',
]);

/** What can keep these components from running. */
export function ofComponents(...names: readonly string[]): About {
  return ({ component, code }) => names.includes(component) || GENERAL.has(code);
}

/**
 * Gives a check for a wait: at a gentle pace it looks at the whole appliance, gives the operations in progress, and
 * throws Blocked when something stands in the way of what is waited for. `also` may throw what no rule knows, before a parked
 * phase is shown as going on.
 */
export function stopOnBlockers(
  context: PhaseContext,
  cluster: Cluster,
  about: About,
  also: (look: Look) => void = () => undefined,
): () => Promise<readonly ActiveOperation[]> {
  const { clock } = context.ports;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let status: StatusDocument | null = null;
  const mend = createMender(context, cluster);
  return async () => {
    if (clock.now().getTime() - lookedAt < DIAGNOSE_EVERY_MS) return status?.activeOperations ?? [];
    const look = await lookAtAppliance(context, cluster, status);
    lookedAt = clock.now().getTime();
    ({ status } = look);
    const found = (await mend(look)).filter((blocker) => blocker.severity === 'error' && about(blocker));
    if (found.length > 0) throw new Blocked(found);
    also(look);
    await context.clear();
    return status.activeOperations;
  };
}
