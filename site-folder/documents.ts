import type { z } from 'zod';
import { documentText, readDocumentText, whyUnread } from '../model/documents.ts';
import type { DocumentForm, ReadDocument } from '../model/documents.ts';
import { NotReadableFileError } from '../system/read-file.ts';
import type { PrivateFolder } from './index.ts';

/** A file of ours that this client cannot read. The message names it, says which version it has, and what to do. */
export class DocumentUnreadableError extends Error {
  /** A newer client can read it. */
  readonly isNewer: boolean;

  constructor(message: string, { isNewer = false }: { readonly isNewer?: boolean } = {}) {
    super(message);
    this.name = 'DocumentUnreadableError';
    this.isNewer = isNewer;
  }
}

/** The document in that file, in its present form; null if there is no such file. Throws DocumentUnreadableError. */
export async function readStored<Schema extends z.ZodType>(
  folder: PrivateFolder,
  name: string,
  form: DocumentForm<Schema>,
): Promise<z.infer<Schema> | null> {
  const read = await readIn(folder, name, form);
  if (read === null || 'value' in read) return read?.value ?? null;
  throw new DocumentUnreadableError(whyUnread(form, read, folder.path(name)), { isNewer: 'newer' in read });
}

/**
 * The same for the state file of a process on this machine: one that was damaged by a crash or a full disk counts as missing, because
 * the next process writes it again. One of a newer client is still refused: its process may be running.
 */
export async function readState<Schema extends z.ZodType>(
  folder: PrivateFolder,
  name: string,
  form: DocumentForm<Schema>,
): Promise<z.infer<Schema> | null> {
  const read = await readIn(folder, name, form);
  if (read && 'newer' in read)
    throw new DocumentUnreadableError(whyUnread(form, read, folder.path(name)), { isNewer: true });
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
    if (!(error instanceof NotReadableFileError)) throw error;
    throw new DocumentUnreadableError(error.message);
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
