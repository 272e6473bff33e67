import { CONSENT } from '../model/records.ts';
import { readState, writeStored } from './documents.ts';
import type { PrivateFolder } from './index.ts';

const FILE = 'consent.json';

/** Records in the site's folder that the data with this id may be destroyed. An earlier consent is replaced. */
export async function giveConsent(folder: PrivateFolder, dataId: string, now: Date): Promise<void> {
  await writeStored(folder, FILE, CONSENT, { destroys: dataId, givenAt: now.toISOString() });
}

/** Whether a person has agreed that the data with exactly this id may be deleted. A file that cannot be read is no consent. */
export async function hasConsent(folder: PrivateFolder, dataId: string): Promise<boolean> {
  return (await readState(folder, FILE, CONSENT))?.destroys === dataId;
}

/** A consent is for one wipe. */
export async function useConsent(folder: PrivateFolder): Promise<void> {
  await folder.remove(FILE);
}
