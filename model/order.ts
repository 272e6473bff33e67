import { z } from 'zod';
import { siteId } from './site.ts';
import type { InstallSpec } from './site.ts';

/** SHA-256 of the bytes of a file of inputs, in hexadecimal; the file's name in the site's folder too. */
export const inputsDigest = z.string().regex(/^[0-9a-f]{64}$/, 'expected a SHA-256 digest in hexadecimal');

/**
 * Names inputs that lie in the site's folder, and says just enough for the words of a failure when they do not. This is all
 * that Temporal carries of them: who can write a payload cannot thereby change what an activity does.
 */
export const inputsReference = z.object({ siteId, nodeIp: z.string(), digest: inputsDigest });
export type InputsReference = z.infer<typeof inputsReference>;

/** The version of an order's form. A new field needs no new one: it is optional. */
const ORDER_VERSION = 1;

/**
 * What the workflow knows of an install: what it shows, and which steps are asked for. No activity goes by it; each reads the
 * inputs themselves. It is read loosely, so that a client may say more later.
 */
export const installOrder = z.object({
  orderVersion: z.int().min(ORDER_VERSION),
  inputs: inputsReference,
  /** Of what is installed, without how it was ordered: two starts with the same are one install. */
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

/** What an order says beside the names of its inputs; of a spec that stands in a history of up to 0.1.0 as well. */
export type OrderFacts = Omit<InstallOrder, 'inputs' | 'orderVersion'> & Pick<InstallSpec, 'siteId' | 'nodeIp'>;

/** Pure: the workflow takes it of a spec whenever an older history is played. */
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

/** Takes a spec, the digest of what it installs and that of its file, gives the order that Temporal carries. */
export function orderOf(spec: InstallSpec, specDigest: string, digest: string): InstallOrder {
  const { siteId: site, nodeIp, ...facts } = orderFacts(spec, specDigest);
  return { orderVersion: ORDER_VERSION, ...facts, inputs: { siteId: site, nodeIp, digest } };
}
