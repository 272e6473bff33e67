import { z } from 'zod';
import { collaborationFault } from './collaboration.ts';
import { asItWas, migrated } from './documents.ts';
import type { DocumentForm } from './documents.ts';
import { changeableSchemas, dnsLabel, ip, schemasIn, singleSchemas } from './inputs.ts';
import { kept } from './objects.ts';
import { releaseInSpec } from './release.ts';

export const siteId = dnsLabel('site name');

/**
 * The version of a spec's form. 1 had no number of its own: it is every spec that the clients up to 0.1.0 wrote. A new input
 * needs no new version: it is optional, and without it an install does what it did before there was the input.
 */
export const SPEC_VERSION = 2;

const { mode: _mode, ...staticNetwork } = schemasIn('network');
const network = z.discriminatedUnion('mode', [
  kept({ mode: z.literal('dhcp') }),
  kept({ mode: z.literal('static'), ...staticNetwork }),
]);
export type Network = z.infer<typeof network>;

const imageTags = kept(schemasIn('imageTags'));

/**
 * One install, as the operator ordered it: what the workflow is started with. It holds no secret: the authentication key
 * and all key material stay in the operator's folder. The release is carried whole, so that a resumed install goes on with
 * the very release that it began with, whatever the client that resumes it knows. Its inputs stand in ./inputs.ts.
 */
const presentSpec = kept({
  specVersion: z.int().min(SPEC_VERSION),
  siteId,
  ...singleSchemas(),
  network,
  release: releaseInSpec,
  repo: kept(schemasIn('repo')),
  /** The operator's checkout when the install was ordered with `--repo-branch current`; else null. */
  checkout: kept({
    revision: z.string(),
    uncommittedFiles: z.number().int(),
    unpushedCommits: z.number().int().nullable(),
  }).nullable(),
  mode: z.enum(['fresh', 'recover']),
  /** True when the site's name was typed, or `--yes` given: the consent to wipe application data. */
  wipeConfirmed: z.boolean(),
  imageTags,
  /** Files of an existing cluster that the operator named; they are read and never written. */
  existingCluster: kept(schemasIn('existingCluster')),
}).superRefine((spec, context) => {
  const message = collaborationFault(spec);
  if (message !== null) context.addIssue({ code: 'custom', path: ['collaboration'], message });
});
export type InstallSpec = z.infer<typeof presentSpec>;

/** Where a spec says its version, and what brings an older one into the present form. */
const SPEC_HISTORY = {
  kind: 'InstallSpec',
  mark: 'specVersion',
  version: SPEC_VERSION,
  unmarked: 1,
  migrations: { 1: asItWas },
} as const satisfies Partial<DocumentForm>;

/** Reads a spec of any version, and gives it in the present form. */
export const installSpec = z.preprocess(inPresentForm, presentSpec);

/** `inputs/<digest>.json`. A newer one may have further inputs; what this client knows of it must still hold. */
export const INSTALL_SPEC: DocumentForm<typeof presentSpec> = { ...SPEC_HISTORY, newer: 'read', schema: presentSpec };

/**
 * Takes a spec of any version, gives it in the present form, unchecked. It is pure: the workflow does it again whenever its
 * history is played.
 */
export function inPresentForm<Spec>(spec: Spec): Spec {
  return migrated(SPEC_HISTORY, spec);
}

/** What a running install can be told to do otherwise (`appliance-client set`). */
export const inputChange = z
  .strictObject({
    ...changeableSchemas(),
    branch: schemasIn('repo').branch.optional(),
    imageTags: z.strictObject(imageTags.shape).optional(),
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
export const siteRecord = kept({
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
  cluster: kept({ kubeSystemUid: z.string(), talosCaFingerprint: z.string().nullable() }).nullable(),
});
export type SiteRecord = z.infer<typeof siteRecord>;

/** A newer one is refused: it is written back by whoever reads it. */
export const SITE_RECORD: DocumentForm<typeof siteRecord> = {
  kind: 'Site',
  mark: 'apiVersion',
  version: 1,
  unmarked: null,
  newer: 'refused',
  migrations: {},
  schema: siteRecord,
};
