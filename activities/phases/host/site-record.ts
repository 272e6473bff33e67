import type { SiteRecord } from '../../../model/site.ts';
import { readSiteRecord, underSiteLock, writeSiteRecord } from '../../../site-folder/record.ts';
import type { PhaseContext } from '../../phase-context.ts';

type Needs = Pick<PhaseContext, 'folder' | 'ports'> & Partial<Pick<PhaseContext, 'signal'>>;

/** Gives the site's record, or null where there is none. Throws DocumentUnreadableError. */
export async function readRecord({ folder }: Needs): Promise<SiteRecord | null> {
  return readSiteRecord(folder);
}

/** Writes the cluster's identity into the site's record, in one step; does nothing where it stands there already. */
export async function recordCluster(context: Needs, cluster: NonNullable<SiteRecord['cluster']>): Promise<void> {
  await change(context, (record) => {
    const { kubeSystemUid, talosCaFingerprint } = record.cluster ?? { kubeSystemUid: null, talosCaFingerprint: null };
    const isSo = kubeSystemUid === cluster.kubeSystemUid && talosCaFingerprint === cluster.talosCaFingerprint;
    return isSo ? null : { cluster };
  });
}

/** Notes that the site has keys, and of which authority; does nothing where that is noted already. */
export async function recordKeys(context: Needs, talosCaFingerprint: string): Promise<void> {
  await change(context, (record) => (record.keys ? null : { keys: { talosCaFingerprint } }));
}

/** Gives the Talos authority that the site is known to have, by its keys or its cluster; null where none is known. */
export async function knownAuthority(context: Needs): Promise<string | null> {
  const record = await readRecord(context);
  return record?.keys?.talosCaFingerprint ?? record?.cluster?.talosCaFingerprint ?? null;
}

/** Removes the cluster from the site record: it is known to no longer exist. */
export async function forgetCluster(context: Needs): Promise<void> {
  await change(context, (record) => (record.cluster ? { cluster: null } : null));
}

/** Changes the record, unless there is none or nothing to change; a client may write it at the same time. */
async function change(
  { folder, ports, signal }: Needs,
  changed: (record: SiteRecord) => Partial<SiteRecord> | null,
): Promise<void> {
  const work = async (): Promise<void> => {
    const record = await readSiteRecord(folder);
    const changes = record && changed(record);
    if (!record || !changes) return;
    await writeSiteRecord(folder, { ...record, ...changes, updatedAt: ports.clock.now().toISOString() });
  };
  const record = await readSiteRecord(folder);
  if (record && changed(record)) await underSiteLock(folder, work, signal);
}
