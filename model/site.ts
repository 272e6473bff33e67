import { z } from 'zod';
import { collaborationFault } from './collaboration.ts';
import { asItWas, migrated } from './documents.ts';
import type { DocumentForm } from './documents.ts';
import { changeableSchemas, dnsLabel, ip, schemasIn, singleSchemas } from './inputs.ts';
import { kept } from './objects.ts';
import { releaseInSpec } from './release.ts';

export const siteId = dnsLabel('site name');

/**
 * The version of a spec's form. 1 had no number: it is every spec that clients up to 0.1.0 wrote. A new input needs no new version: it is
 * optional, and without it an install does what it did before the input existed.
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
 * One install, as the operator ordered it: what the workflow is started with. It holds no secret: the authentication key and all key
 * material stay in the operator's folder. The release is carried whole, so that a resumed install continues with the very release that
 * it started with, whatever the client that resumes it knows. Its inputs are in ./inputs.ts.
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
  /** Of clients up to 0.1.0, and ignored by every step: consent to a wipe is in the site's folder (site-folder/consent.ts). */
  wipeConfirmed: z.boolean(),
  imageTags,
  /** Files of an existing cluster that the operator named; they are read and never written. */
  existingCluster: kept(schemasIn('existingCluster')),
}).superRefine((spec, context) => {
  const message = collaborationFault(spec);
  if (message !== null) context.addIssue({ code: 'custom', path: ['collaboration'], message });
});
export type InstallSpec = z.infer<typeof presentSpec>;

/** The field of a spec's version, and the migrations of older ones. */
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
 * A spec of any version in the present form, unchecked. Pure: the workflow repeats it whenever its history is replayed.
 */
export function inPresentForm<Spec>(spec: Spec): Spec {
  return migrated(SPEC_HISTORY, spec);
}

/** Changed inputs of a running install (`appliance-client set`). */
export const inputChange = z
  .strictObject({
    ...changeableSchemas(),
    branch: schemasIn('repo').branch.optional(),
    imageTags: z.strictObject(imageTags.shape).optional(),
  })
  .superRefine((change, context) => {
    if (Object.values(change).every((value) => value === undefined))
      context.addIssue({ code: 'custom', message: 'no input to change' });
    for (const [key, value] of Object.entries(change)) {
      if (Array.isArray(value) && value.length === 0)
        context.addIssue({ code: 'custom', path: [key], message: 'expected at least one' });
    }
  });
export type InputChange = z.infer<typeof inputChange>;

/** `site.json` in the site's folder: what is known of a site before and after its install, without secrets. */
export const siteRecord = kept({
  apiVersion: z.literal('appliance.alga-psa/v1'),
  kind: z.literal('Site'),
  siteId,
  /** Created with the record, and copied with the folder: tells this site from another of the same name. */
  siteUid: z.uuid().optional(),
  /** The workflow of the newest install that was ordered; missing while that is one of a client up to 0.1.0. */
  workflowId: z.string().optional(),
  /** Ids of the keys in `payload-keys.json`; missing before there was one. If they are known, no new key is created for a lost one. */
  payloadKeys: z.array(z.string()).optional(),
  nodeIp: ip,
  appUrl: z.string(),
  hostname: z.string(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  /** Spec of the newest install that was ordered. */
  spec: installSpec,
  /**
   * The Talos keys that were created for this site, recorded before they were used. They are never created again. Missing if none were
   * created, or by a client up to 0.1.0.
   */
  keys: kept({ talosCaFingerprint: z.string() }).optional(),
  /** Identity of the cluster that this site's install created or adopted; null until it is known. */
  cluster: kept({ kubeSystemUid: z.string(), talosCaFingerprint: z.string().nullable() }).nullable(),
});
export type SiteRecord = z.infer<typeof siteRecord>;

/** A newer one is refused: readers write it back. */
export const SITE_RECORD: DocumentForm<typeof siteRecord> = {
  kind: 'Site',
  mark: 'apiVersion',
  version: 1,
  unmarked: null,
  newer: 'refused',
  migrations: {},
  schema: siteRecord,
};
