import { z } from 'zod';
import { changeableSchemas, dnsLabel, ip, schemasIn, singleSchemas } from './inputs.ts';
import { releaseManifest } from './release.ts';

export const siteId = dnsLabel('site name');

const { mode: _mode, ...staticNetwork } = schemasIn('network');
const network = z.discriminatedUnion('mode', [
  z.strictObject({ mode: z.literal('dhcp') }),
  z.strictObject({ mode: z.literal('static'), ...staticNetwork }),
]);
export type Network = z.infer<typeof network>;

const imageTags = z.strictObject(schemasIn('imageTags'));

/**
 * One install, as the operator ordered it: what the workflow is started with. It holds no secret: the authentication key
 * and all key material stay in the operator's folder. The release is carried whole, so that a resumed install goes on with
 * the very release that it began with, whatever the client that resumes it knows. Its inputs stand in ./inputs.ts.
 */
export const installSpec = z.strictObject({
  siteId,
  ...singleSchemas(),
  network,
  release: releaseManifest,
  repo: z.strictObject(schemasIn('repo')),
  /** The operator's checkout when the install was ordered with `--repo-branch current`; else null. */
  checkout: z
    .strictObject({
      revision: z.string(),
      uncommittedFiles: z.number().int(),
      unpushedCommits: z.number().int().nullable(),
    })
    .nullable(),
  mode: z.enum(['fresh', 'recover']),
  /** True when the site's name was typed, or `--yes` given: the consent to wipe application data. */
  wipeConfirmed: z.boolean(),
  imageTags,
  /** Files of an existing cluster that the operator named; they are read and never written. */
  existingCluster: z.strictObject(schemasIn('existingCluster')),
});
export type InstallSpec = z.infer<typeof installSpec>;

/** What a running install can be told to do otherwise (`appliance-client set`). */
export const inputChange = z
  .strictObject({
    ...changeableSchemas(),
    branch: schemasIn('repo').branch.optional(),
    imageTags: imageTags.optional(),
  })
  .superRefine((change, context) => {
    if (Object.values(change).every((value) => value === undefined))
      context.addIssue({ code: 'custom', message: 'nothing to change was given' });
    for (const [key, value] of Object.entries(change)) {
      if (Array.isArray(value) && value.length === 0)
        context.addIssue({ code: 'custom', path: [key], message: 'expected one at least' });
    }
  });
export type InputChange = z.infer<typeof inputChange>;

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
