import { z } from 'zod';
import { siteId } from './site.ts';
import type { InstallSpec } from './site.ts';

/** SHA-256 of the bytes of a file of inputs, in hexadecimal; the file's name in the site's folder too. */
export const inputsDigest = z.string().regex(/^[0-9a-f]{64}$/, 'expected a SHA-256 digest in hexadecimal');

/**
 * Names inputs in the site's folder, with just enough for the message of a failure if they are missing. Temporal carries nothing else
 * of them: write access to a payload does not suffice to change what an activity does.
 */
export const inputsReference = z.object({
  siteId,
  nodeIp: z.string(),
  digest: inputsDigest,
  /** Of the site's record: a folder with the same name may be another site's. Missing in orders up to 0.1.0. */
  siteUid: z.uuid().optional(),
});
export type InputsReference = z.infer<typeof inputsReference>;

/** The version of an order's form. A new field needs no new version: it is optional. */
const ORDER_VERSION = 1;

/**
 * What the workflow knows of an install: what it shows, and which steps are requested. No activity relies on it; each reads the inputs
 * themselves. It is read loosely, so that a later client may add fields.
 */
export const installOrder = z.object({
  orderVersion: z.int().min(ORDER_VERSION),
  /** Of this one order: it is part of the workflow's id. Missing in orders up to 0.1.0. */
  orderId: z.uuid().optional(),
  inputs: inputsReference,
  /** Of what is installed, without how it was ordered: two starts with the same digest are one install. */
  specDigest: z.string(),
  mode: z.enum(['fresh', 'recover']),
  appUrl: z.string(),
  channel: z.string().nullable(),
  releaseVersion: z.string(),
  appVersion: z.string(),
  clusterDns: z.boolean(),
  prepullImages: z.boolean(),
});
export type InstallOrder = z.infer<typeof installOrder>;

/** The contents of an order beside the names of its inputs; of a spec in a history of up to 0.1.0 as well. */
export type OrderFacts = Omit<InstallOrder, 'inputs' | 'orderVersion' | 'orderId'> &
  Pick<InstallSpec, 'siteId' | 'nodeIp'>;

/** Pure: the workflow derives it from a spec whenever an older history is replayed. */
export function orderFacts(spec: InstallSpec, specDigest: string): OrderFacts {
  return {
    siteId: spec.siteId,
    nodeIp: spec.nodeIp,
    specDigest,
    mode: spec.mode,
    appUrl: spec.appUrl,
    channel: spec.channel,
    releaseVersion: spec.release.releaseVersion,
    appVersion: spec.release.app.version,
    clusterDns: spec.dnsServers.length > 0,
    prepullImages: spec.prepullImages,
  };
}

/** The ids of an order and its site; orders of clients up to 0.1.0 have neither. */
export interface OrderIdentity {
  readonly orderId: string;
  readonly siteUid: string;
}

/** The order that Temporal carries. `specDigest`: of what is installed; `digest`: of the file of inputs. */
export function orderOf(
  spec: InstallSpec,
  specDigest: string,
  digest: string,
  identity: OrderIdentity | null = null,
): InstallOrder {
  const { siteId: site, nodeIp, ...facts } = orderFacts(spec, specDigest);
  const inputs = { siteId: site, nodeIp, digest };
  if (identity === null) return { orderVersion: ORDER_VERSION, ...facts, inputs };
  const { orderId, siteUid } = identity;
  return { orderVersion: ORDER_VERSION, orderId, ...facts, inputs: { ...inputs, siteUid } };
}
