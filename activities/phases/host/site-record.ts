import { SITE_RECORD } from '../../../model/site.ts';
import type { SiteRecord } from '../../../model/site.ts';
import { readStored, writeStored } from '../../../site-folder/documents.ts';
import { SITE_FILES } from '../../../site-folder/index.ts';
import type { PhaseContext } from '../../phase-context.ts';

type Needs = Pick<PhaseContext, 'folder' | 'ports'>;

/** Gives the site's record, or null where there is none. Throws DocumentUnreadableError. */
export async function readRecord({ folder }: Needs): Promise<SiteRecord | null> {
  return readStored(folder, SITE_FILES.record, SITE_RECORD);
}

/** Writes the cluster's identity into the site's record, in one step; does nothing where it stands there already. */
export async function recordCluster(context: Needs, cluster: NonNullable<SiteRecord['cluster']>): Promise<void> {
  const record = await readRecord(context);
  if (!record) return;
  const { kubeSystemUid, talosCaFingerprint } = record.cluster ?? { kubeSystemUid: null, talosCaFingerprint: null };
  if (kubeSystemUid === cluster.kubeSystemUid && talosCaFingerprint === cluster.talosCaFingerprint) return;
  await write(context, { ...record, cluster });
}

/** Takes the cluster out of the site's record: it is known to be gone. */
export async function forgetCluster(context: Needs): Promise<void> {
  const record = await readRecord(context);
  if (record?.cluster) await write(context, { ...record, cluster: null });
}

async function write({ folder, ports }: Needs, record: SiteRecord): Promise<void> {
  const updatedAt = ports.clock.now().toISOString();
  await writeStored(folder, SITE_FILES.record, SITE_RECORD, { ...record, updatedAt });
}
