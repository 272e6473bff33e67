import { HANDOVER, MOST_RESOLVERS } from '../../../model/records.ts';
import type { Handover } from '../../../model/records.ts';
import { readStored, writeStored } from '../../../site-folder/documents.ts';
import { SITE_FILES } from '../../../site-folder/index.ts';
import type { PhaseContext } from '../../phase-context.ts';
import { Blocked } from '../../blocked.ts';
import { TalosError } from '../../ports/talos.ts';
import { belongTogether } from '../../talos-config.ts';
import { compareAuthority } from './identity.ts';
import { keyFileGone, keysDiffer } from './key-material.ts';
import { nodeTarget } from './node-target.ts';
import { placeConfig } from './wanted-config.ts';
import type { WantedConfig } from './wanted-config.ts';

/** Gives what was last handed to this node by this site, or null. Throws DocumentUnreadableError. */
export async function lastHandover({ folder, spec }: PhaseContext): Promise<Handover | null> {
  const found = await readStored(folder, SITE_FILES.handover, HANDOVER);
  return found?.nodeIp === spec.nodeIp ? found : null;
}

/**
 * Hands the configuration to a node in maintenance mode. It is noted first: after a kill in between, a node that is silent
 * because it installs is not taken for one that is not there, and one that still waits gets it again.
 */
export async function handOver(context: PhaseContext, wanted: WantedConfig): Promise<void> {
  const { folder, ports, signal, spec } = context;
  await insistOnOwnConfig(context, wanted);
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
  await writeStored(folder, SITE_FILES.handover, HANDOVER, next);
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

/**
 * Throws Blocked unless the configuration is of the same authority as the talosconfig, and that of the one that the site is known to
 * have: a node that accepted another one would lock everyone out.
 */
export async function insistOnOwnConfig(context: PhaseContext, wanted: WantedConfig): Promise<void> {
  const target = await nodeTarget(context);
  if (!target) throw new Blocked([keyFileGone(context, SITE_FILES.talosconfig)]);
  const known = await compareAuthority(context, target);
  if (belongTogether(wanted.text, (await context.folder.read(SITE_FILES.talosconfig)) ?? '')) return;
  throw new Blocked([keysDiffer(context, SITE_FILES.machineConfig, { found: null, known })]);
}
