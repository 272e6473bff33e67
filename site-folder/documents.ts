import type { z } from 'zod';
import { documentText, readDocumentText, whyUnread } from '../model/documents.ts';
import type { DocumentForm, ReadDocument } from '../model/documents.ts';
import type { PrivateFolder } from './index.ts';

/** A file of ours that this client cannot read. The message names it, says which version it has, and what to do. */
export class DocumentUnreadableError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DocumentUnreadableError';
  }
}

/** Gives the document in that file, in its present form; null where there is no such file. Throws DocumentUnreadableError. */
export async function readStored<Schema extends z.ZodType>(
  folder: PrivateFolder,
  name: string,
  form: DocumentForm<Schema>,
): Promise<z.infer<Schema> | null> {
  const read = await readIn(folder, name, form);
  if (read === null || 'value' in read) return read?.value ?? null;
  throw new DocumentUnreadableError(whyUnread(form, read, folder.path(name)));
}

/**
 * The same for what a process of this machine says of itself: a file that an old death or a full disk has spoiled is as none, for
 * whoever comes next writes it anew. One of a newer client is still refused: what it speaks of may run.
 */
export async function readState<Schema extends z.ZodType>(
  folder: PrivateFolder,
  name: string,
  form: DocumentForm<Schema>,
): Promise<z.infer<Schema> | null> {
  const read = await readIn(folder, name, form);
  if (read && 'newer' in read) throw new DocumentUnreadableError(whyUnread(form, read, folder.path(name)));
  return read && 'value' in read ? read.value : null;
}

async function readIn<Schema extends z.ZodType>(
  folder: PrivateFolder,
  name: string,
  form: DocumentForm<Schema>,
): Promise<ReadDocument<z.infer<Schema>> | null> {
  try {
    const text = await folder.read(name);
    return text === null ? null : readDocumentText(form, text);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EISDIR')) throw error;
    throw new DocumentUnreadableError(`${folder.path(name)} is a folder, and a file is wanted: move it away.`);
  }
}

/** Writes a document with its version; the file is replaced whole. */
export async function writeStored<Schema extends z.ZodType>(
  folder: PrivateFolder,
  name: string,
  form: DocumentForm<Schema>,
  value: z.infer<Schema> & object,
): Promise<void> {
  await folder.write(name, documentText(form, value));
}
