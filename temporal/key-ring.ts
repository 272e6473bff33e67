import { randomBytes } from 'node:crypto';
import { rename, stat } from 'node:fs/promises';
import { documentText, readDocumentText, whyUnread } from '../model/documents.ts';
import { MOST_PAYLOAD_KEYS, PAYLOAD_KEYS } from '../model/records.ts';
import type { PayloadKeys } from '../model/records.ts';
import { DocumentUnreadableError, writeStored } from '../site-folder/documents.ts';
import { SITE_FILES, siteFolder } from '../site-folder/index.ts';
import type { PrivateFolder } from '../site-folder/index.ts';
import { readSiteRecord, underSiteLock, writeSiteRecord } from '../site-folder/record.ts';
import { KEY_BYTES, keyIdOf } from './payload-codec.ts';
import { advise, client } from '../model/advice.ts';
import type { Advice } from '../model/advice.ts';
import { AdvisedError } from '../model/render-advice.ts';

/** A key that payloads need is missing. The message names the file, the key, and what to do. */
export class PayloadKeyError extends AdvisedError {
  override readonly name = 'PayloadKeyError';
}

/** The keys of a site: the newest encrypts, all decrypt. */
export interface KeyRing {
  readonly ids: readonly string[];
  readonly newest: Buffer;
  find(id: string): Buffer | undefined;
}

/** The site's keys; null if there are none. Throws PayloadKeyError if the file exists but cannot be read. */
export async function readKeyRing(folder: PrivateFolder): Promise<KeyRing | null> {
  const found = await readKeys(folder);
  return found && ringOf(found);
}

/**
 * The site's keys; created if the site's record names none. The keys are written before the record names them: after a crash in between
 * they are adopted. Throws PayloadKeyError if keys that the record names are missing.
 */
export async function ensureKeyRing(home: string, siteId: string): Promise<KeyRing> {
  return underSiteLock(siteFolder(home, siteId), () => keyRingUnderLock(home, siteId));
}

/** The same for a caller that already holds the site's lock. */
export async function keyRingUnderLock(home: string, siteId: string): Promise<KeyRing> {
  const folder = siteFolder(home, siteId);
  const fault = await siteKeyFault(home, siteId);
  if (fault) throw fault;
  const found = await readKeyRing(folder);
  if (!found) await folder.createOnce(SITE_FILES.payloadKeys, documentText(PAYLOAD_KEYS, { keys: [newKey()] }));
  const ring = found ?? (await readKeyRing(folder));
  if (!ring) throw new PayloadKeyError(lost(folder, siteId, 'was removed right after it was created', []));
  await recordKeys(folder, ring.ids);
  return ring;
}

/**
 * Adds a key to the site's, which encrypts from now on; running workers pick it up automatically. Older keys stay: what they encrypted is
 * read with them for as long as the server keeps it. Gives the number of keys, and the new one's id.
 */
export async function rotateKeyRing(home: string, siteId: string): Promise<{ id: string; keys: number }> {
  const folder = siteFolder(home, siteId);
  return underSiteLock(folder, async () => {
    await keyRingUnderLock(home, siteId);
    const before = await readKeys(folder);
    const known = before?.keys ?? [];
    if (known.length >= MOST_PAYLOAD_KEYS)
      throw new PayloadKeyError(
        `${folder.path(SITE_FILES.payloadKeys)} has ${known.length} keys, which is the maximum. Remove the oldest ones, from before ` +
          'the installs that the Temporal server still has, and try again.',
      );
    const added = newKey();
    await writeStored(folder, SITE_FILES.payloadKeys, PAYLOAD_KEYS, { ...before, keys: [...known, added] });
    await recordKeys(
      folder,
      [...known, added].map(({ id }) => id),
    );
    return { id: added.id, keys: known.length + 1 };
  });
}

/** What is wrong with a site's keys: some that its record names are missing. Null if none are. */
export async function siteKeyFault(home: string, siteId: string): Promise<PayloadKeyError | null> {
  const folder = siteFolder(home, siteId);
  const named = (await readSiteRecord(folder))?.payloadKeys ?? [];
  try {
    const ring = await readKeyRing(folder);
    const gone = named.filter((id) => !ring?.find(id));
    if (gone.length === 0) return null;
    return new PayloadKeyError(lost(folder, siteId, ring ? 'lacks keys' : 'does not exist', gone));
  } catch (error) {
    if (error instanceof PayloadKeyError) return error;
    throw error;
  }
}

