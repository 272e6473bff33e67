import { createHash } from 'node:crypto';
import { PORTS } from '../../../model/appliance.ts';
import type { InstallSpec } from '../../../model/site.ts';
import { SITE_FILES } from '../../../site-folder/index.ts';
import type { PhaseContext } from '../../phase-context.ts';
import { stop } from '../../stop.ts';
import { linkIn, withSiteSettings } from '../../talos-config.ts';
import type { LinkChoice, SiteSettings } from '../../talos-config.ts';
import { advise, anew, holeFor } from '../../../model/advice.ts';

/** A configuration as a node shall get it. */
export interface WantedConfig {
  readonly text: string;
  /** Of the text: tells whether a node was given just this. */
  readonly digest: string;
  /** False when settings were changed since controlplane.yaml was made. */
  readonly isTheFile: boolean;
}

export function settingsOf(spec: InstallSpec, link: LinkChoice): SiteSettings {
  const { hostname, network, dnsServers, ntpServers, installDisk } = spec;
  return {
    endpoint: endpointOf(spec.nodeIp),
    installerImage: spec.release.os.installer.image,
    hostname,
    link,
    network,
    dnsServers,
    ntpServers,
    installDisk,
  };
}

/** The URL of the Kubernetes API on the node. */
export function endpointOf(nodeIp: string): string {
  return `https://${nodeIp.includes(':') ? `[${nodeIp}]` : nodeIp}:${PORTS.kubernetes}`;
}

/**
 * Gives the configuration that the node shall have now: controlplane.yaml, keys and all, with the spec's settings of today.
 * The file itself stays as it was made. Null where it is not made yet.
 */
export async function wantedConfig({ spec, folder }: PhaseContext): Promise<WantedConfig | null> {
  const file = await folder.read(SITE_FILES.machineConfig);
  if (file === null) return null;
  const link: LinkChoice = spec.interface === null ? linkIn(file) : { by: 'name', name: spec.interface };
  const text = withSiteSettings(file, settingsOf(spec, link));
  return { text, digest: createHash('sha256').update(text).digest('hex'), isTheFile: text === file };
}

/** Gives the path at which the configuration lies for talosctl, validated. Writes it first where it is not the file itself. */
export async function placeConfig({ folder, ports, signal }: PhaseContext, wanted: WantedConfig): Promise<string> {
  const name = wanted.isTheFile ? SITE_FILES.machineConfig : SITE_FILES.appliedConfig;
  if (!wanted.isTheFile) await folder.write(SITE_FILES.appliedConfig, wanted.text);
  await ports.talos.validate(folder.path(name), signal);
  return folder.path(name);
}

/**
 * Chooses the network card of a node in maintenance mode when the operator named none: whichever it has, where it has one; with
 * a static address on a machine with several, the one that holds the node's address now, by its hardware address.
 */
export async function chooseLink(context: PhaseContext): Promise<LinkChoice> {
  const { spec, ports, signal } = context;
  if (spec.interface !== null) return { by: 'name', name: spec.interface };
  if (spec.network.mode === 'dhcp') return { by: 'physical' };
  const cards = (await ports.talos.links(spec.nodeIp, null, signal)).filter((link) => link.physical);
  if (cards.length <= 1) return { by: 'physical' };
  const holder = cards.find((link) => link.addresses.some((address) => address.split('/')[0] === spec.nodeIp));
  if (holder) return { by: 'hardware-address', address: holder.hardwareAddress };
  throw stop(context, 'input-invalid', {
    component: 'talos',
    object: `node ${spec.nodeIp}`,
    reason: `The node has ${cards.length} network cards (${cards.map((card) => card.name).join(', ')}) and none of them has ${spec.nodeIp}, so it is unknown which one gets the static address.`,
    advice: advise`Start again with the name of the card: ${anew('--fresh', '--interface', holeFor('name'))}.`,
  });
}
