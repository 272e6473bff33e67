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
    .regex(
      /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
      `expected a ${what}: lower-case letters, digits and "-", at most 63`,
    );

export const ip = z.union([z.ipv4(), z.ipv6()], { error: 'expected an IP address' });
const cidr = z.union([z.cidrv4(), z.cidrv6()], {
  error: 'expected an address with its prefix length, such as 192.0.2.10/24',
});
const nameOrIp = z
  .string()
  .regex(/^[A-Za-z0-9]([A-Za-z0-9.:-]*[A-Za-z0-9])?$/, 'expected a host name or an IP address');

/** A URL that Flux on the node can fetch from: a path on the operator's machine is none. */
const gitUrl = z
  .string()
  .regex(/^(https?|ssh|git|file):\/\/[^\s@]+(@[^\s@]+)?$|^[^\s@]+@[^\s:]+:[^\s]+$/, 'expected a Git URL')
  .refine((url) => !/^https?:\/\/[^/]*:[^/]*@/.test(url), 'a password does not belong in the URL');

const folderInRepository = z
  .string()
  .regex(/^(\.\/)?[A-Za-z0-9._/-]+$/, 'expected a folder inside the repository')
  .refine((path) => !path.split('/').includes('..'), 'the path leaves the repository');

/** What a default can follow from, beside other inputs. */
export interface Known {
  readonly siteId: string;
  readonly release: ReleaseManifest | null;
  /** Branch that Flux follows for this release: its channel's or its own. */
  readonly branch: string | null;
  readonly originUrl: string | null;
}

/** The value that an input has so far, as it is written; undefined where it has none. */
type TextOf = (key: string) => string | undefined;

/** One input of an install, from the flag to the spec. */
interface Row {
  readonly schema: z.ZodType;
  /** The flag without its dashes; the environment variable is named after it. */
  readonly flag: string;
  /** Other names of the flag, which the help leaves out. */
  readonly aliases?: readonly string[];
  /** One text, a comma-separated list, one of a few words, or a mere switch. */
  readonly kind: 'text' | 'list' | 'choice' | 'switch';
  /** What the flag takes, as shown in the help; absent for a switch. */
  readonly takes?: string;
  readonly choices?: readonly string[];
  readonly help: string;
  /** Asked on a terminal when nothing else gives a value. */
  readonly prompt?: string;
  /** No environment variable: only the flag itself may choose. */
  readonly flagOnly?: true;
  /** `from`: what the default follows. A recorded value that was only such a default is made anew. */
  readonly default?: {
    readonly from: readonly string[];
    readonly of: (text: TextOf, known: Known) => string | undefined;
  };
  /** What a simulated appliance takes when nobody says otherwise. */
  readonly simulated?: string;
  /** Whether the input means anything beside the others; one that does not is neither asked for nor kept. */
  readonly when?: (text: TextOf) => boolean;
  /** The form in which a text goes into the spec. What is recorded stands as it is. */
  readonly tidy?: (text: string) => string;
  /** A file on this machine: the spec has its absolute path, and it must be readable. */
  readonly file?: true;
  /** Meant for one release: it does not follow the site to another. */
  readonly ofRelease?: true;
  /** Can be changed while an install runs; the steps that depend on it (model/steps) run again when they were done. */
  readonly changeable?: true;
}

const isStatic = (text: TextOf): boolean => text('network.mode') === 'static';

/**
 * Every input of an install, in the order of the help and of the questions. The key is where the value stands in the spec.
 * Precedence: flag, environment, site file, prompt (terminal only), default. The names of the flags are those of the shell
 * installer that this client replaces, wherever that had one.
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
    help: 'host name that the node gets (default: the site name)',
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
    help: 'where people open Alga PSA: scheme, host and port (default: http://<node-ip>:3000)',
    prompt: 'URL where people open Alga PSA',
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
    help: 'name servers for Talos and CoreDNS, comma-separated (default: those of the network)',
    prompt: 'DNS servers, comma-separated (empty: those of the network)',
    changeable: true,
  },
  ntpServers: {
    schema: z.array(nameOrIp).max(8),
    flag: 'ntp-servers',
    takes: 'list',
    kind: 'list',
    help: 'time servers, comma-separated (default: those of Talos)',
    changeable: true,
  },
  installDisk: {
    schema: z.string().regex(/^\/dev\/[A-Za-z0-9._/-]+$/, 'expected a device path, such as /dev/sda'),
    flag: 'install-disk',
    takes: 'path',
    kind: 'text',
    help: 'disk that Talos is installed on (default: /dev/sda)',
    prompt: 'Disk that Talos is installed on',
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
    help: 'stop, instead of warning, when the files of the branch cannot be read at the remote, or commits of the checkout are not pushed',
  },
  allowInsecureHttp: {
    schema: z.boolean().optional(),
    flag: 'allow-insecure-http',
    kind: 'switch',
    help: 'take a Git repository over http://, where anybody on the way can change what the appliance runs',
  },
  fluxManifests: {
    schema: z.string().nullable(),
    flag: 'flux-manifests',
    takes: 'file',
    kind: 'text',
    help: "file with Flux's manifests, instead of a download",
    file: true,
  },
  'existingCluster.kubeconfig': {
    schema: z.string().nullable(),
    flag: 'kubeconfig',
    takes: 'file',
    kind: 'text',
    help: 'go on with the existing cluster of this file; it is only read. An exported KUBECONFIG is ignored',
    flagOnly: true,
    file: true,
  },
  'existingCluster.talosconfig': {
    schema: z.string().nullable(),
    flag: 'talosconfig',
    takes: 'file',
    kind: 'text',
    help: 'Talos credentials of that existing cluster; only read. An exported TALOSCONFIG is ignored',
    flagOnly: true,
    file: true,
  },
  ...tagRows(),
  collaboration: {
    schema: z.boolean().optional(),
    flag: 'collaboration',
    kind: 'switch',
    help: 'run collaborative editing (Hocuspocus) too; browsers reach it through a reverse proxy of your own',
    changeable: true,
  },
  collaborationImage: {
    schema: imageReferenceText.optional(),
    flag: 'collaboration-image',
    takes: 'ref',
    kind: 'text',
    help: 'image of collaborative editing, as registry/repository:tag; needed where the release names none',
    changeable: true,
  },
  prepullImages: {
    schema: z.boolean(),
    flag: 'prepull-images',
    kind: 'switch',
    help: 'have the node pull the images before Flux needs them',
  },
  skipImageTagValidation: {
    schema: z.boolean(),
    flag: 'skip-image-tag-validation',
    kind: 'switch',
    help: 'do not ask the registry whether the image tags exist',
    changeable: true,
  },
} satisfies Readonly<Record<string, Row>>;

type Table = typeof TABLE;
type TagRow = Row & { readonly schema: z.ZodOptional<typeof imageTag> };

/** A row for each of the vendor's images: another tag than the release's. */
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
  /** Its environment variable, or null where only the flag may choose. */
  readonly variable: string | null;
}

