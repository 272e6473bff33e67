import { z } from 'zod';
import { SITE_FILES } from '../../../site-folder/index.ts';
import type { PhaseContext } from '../../phase-context.ts';
import { placeConfig } from './wanted-config.ts';
import type { WantedConfig } from './wanted-config.ts';

/** Kept beside the configuration: what was handed to which node, so that a silent node is known to be installing. */
const handover = z.object({
  nodeIp: z.string(),
  /** `WantedConfig.digest`. */
  digest: z.string(),
  /** How often this very configuration was handed over: a node that comes back for it did not get through its installation. */
  times: z.number(),
  at: z.iso.datetime(),
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
  const next: Handover = {
    nodeIp: spec.nodeIp,
    digest: wanted.digest,
    times: before?.digest === wanted.digest ? before.times + 1 : 1,
    at: ports.clock.now().toISOString(),
  };
  await folder.write(SITE_FILES.handover, `${JSON.stringify(next)}\n`);
  await ports.talos.applyInsecure(spec.nodeIp, path, signal);
}
