import { createHash } from 'node:crypto';
import { z } from 'zod';
import { INSTALL_ANNOTATION, NAMESPACES } from '../model/appliance.ts';
import type { KubernetesObject } from '../model/snapshot.ts';

const claimed = z.object({ spec: z.object({ claimRef: z.object({ namespace: z.string(), uid: z.string() }) }) });
const DIGITS = 12;

/** Gives the install whose data a claim holds, as it stands at the claim; null where none has been noted. */
export function installOfClaim({ metadata }: KubernetesObject): string | null {
  return metadata.annotations?.[INSTALL_ANNOTATION] ?? null;
}

/**
 * The id of the application data: that of the install that created it if all of it is labelled so, else one derived
 * from the uids of the claims. Null if there is no data. Data that is created again has another id, under whatever
 * names.
 */
export function dataIdOf(claims: readonly KubernetesObject[], volumes: readonly KubernetesObject[]): string | null {
  const own = claims.flatMap(({ metadata }) => metadata.uid ?? []);
  const bound = volumes.flatMap((volume) => {
    const claim = claimed.safeParse(volume).data?.spec.claimRef;
    return claim?.namespace === NAMESPACES.workloads ? [claim.uid] : [];
  });
  const uids = [...new Set([...own, ...bound])].toSorted();
  if (uids.length === 0) return null;
  const noted = new Set(claims.map(installOfClaim));
  const [installId] = noted;
  if (installId && noted.size === 1 && uids.length === own.length) return installId;
  return `data-${createHash('sha256').update(uids.join(' ')).digest('hex').slice(0, DIGITS)}`;
}
