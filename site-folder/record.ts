import { installWorkflowId } from '../model/workflow-contract.ts';
import { SITE_RECORD } from '../model/site.ts';
import type { SiteRecord } from '../model/site.ts';
import { takeLock } from '../system/lock.ts';
import { readStored, writeStored } from './documents.ts';
import { SITE_FILES } from './index.ts';
import type { PrivateFolder } from './index.ts';

const LOCK = 'site.lock';

/** The site's record, or null if there is none. Throws DocumentUnreadableError. */
export async function readSiteRecord(folder: PrivateFolder): Promise<SiteRecord | null> {
  return readStored(folder, SITE_FILES.record, SITE_RECORD);
}

/**
 * Runs `work` while no other process of this machine changes anything about the site: its newest install and its record. Not reentrant.
 */
export async function underSiteLock<Value>(
  folder: PrivateFolder,
  work: () => Promise<Value>,
  signal?: AbortSignal,
): Promise<Value> {
  await folder.make();
  const release = await takeLock(folder.path(LOCK), { signal });
  try {
    return await work();
  } finally {
    await release();
  }
}

/** Writes the record. Call it under the site's lock, because the whole file is replaced. */
export async function writeSiteRecord(folder: PrivateFolder, record: SiteRecord): Promise<void> {
  await writeStored(folder, SITE_FILES.record, SITE_RECORD, record);
}

/**
 * The id of the site's newest install; null if none was ordered. A record without a uid was written by a client up to 0.1.0, which had
 * one workflow for all installs of a site's name.
 */
export function installIn(record: SiteRecord | null): string | null {
  if (record === null) return null;
  return record.workflowId ?? (record.siteUid === undefined ? installWorkflowId(record.siteId) : null);
}