const isKey = (text: string): text is InputKey => Object.hasOwn(TABLE, text);

/** Gives an input by its key. */
export function inputOf(key: InputKey): Input {
  const row: Row = TABLE[key];
  const variable = row.flagOnly ? null : `ALGA_APPLIANCE_${row.flag.toUpperCase().replaceAll('-', '_')}`;
  return { ...row, key, path: key.split('.'), variable };
}

export const INPUTS: readonly Input[] = Object.keys(TABLE).filter(isKey).map(inputOf);

/** Inputs that a running install can still take (`appliance-client set`). */
export const CHANGEABLE: readonly Input[] = INPUTS.filter(({ changeable }) => changeable);

/** Says whether this is the key of an input that a running install can be told to change. */
export function isChangeable(key: string): boolean {
  return CHANGEABLE.some((input) => input.key === key);
}

/** Takes a path in the spec, gives the input that it belongs to: the one with the longest common path. */
export function inputAt(path: readonly PropertyKey[]): Input | undefined {
  const fits = INPUTS.filter((input) => input.path.every((part, index) => path[index] === part));
  return fits.toSorted((one, other) => other.path.length - one.path.length)[0];
}

type Group<Name extends string> = {
  [Key in InputKey as Key extends `${Name}.${infer Field}` ? Field : never]: Table[Key]['schema'];
};
type Single = { [Key in InputKey as Key extends `${string}.${string}` ? never : Key]: Table[Key]['schema'] };

/** The schemas of the inputs that stand in a group of the spec, such as `repo`. */
export function schemasIn<Name extends string>(group: Name): Group<Name>;
export function schemasIn(group: string): Record<string, z.ZodType> {
  const found = INPUTS.filter(({ path }) => path.length === 2 && path[0] === group);
  return Object.fromEntries(found.map(({ path, schema }) => [path[1] ?? '', schema]));
}

/** The schemas of the inputs that stand in the spec by themselves. */
export function singleSchemas(): Single;
export function singleSchemas(): Record<string, z.ZodType> {
  return Object.fromEntries(INPUTS.filter(({ path }) => path.length === 1).map(({ key, schema }) => [key, schema]));
}

type ChangeableKey = { [Key in InputKey]: Table[Key] extends { readonly changeable: true } ? Key : never }[InputKey];

/** The same, of the inputs that a running install can still take, none of which has to be given. */
export function changeableSchemas(): {
  [Key in keyof Single & ChangeableKey]: z.ZodOptional<Single[Key]>;
};
export function changeableSchemas(): Record<string, z.ZodType> {
  const single = CHANGEABLE.filter(({ path }) => path.length === 1);
  return Object.fromEntries(single.map(({ key, schema }) => [key, schema.optional()]));
}

/** Takes a document and the path of a value in it, gives the value; undefined where there is none. */
export function valueAt(document: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (inner !== null && typeof inner === 'object' ? Reflect.get(inner, key) : undefined),
    document,
  );
}

/**
 * Takes an input and a value of the spec, gives it as a flag would be given it; null where it says nothing. An empty list is
 * an answer too.
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

/** A switch given by a variable may be misspelt; a misspelt consent must not pass for one, nor silently for none. */
export function isSwitch(text: string): boolean {
  return ON.has(text.toLowerCase()) || OFF.has(text.toLowerCase());
}

/** Takes an input and what was written for it, gives its value in the spec, unchecked: what stands there when nothing was. */
export function valueOf({ kind, schema, tidy }: Input, text: string | undefined): unknown {
  if (kind === 'switch') return ON.has((text ?? '').toLowerCase());
  if (kind === 'list') return listOf(text ?? '');
  if (text) return tidy ? tidy(text) : text;
  return schema.safeParse(null).success ? null : schema.safeParse(undefined).success ? undefined : text;
}

/** The same, for a spec: what is optional there and says nothing is left out, as it was before there was the input. */
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
