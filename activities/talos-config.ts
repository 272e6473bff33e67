import { X509Certificate } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { Document, isMap, parse, parseAllDocuments, parseDocument, visit } from 'yaml';
import { z } from 'zod';
import type { Network } from '../model/site.ts';
import { STORAGE } from '../model/appliance.ts';

/** How the network card is named in the machine configuration. `physical`: whichever card the machine has. */
export type LinkChoice =
  | { readonly by: 'name'; readonly name: string }
  | { readonly by: 'hardware-address'; readonly address: string }
  | { readonly by: 'physical' };

/** What a site settles about its node. Everything else in the machine configuration is Talos' own or the operator's. */
export interface SiteSettings {
  /** https://<node>:6443 */
  readonly endpoint: string;
  readonly hostname: string;
  readonly link: LinkChoice;
  readonly network: Network;
  readonly dnsServers: readonly string[];
  readonly ntpServers: readonly string[];
  readonly installDisk: string;
  readonly installerImage: string;
}

/** The user volume of the local-path data; Talos mounts it at /var/mnt/<name>, which is STORAGE.root. */
const DATA_VOLUME = STORAGE.root.slice('/var/mnt/'.length);

/**
 * The machine configuration (YAML, several documents) with exactly these settings. Talos' own strategic merge cannot do this: it
 * appends to lists, so a second resolver or address would join the first instead of replacing it (pkg/machinery/config/merge). If
 * nothing differs, the very same text is returned.
 *
 * The data folder: "all user volumes are automatically available inside the kubelet" (siderolabs/talos#11218), and since v1.12
 * `volumeType: directory` makes one on the system disk: "A directory is created at /var/mnt/<metadata.name>" (CHANGELOG of
 * v1.12). An `extraMounts` entry of an older configuration serves as well and is left alone.
 */
export function withSiteSettings(config: string, settings: SiteSettings): string {
  return edited(config, (documents) => {
    const main = mainOf(documents);
    set(main, ['cluster', 'controlPlane', 'endpoint'], settings.endpoint);
    set(main, ['cluster', 'allowSchedulingOnControlPlanes'], true);
    set(main, ['machine', 'install', 'disk'], settings.installDisk);
    set(main, ['machine', 'install', 'image'], settings.installerImage);
    set(main, ['machine', 'network', 'interfaces'], [interfaceOf(settings)]);
    setHostname(documents, settings.hostname);
    setResolvers(documents, settings.dnsServers, settings.ntpServers);
    const mounts: unknown = main.getIn(['machine', 'kubelet', 'extraMounts']);
    if (!JSON.stringify(mounts ?? null).includes(STORAGE.root)) {
      set(named(documents, 'UserVolumeConfig', DATA_VOLUME), ['volumeType'], 'directory');
    }
  });
}

/** DNS and time servers replace those of the configuration; an empty list changes nothing. */
export function withResolvers(config: string, dns: readonly string[], ntp: readonly string[]): string {
  return edited(config, (documents) => setResolvers(documents, dns, ntp));
}

/** The card of its first interface; any physical one if it names none. */
export function linkIn(config: string): LinkChoice {
  const main = mainOf(parseAllDocuments(config));
  const first: unknown = main.getIn(['machine', 'network', 'interfaces', 0]);
  const parsed = firstInterface.safeParse(isMap(first) ? first.toJSON() : first);
  if (parsed.data?.interface !== undefined) return { by: 'name', name: parsed.data.interface };
  const address = parsed.data?.deviceSelector?.hardwareAddr;
  return address === undefined ? { by: 'physical' } : { by: 'hardware-address', address };
}

const firstInterface = z.object({
  interface: z.string().optional(),
  deviceSelector: z.object({ hardwareAddr: z.string().optional() }).optional(),
});

const clientConfig = z.object({
  context: z.string(),
  contexts: z.record(z.string(), z.object({ ca: z.base64(), crt: z.base64().optional() })),
});

/** Of the current context; null if it has none. */
export function authorityIn(talosconfig: string): X509Certificate | null {
  const parsed = clientConfig.safeParse(parse(talosconfig));
  const context = parsed.data?.contexts[parsed.data.context];
  return context ? new X509Certificate(Buffer.from(context.ca, 'base64')) : null;
}

