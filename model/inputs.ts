import { z } from 'zod';
import { PORTS, VENDOR_IMAGES } from './appliance.ts';
import type { VendorImage } from './appliance.ts';
import { originOf } from './origin.ts';
import { CHANNELS, branchName, channelName, imageReferenceText, imageTag, releaseVersion } from './release.ts';
import type { ReleaseManifest } from './release.ts';
import { imageName, tagFlag } from './vendor-images.ts';

/** RFC 1123 label: what Kubernetes and Talos accept as a host or cluster name. */
export const dnsLabel = (what: string) =>
  z
    .string()
    .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, `expected a ${what}: lowercase letters, digits and "-", at most 63`);

export const ip = z.union([z.ipv4(), z.ipv6()], { error: 'expected an IP address' });
const cidr = z.union([z.cidrv4(), z.cidrv6()], {
  error: 'expected an address with its prefix length, such as 192.0.2.10/24',
});
const nameOrIp = z
  .string()
  .regex(/^[A-Za-z0-9]([A-Za-z0-9.:-]*[A-Za-z0-9])?$/, 'expected a host name or an IP address');

/** A URL that Flux on the node can fetch from, so not a path on the operator's machine. */
const gitUrl = z
  .string()
  .regex(/^(https?|ssh|git|file):\/\/[^\s@]+(@[^\s@]+)?$|^[^\s@]+@[^\s:]+:[^\s]+$/, 'expected a Git URL')
  .refine((url) => !/^https?:\/\/[^/]*:[^/]*@/.test(url), 'the URL must not contain a password');

const folderInRepository = z
  .string()
  .regex(/^(\.\/)?[A-Za-z0-9._/-]+$/, 'expected a folder inside the repository')
  .refine((path) => !path.split('/').includes('..'), 'the path leaves the repository');

/** What a default can derive from, beside other inputs. */
export interface Known {
  readonly siteId: string;
  readonly release: ReleaseManifest | null;
  /** Branch that Flux follows for this release: its channel's or its own. */
  readonly branch: string | null;
  readonly originUrl: string | null;
}

/** The value of an input so far, as it is written; undefined if it has none. */
type TextOf = (key: string) => string | undefined;

/** One input of an install, from the flag to the spec. */
interface Row {
  readonly schema: z.ZodType;
  /** The flag without its dashes; the environment variable is named after it. */
  readonly flag: string;
  /** Other names of the flag, hidden in the help. */
  readonly aliases?: readonly string[];
  /** One text, a comma-separated list, one of a few words, or a switch. */
  readonly kind: 'text' | 'list' | 'choice' | 'switch';
  /** A switch that is on unless it is turned off: the help shows its negation, and `help` is about that. */
  readonly isOn?: true;
  /** What the flag takes, as shown in the help; absent for a switch. */
  readonly takes?: string;
  readonly choices?: readonly string[];
  readonly help: string;
  /** Asked on a terminal when nothing else gives a value. */
  readonly prompt?: string;
  /** No environment variable: only the flag itself may choose. */
  readonly flagOnly?: true;
  /** `from`: what the default derives from. A recorded value that was only such a default is computed again. */
  readonly default?: {
    readonly from: readonly string[];
    readonly of: (text: TextOf, known: Known) => string | undefined;
  };
  /** The default of a simulated appliance. */
  readonly simulated?: string;
  /** Whether the input has a meaning with the others; one without is neither asked for nor recorded. */
  readonly when?: (text: TextOf) => boolean;
  /** Brings a text into the form of the spec. A recorded value is not changed. */
  readonly tidy?: (text: string) => string;
  /** A file on this machine: the spec has its absolute path, and it must be readable. */
  readonly file?: true;
  /** Set for one release: not kept when the site moves to another. */
  readonly ofRelease?: true;
  /** Can be changed while an install is running; completed steps that depend on it (model/steps) run again. */
  readonly changeable?: true;
}

const isStatic = (text: TextOf): boolean => text('network.mode') === 'static';

/**
 * Every input of an install, in the order of the help and of the questions. The key is the value's path in the spec. Precedence: flag,
 * environment, site file, prompt (terminal only), default. The flags have the names of the shell installer that this client replaces,
 * wherever that had one.
 */
