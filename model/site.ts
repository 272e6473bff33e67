import { z } from 'zod';
import { branchName, channelName, imageTag, releaseManifest } from './release.ts';

/** RFC 1123 label: what Kubernetes and Talos accept as a host or cluster name. */
const dnsLabel = (what: string) =>
  z
    .string()
    .regex(
      /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
      `expected a ${what}: lower-case letters, digits and "-", at most 63`,
    );

export const siteId = dnsLabel('site name');

const ip = z.union([z.ipv4(), z.ipv6()], { error: 'expected an IP address' });
const cidr = z.union([z.cidrv4(), z.cidrv6()], {
  error: 'expected an address with its prefix length, such as 192.0.2.10/24',
});
const nameOrIp = z
  .string()
  .regex(/^[A-Za-z0-9]([A-Za-z0-9.:-]*[A-Za-z0-9])?$/, 'expected a host name or an IP address');

export const network = z.discriminatedUnion('mode', [
  z.strictObject({ mode: z.literal('dhcp') }),
  z.strictObject({ mode: z.literal('static'), address: cidr, gateway: ip }),
]);
export type Network = z.infer<typeof network>;

/** Tags that take the place of the release's own, for the four images that the vendor builds. */
export const imageTagOverrides = z.strictObject({
  algaCore: imageTag.optional(),
  workflowWorker: imageTag.optional(),
  emailService: imageTag.optional(),
  temporalWorker: imageTag.optional(),
});
export type ImageTagOverrides = z.infer<typeof imageTagOverrides>;

/** A URL that Flux on the node can fetch from: a path on the operator's machine is none. */
export const gitUrl = z
  .string()
  .regex(/^(https?|ssh|git|file):\/\/[^\s@]+(@[^\s@]+)?$|^[^\s@]+@[^\s:]+:[^\s]+$/, 'expected a Git URL')
  .refine((url) => !/^https?:\/\/[^/]*:[^/]*@/.test(url), 'a password does not belong in the URL');

/**
 * One install, as the operator ordered it: what the workflow is started with. It holds no secret: the authentication key
 * and all key material stay in the operator's folder. The release is carried whole, so that a resumed install goes on with
 * the very release that it began with, whatever the client that resumes it knows.
 */
export const installSpec = z.strictObject({
  siteId,
  clusterName: dnsLabel('cluster name'),
  nodeIp: ip,
  hostname: dnsLabel('host name'),
  appUrl: z.url({ protocol: /^https?$/, error: 'expected an http or https URL' }),
  interface: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,14}$/, 'expected a network interface name, such as eth0')
    .nullable(),
  network,
  dnsServers: z.array(ip).max(8),
  ntpServers: z.array(nameOrIp).max(8),
  installDisk: z.string().regex(/^\/dev\/[A-Za-z0-9._/-]+$/, 'expected a device path, such as /dev/sda'),
  channel: channelName.nullable(),
  release: releaseManifest,
  profile: dnsLabel('profile name'),
  repo: z.strictObject({
    url: gitUrl,
    branch: branchName,
    path: z
      .string()
      .regex(/^(\.\/)?[A-Za-z0-9._/-]+$/, 'expected a folder inside the repository')
      .refine((path) => !path.split('/').includes('..'), 'the path leaves the repository'),
  }),
  /** The operator's checkout when the install was ordered with `--repo-branch current`; else null. */
  checkout: z
    .strictObject({
      revision: z.string(),
      uncommittedFiles: z.number().int(),
      unpushedCommits: z.number().int().nullable(),
    })
    .nullable(),
  requireRemoteBranch: z.boolean(),
  /** A file with Flux's manifests that takes the place of the download; its digest must be the release's. */
  fluxManifests: z.string().nullable(),
  mode: z.enum(['fresh', 'recover']),
  /** True when the site's name was typed, or `--yes` given: the consent to wipe application data. */
  wipeConfirmed: z.boolean(),
  imageTags: imageTagOverrides,
  prepullImages: z.boolean(),
  skipImageTagValidation: z.boolean(),
  /** Files of an existing cluster that the operator named; they are read and never written. */
  existingCluster: z.strictObject({ kubeconfig: z.string().nullable(), talosconfig: z.string().nullable() }),
});
export type InstallSpec = z.infer<typeof installSpec>;

/** What a running install can be told to do otherwise (`appliance-client set`). */
export const inputChange = z
  .strictObject({
    dnsServers: installSpec.shape.dnsServers.min(1).optional(),
    ntpServers: installSpec.shape.ntpServers.min(1).optional(),
    branch: branchName.optional(),
    imageTags: imageTagOverrides.optional(),
    skipImageTagValidation: z.boolean().optional(),
  })
  .refine((change) => Object.values(change).some((value) => value !== undefined), 'nothing to change was given');
export type InputChange = z.infer<typeof inputChange>;
export const CHANGEABLE_INPUTS = [
  'dnsServers',
  'ntpServers',
  'branch',
  'imageTags',
  'skipImageTagValidation',
] as const satisfies readonly (keyof InputChange)[];

/** `site.json` in the site's folder: what is known of a site before and after its install, without secrets. */
export const siteRecord = z.strictObject({
  apiVersion: z.literal('appliance.alga-psa/v1'),
  kind: z.literal('Site'),
  siteId,
  nodeIp: ip,
  appUrl: z.string(),
  hostname: z.string(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  /** Spec of the newest install that was ordered. */
  spec: installSpec,
  /** Identity of the cluster that this site's install made or took over; null until it is known. */
  cluster: z.strictObject({ kubeSystemUid: z.string(), talosCaFingerprint: z.string().nullable() }).nullable(),
});
export type SiteRecord = z.infer<typeof siteRecord>;