/** Says whether a machine configuration and a talosconfig are of one authority: both hold its certificate, as one and the same text. */
export function belongTogether(machineConfig: string, talosconfig: string): boolean {
  const client = clientConfig.safeParse(parse(talosconfig)).data;
  const inMachine: unknown = mainOf(parseAllDocuments(machineConfig)).getIn(['machine', 'ca', 'crt']);
  return (inMachine ?? null) === (client?.contexts[client.context]?.ca ?? null);
}

/** Validity of its client certificate; null if it has none. */
export function clientCertificateIn(talosconfig: string): { from: Date; to: Date } | null {
  const parsed = clientConfig.safeParse(parse(talosconfig));
  const encoded = parsed.data?.contexts[parsed.data.context]?.crt;
  if (encoded === undefined) return null;
  const { validFromDate, validToDate } = new X509Certificate(Buffer.from(encoded, 'base64'));
  return { from: validFromDate, to: validToDate };
}

/** With the node's address in its contexts, so that a person needs no --endpoints and --nodes. */
export function withNode(talosconfig: string, nodeIp: string): string {
  const document = parseDocument(talosconfig);
  const contexts: unknown = document.get('contexts');
  if (isMap(contexts)) {
    for (const { key } of contexts.items) {
      document.setIn(['contexts', key, 'endpoints'], [nodeIp]);
      document.setIn(['contexts', key, 'nodes'], [nodeIp]);
    }
  }
  return document.toString({ indent: 4, lineWidth: 0 });
}

function setHostname(documents: Document[], hostname: string): void {
  const main = mainOf(documents);
  const inMain = ['machine', 'network', 'hostname'];
  if (main.hasIn(inMain)) return set(main, inMain, hostname);
  const document = named(documents, 'HostnameConfig');
  document.delete('auto');
  set(document, ['hostname'], hostname);
}

/** Talos refuses the same setting in the main document and in one of its own, so each stays where it is. */
function setResolvers(documents: Document[], dns: readonly string[], ntp: readonly string[]): void {
  const main = mainOf(documents);
  const legacyDns = ['machine', 'network', 'nameservers'];
  const legacyNtp = ['machine', 'time', 'servers'];
  if (dns.length > 0 && main.hasIn(legacyDns)) set(main, legacyDns, dns);
  else if (dns.length > 0) {
    const addresses = dns.map((address) => ({ address }));
    set(named(documents, 'ResolverConfig'), ['nameservers'], addresses);
  }
  if (ntp.length > 0 && main.hasIn(legacyNtp)) set(main, legacyNtp, ntp);
  else if (ntp.length > 0) set(named(documents, 'TimeSyncConfig'), ['ntp', 'servers'], ntp);
}

function interfaceOf({ link, network }: SiteSettings): Record<string, unknown> {
  const card =
    link.by === 'name'
      ? { interface: link.name }
      : { deviceSelector: link.by === 'physical' ? { physical: true } : { hardwareAddr: link.address } };
  if (network.mode === 'dhcp') return { ...card, dhcp: true };
  const everywhere = network.gateway.includes(':') ? '::/0' : '0.0.0.0/0';
  return {
    ...card,
    addresses: [network.address],
    routes: [{ network: everywhere, gateway: network.gateway }],
    dhcp: false,
  };
}

function edited(config: string, edit: (documents: Document[]) => void): string {
  const documents: Document[] = parseAllDocuments(config);
  const before = documents.map((document): unknown => document.toJS());
  edit(documents);
  const after = documents.map((document): unknown => document.toJS());
  if (isDeepStrictEqual(before, after)) return config;
  // Talos writes an empty map as {}; what is put into it would stay on that one line.
  for (const document of documents)
    visit(document, { Collection: (_, node) => void (node.flow = node.items.length === 0) });
  return documents
    .map((document) => document.toString({ indent: 4, lineWidth: 0 }).replace(/^---\n/, ''))
    .join('---\n');
}

function mainOf(documents: readonly Document[]): Document {
  const main = documents.find((document) => isMap(document.contents) && document.has('machine'));
  if (!main) throw new Error('the machine configuration has no document with `machine`');
  return main;
}

function named(documents: Document[], kind: string, name?: string): Document {
  const found = documents.find(
    (document) => document.get('kind') === kind && (name === undefined || document.get('name') === name),
  );
  if (found) return found;
  const made = new Document({ apiVersion: 'v1alpha1', kind, ...(name !== undefined && { name }) });
  documents.push(made);
  return made;
}

function set(document: Document, path: readonly string[], value: unknown): void {
  document.setIn(path, document.createNode(value));
}