const TABLE = {
  nodeIp: {
    schema: ip,
    flag: 'node-ip',
    takes: 'ip',
    kind: 'text',
    help: 'address of the Talos node',
    prompt: 'IP address of the Talos node',
    simulated: '192.0.2.10',
  },
  hostname: {
    schema: dnsLabel('host name'),
    flag: 'hostname',
    takes: 'name',
    kind: 'text',
    help: 'host name of the node (default: the site name)',
    prompt: 'Host name of the node',
    default: { from: [], of: (_text, { siteId }) => siteId },
  },
  clusterName: {
    schema: dnsLabel('cluster name'),
    flag: 'cluster-name',
    takes: 'name',
    kind: 'text',
    help: 'name of the Talos cluster (default: alga-appliance)',
    default: { from: [], of: () => 'alga-appliance' },
  },
  appUrl: {
    schema: z.url({ protocol: /^https?$/, error: 'expected an http or https URL' }),
    flag: 'app-url',
    takes: 'url',
    kind: 'text',
    help: 'URL at which users open Alga PSA (default: http://<node-ip>:3000)',
    prompt: 'URL at which users open Alga PSA',
    default: { from: ['nodeIp'], of: (text) => applicationUrl(text('nodeIp')) },
    tidy: (url) => originOf(url) ?? url,
  },
  interface: {
    schema: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,14}$/, 'expected a network interface name, such as eth0')
      .nullable(),
    flag: 'interface',
    takes: 'name',
    kind: 'text',
    help: 'network interface to configure (default: Talos chooses)',
  },
  'network.mode': {
    schema: z.enum(['dhcp', 'static']),
    flag: 'network-mode',
    takes: 'mode',
    kind: 'choice',
    choices: ['dhcp', 'static'],
    help: 'how the node gets its address (default: dhcp)',
    prompt: 'How does the node get its address?',
    default: { from: [], of: () => 'dhcp' },
  },
  'network.address': {
    schema: cidr,
    flag: 'static-address',
    takes: 'cidr',
    kind: 'text',
    help: 'static address with its prefix length, such as 192.0.2.10/24',
    prompt: 'Static address with its prefix length, such as 192.0.2.10/24',
    when: isStatic,
  },
  'network.gateway': {
    schema: ip,
    flag: 'static-gateway',
    takes: 'ip',
    kind: 'text',
    help: 'default gateway of a static network',
    prompt: 'Default gateway',
    when: isStatic,
  },
  dnsServers: {
    schema: z.array(ip).max(8),
    flag: 'dns-servers',
    takes: 'list',
    kind: 'list',
    help: 'DNS servers for Talos and CoreDNS, comma-separated (default: those of the network)',
    prompt: 'DNS servers, comma-separated (leave empty for those of the network)',
    changeable: true,
  },
  ntpServers: {
    schema: z.array(nameOrIp).max(8),
    flag: 'ntp-servers',
    takes: 'list',
    kind: 'list',
    help: 'NTP servers, comma-separated (default: those of Talos)',
    changeable: true,
  },
  installDisk: {
    schema: z.string().regex(/^\/dev\/[A-Za-z0-9._/-]+$/, 'expected a device path, such as /dev/sda'),
    flag: 'install-disk',
    takes: 'path',
    kind: 'text',
    help: 'disk to install Talos on (default: /dev/sda)',
    prompt: 'Disk to install Talos on',
    default: { from: [], of: () => '/dev/sda' },
  },
  release: {
    schema: releaseVersion,
    flag: 'release-version',
    aliases: ['release'],
    takes: 'version',
    kind: 'text',
    help: 'install exactly this release; `appliance-client releases list` shows them',
  },
  channel: {
    schema: channelName.nullable(),
    flag: 'channel',
    takes: 'name',
    kind: 'choice',
    choices: CHANNELS,
    help: 'install the release that this channel names (default: stable)',
  },
  profile: {
    schema: dnsLabel('profile name'),
    flag: 'profile',
    takes: 'name',
    kind: 'text',
    help: "values profile (default: the release's)",
    default: { from: ['release'], of: (_text, { release }) => release?.app.valuesProfile },
  },
  'repo.url': {
    schema: gitUrl,
    flag: 'repo-url',
    takes: 'url',
    kind: 'text',
    help: 'Git repository that Flux follows (default: the remote "origin" of the current checkout)',
    prompt: 'Git repository that Flux follows',
    default: { from: [], of: (_text, { originUrl }) => gitUrl.safeParse(originUrl).data },
    simulated: 'https://git.example.com/alga/appliance.git',
  },
  'repo.branch': {
    schema: branchName,
    flag: 'repo-branch',
    aliases: ['branch'],
    takes: 'branch',
    kind: 'text',
    help: 'branch that Flux follows; "current" is the branch checked out here (default: that of the channel or release)',
    default: { from: ['release'], of: (_text, { branch }) => branch ?? undefined },
    changeable: true,
  },
  'repo.path': {
    schema: folderInRepository,
    flag: 'repo-path',
    takes: 'path',
    kind: 'text',
    help: 'folder in the repository (default: ./flux/profiles/<profile>)',
    default: { from: ['profile'], of: (text) => text('profile') && `./flux/profiles/${text('profile')}` },
  },
  requireRemoteBranch: {
    schema: z.boolean(),
    flag: 'require-remote-branch',
    kind: 'switch',
    help: 'fail instead of warn if the branch cannot be read at the remote, or the checkout has commits that are not pushed',
  },
  allowInsecureHttp: {
    schema: z.boolean().optional(),
    flag: 'allow-insecure-http',
    kind: 'switch',
    help: 'allow a Git repository over http://, where anyone on the network path can change what the appliance runs',
  },
  fluxManifests: {
    schema: z.string().nullable(),
    flag: 'flux-manifests',
    takes: 'file',
    kind: 'text',
    help: 'file with the Flux manifests, instead of a download',
    file: true,
  },
  'existingCluster.kubeconfig': {
    schema: z.string().nullable(),
    flag: 'kubeconfig',
    takes: 'file',
    kind: 'text',
    help: 'use the existing cluster of this file, which is only read (an exported KUBECONFIG is ignored)',
    flagOnly: true,
    file: true,
  },
  'existingCluster.talosconfig': {
    schema: z.string().nullable(),
    flag: 'talosconfig',
    takes: 'file',
    kind: 'text',
    help: 'Talos credentials of that cluster, only read (an exported TALOSCONFIG is ignored)',
    flagOnly: true,
    file: true,
  },
  ...tagRows(),
  collaboration: {
    schema: z.boolean().optional(),
    flag: 'collaboration',
    kind: 'switch',
    help: 'also run collaborative editing (Hocuspocus); browsers reach it through your own reverse proxy',
    changeable: true,
  },
  collaborationImage: {
    schema: imageReferenceText.optional(),
    flag: 'collaboration-image',
    takes: 'ref',
    kind: 'text',
    help: 'image for collaborative editing, as registry/repository:tag; required if the release names none',
    changeable: true,
  },
  prepullImages: {
    schema: z.boolean(),
    flag: 'prepull-images',
    kind: 'switch',
    help: 'pull the images on the node before Flux needs them',
  },
  skipImageTagValidation: {
    schema: z.boolean(),
    flag: 'skip-image-tag-validation',
    kind: 'switch',
    help: 'do not check the registry for the image tags',
    changeable: true,
  },
  autoRepair: {
    schema: z.boolean().optional(),
    flag: 'auto-repair',
    kind: 'switch',
    isOn: true,
    help: 'do not repair anything automatically, such as a Helm operation that was cut off; `repair` lists what could be',
  },
} satisfies Readonly<Record<string, Row>>;

