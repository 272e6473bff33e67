import { z } from 'zod';
import { SITE_FILES } from '../../../site-folder/index.ts';
import type { PhaseContext } from '../../phase-context.ts';
import { TalosError } from '../../ports/talos.ts';
import { placeConfig } from './wanted-config.ts';
import type { WantedConfig } from './wanted-config.ts';

const MOST_RESOLVERS = 8;

/** Kept beside the configuration: what was handed to which node, so that a silent node is known to be installing. */
const handover = z.object({
  nodeIp: z.string(),
  /** `WantedConfig.digest`. */
  digest: z.string(),
  /** How often this very configuration was handed over: a node that comes back for it did not get through its installation. */
  times: z.number(),
  at: z.iso.datetime(),
  /** What the node asked for names just before: while it installs nobody can ask it. Missing where it did not say. */
  resolvers: z.array(z.string()).max(MOST_RESOLVERS).optional(),
});
export type Handover = z.infer<typeof handover>;

/** Gives what was last handed to this node by this site, or null. */
export async function lastHandover({ folder, spec }: PhaseContext): Promise<Handover | null> {
  const text = await folder.read(SITE_FILES.handover);
  const parsed = handover.safeParse(text === null ? null : JSON.parse(text));
  return parsed.success && parsed.data.nodeIp === spec.nodeIp ? parsed.data : null;
}

/**
 * Hands the configuration to a node in maintenance mode. It is noted first: after a kill in between, a node that is silent
 * because it installs is not taken for one that is not there, and one that still waits gets it again.
 */
export async function handOver(context: PhaseContext, wanted: WantedConfig): Promise<void> {
  const { folder, ports, signal, spec } = context;
  const path = await placeConfig(context, wanted);
  const before = await lastHandover(context);
  const resolvers = await resolversBefore(context);
  const next: Handover = {
    nodeIp: spec.nodeIp,
    digest: wanted.digest,
    times: before?.digest === wanted.digest ? before.times + 1 : 1,
    at: ports.clock.now().toISOString(),
    ...(resolvers && { resolvers }),
  };
  await folder.write(SITE_FILES.handover, `${JSON.stringify(next)}\n`);
  await ports.talos.applyInsecure(spec.nodeIp, path, signal);
}

/** Only a hint for people: a node that does not say it gets its configuration all the same. */
async function resolversBefore({ ports, spec, signal }: PhaseContext): Promise<string[] | null> {
  try {
    return (await ports.talos.resolvers(spec.nodeIp, null, signal)).dns.slice(0, MOST_RESOLVERS);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof TalosError) return null;
    throw error;
  }
}
