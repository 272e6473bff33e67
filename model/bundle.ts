import { z } from 'zod';
import { API_VERSION } from './appliance.ts';
import type { DocumentForm } from './documents.ts';

/** A path inside a bundle: names of letters, digits, dots, dashes and underscores, joined by slashes; no `..`. */
export const BUNDLE_PATH = /^(?!.*(?:^|\/)\.)[A-Za-z0-9._-]{1,100}(?:\/[A-Za-z0-9._-]{1,100}){0,3}$/;

/** `index.json` of a support bundle: what is in it, what is missing and why. */
const bundleIndex = z.object({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('SupportBundle'),
  createdAt: z.iso.datetime({ offset: true }),
  site: z.object({ siteId: z.string(), nodeIp: z.string().nullable(), appUrl: z.string().nullable() }),
  client: z.object({ version: z.string(), node: z.string(), platform: z.string() }),
  /** Every other file of the archive, in its order, but for `SHA256SUMS`. */
  files: z.array(
    z.object({
      path: z.string(),
      /** Which question it answers: `snapshot`, `status`, `logs`, `talos`, … */
      part: z.string(),
      what: z.string(),
      bytes: z.number(),
      sha256: z.string(),
    }),
  ),
  /** What was asked for and is not there. */
  missing: z.array(z.object({ part: z.string(), what: z.string(), why: z.string() })),
});
export type BundleIndex = z.infer<typeof bundleIndex>;

export const BUNDLE_INDEX: DocumentForm<typeof bundleIndex> = {
  kind: 'SupportBundle',
  mark: 'apiVersion',
  version: 1,
  unmarked: null,
  newer: 'refused',
  migrations: {},
  schema: bundleIndex,
};