type Table = typeof TABLE;
type TagRow = Row & { readonly schema: z.ZodOptional<typeof imageTag> };

/** A row for each of the vendor's images: a tag that replaces the release's. */
function tagRows(): Record<`imageTags.${VendorImage}`, TagRow>;
function tagRows(): Record<string, TagRow> {
  const row = (key: VendorImage): TagRow => ({
    schema: imageTag.optional(),
    flag: tagFlag(key),
    takes: 'tag',
    kind: 'text',
    help: `image tag of ${imageName(key)} instead of the release's`,
    ofRelease: true,
    changeable: true,
  });
  return Object.fromEntries(VENDOR_IMAGES.map((key) => [`imageTags.${key}`, row(key)]));
}

function applicationUrl(nodeIp: string | undefined): string | undefined {
  if (nodeIp === undefined) return undefined;
  return `http://${nodeIp.includes(':') ? `[${nodeIp}]` : nodeIp}:${PORTS.application}`;
}

export type InputKey = keyof Table;

/** One input with its key: where it stands in the spec. */
export interface Input extends Row {
  readonly key: InputKey;
  readonly path: readonly string[];
  /** Its environment variable, or null if only the flag may choose. */
  readonly variable: string | null;
}

const isKey = (text: string): text is InputKey => Object.hasOwn(TABLE, text);