/** Gives up what was encrypted with lost keys: from now on the record names the present ones. */
export async function forgetLostKeys(home: string, siteId: string): Promise<void> {
  const folder = siteFolder(home, siteId);
  await underSiteLock(folder, async () => {
    const ring = await readKeyRing(folder).catch(async (error: unknown) => {
      if (!(error instanceof PayloadKeyError)) throw error;
      // Kept under another name, in case it can be repaired.
      const path = folder.path(SITE_FILES.payloadKeys);
      await rename(path, `${path}.unreadable`);
      return null;
    });
    await recordKeys(folder, ring?.ids ?? []);
  });
}

/** The key rings of all sites of a home, read again whenever a file has changed. One whose file disappears stays in use. */
export function keyRings(home: string): (siteId: string) => Promise<KeyRing | null> {
  const known = new Map<string, { readonly mark: string; readonly ring: KeyRing }>();
  return async (siteId) => {
    const folder = siteFolder(home, siteId);
    const mark = await markOf(folder.path(SITE_FILES.payloadKeys));
    const before = known.get(siteId);
    if (before && (mark === null || mark === before.mark)) return before.ring;
    if (mark === null) return null;
    const ring = await readKeyRing(folder);
    if (ring) known.set(siteId, { mark, ring });
    return ring;
  };
}

/** A text that changes whenever the file is replaced; null if there is none. */
export async function markOf(path: string): Promise<string | null> {
  try {
    const { ino, mtimeMs, size } = await stat(path);
    return `${ino} ${mtimeMs} ${size}`;
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return null;
    throw error;
  }
}

const WITH_NEW_KEY = advise`${client('cancel')} cancels an install without reading it, and ${client('start')} starts one with a new key.`;

/** What is lost, and what to do. */
export function lost(folder: PrivateFolder, siteId: string, what: string, ids: readonly string[]): Advice {
  const keys = ids.length === 0 ? '' : ` (${ids.length === 1 ? 'key' : 'keys'} ${ids.join(', ')})`;
  return advise`The installs of ${siteId} cannot be read: ${folder.path(SITE_FILES.payloadKeys)} ${what}${keys}. Restore the file from a copy of the site's folder, and try again. If there is none, ${WITH_NEW_KEY}`;
}

async function readKeys(folder: PrivateFolder): Promise<PayloadKeys | null> {
  const text = await folder.read(SITE_FILES.payloadKeys);
  if (text === null) return null;
  const path = folder.path(SITE_FILES.payloadKeys);
  const read = readDocumentText(PAYLOAD_KEYS, text);
  if ('newer' in read) throw new DocumentUnreadableError(whyUnread(PAYLOAD_KEYS, read, path));
  if ('fault' in read)
    throw new PayloadKeyError(
      advise`The installs of this site cannot be read: ${whyUnread(PAYLOAD_KEYS, read, path)} If there is no copy, ${WITH_NEW_KEY}`,
    );
  const changed = read.value.keys.find(({ id, key }) => keyIdOf(Buffer.from(key, 'hex')) !== id);
  if (changed)
    throw new PayloadKeyError(
      advise`The installs of this site cannot be read: the key ${changed.id} in ${path} was changed. Restore the file from a copy of the site's folder. If there is none, ${WITH_NEW_KEY}`,
    );
  return read.value;
}

function ringOf({ keys }: PayloadKeys): KeyRing {
  const byId = new Map(keys.map(({ id, key }) => [id, Buffer.from(key, 'hex')]));
  const newest = byId.get(keys.at(-1)?.id ?? '');
  if (!newest) throw new Error('a key ring without a key');
  return { ids: [...byId.keys()], newest, find: (id) => byId.get(id) };
}

function newKey(): PayloadKeys['keys'][number] {
  const key = randomBytes(KEY_BYTES);
  return { id: keyIdOf(key), key: key.toString('hex'), createdAt: new Date().toISOString() };
}

/** Call it under the site's lock. */
async function recordKeys(folder: PrivateFolder, ids: readonly string[]): Promise<void> {
  const record = await readSiteRecord(folder);
  if (!record || (record.payloadKeys ?? []).join() === ids.join()) return;
  await writeSiteRecord(folder, { ...record, payloadKeys: [...ids] });
}