/** An input by its key. */
export function inputOf(key: InputKey): Input {
  const row: Row = TABLE[key];
  const variable = row.flagOnly ? null : `ALGA_APPLIANCE_${row.flag.toUpperCase().replaceAll('-', '_')}`;
  return { ...row, key, path: key.split('.'), variable };
}

export const INPUTS: readonly Input[] = Object.keys(TABLE).filter(isKey).map(inputOf);

/** Inputs that can be changed while an install is running (`appliance-client set`). */
export const CHANGEABLE: readonly Input[] = INPUTS.filter(({ changeable }) => changeable);

/** Whether this is the key of an input of CHANGEABLE. */
export function isChangeable(key: string): boolean {
  return CHANGEABLE.some((input) => input.key === key);
}

/** The input that a path in the spec belongs to: the one with the longest common path. */
export function inputAt(path: readonly PropertyKey[]): Input | undefined {
  const fits = INPUTS.filter((input) => input.path.every((part, index) => path[index] === part));
  return fits.toSorted((one, other) => other.path.length - one.path.length)[0];
}

type Group<Name extends string> = {
  [Key in InputKey as Key extends `${Name}.${infer Field}` ? Field : never]: Table[Key]['schema'];
};
type Single = { [Key in InputKey as Key extends `${string}.${string}` ? never : Key]: Table[Key]['schema'] };

/** The schemas of the inputs in a group of the spec, such as `repo`. */
export function schemasIn<Name extends string>(group: Name): Group<Name>;
export function schemasIn(group: string): Record<string, z.ZodType> {
  const found = INPUTS.filter(({ path }) => path.length === 2 && path[0] === group);
  return Object.fromEntries(found.map(({ path, schema }) => [path[1] ?? '', schema]));
}

/** The schemas of the inputs at the top level of the spec. */
export function singleSchemas(): Single;
export function singleSchemas(): Record<string, z.ZodType> {
  return Object.fromEntries(INPUTS.filter(({ path }) => path.length === 1).map(({ key, schema }) => [key, schema]));
}

type ChangeableKey = { [Key in InputKey]: Table[Key] extends { readonly changeable: true } ? Key : never }[InputKey];

/** The same for the inputs of CHANGEABLE, all of them optional. */
export function changeableSchemas(): {
  [Key in keyof Single & ChangeableKey]: z.ZodOptional<Single[Key]>;
};
export function changeableSchemas(): Record<string, z.ZodType> {
  const single = CHANGEABLE.filter(({ path }) => path.length === 1);
  return Object.fromEntries(single.map(({ key, schema }) => [key, schema.optional()]));
}

/** The value at a path of a document; undefined if there is none. */
export function valueAt(document: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (inner !== null && typeof inner === 'object' ? Reflect.get(inner, key) : undefined),
    document,
  );
}

/**
 * The value of an input in a spec, as its flag would be given; null if the spec does not set it. An empty list is a value, too.
 */
export function written(
  { key }: Input,
  spec: { readonly release: Pick<ReleaseManifest, 'releaseVersion'> },
): string | null {
  const value = key === 'release' ? spec.release.releaseVersion : valueAt(spec, key.split('.'));
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'string' || typeof value === 'boolean' ? String(value) : null;
}

const ON = new Set(['true', '1', 'yes', 'on']);
const OFF = new Set(['false', '0', 'no', 'off']);

/** A switch in a variable may be misspelt; a misspelt consent must neither count as one nor silently as none. */
export function isSwitch(text: string): boolean {
  return ON.has(text.toLowerCase()) || OFF.has(text.toLowerCase());
}

/** The value of a text in the spec, unchecked; without a text, what the spec has for a missing value. */
export function valueOf({ kind, schema, tidy }: Input, text: string | undefined): unknown {
  if (kind === 'switch') return ON.has((text ?? '').toLowerCase());
  if (kind === 'list') return listOf(text ?? '');
  if (text) return tidy ? tidy(text) : text;
  return schema.safeParse(null).success ? null : schema.safeParse(undefined).success ? undefined : text;
}

/** The same, for a spec: an optional value that sets nothing is omitted, as before the input existed. */
export function specValueOf(input: Input, text: string | undefined): unknown {
  const value = valueOf(input, text);
  const saysNothing = value === false || (Array.isArray(value) && value.length === 0);
  return saysNothing && input.schema.safeParse(undefined).success ? undefined : value;
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
