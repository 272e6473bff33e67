import type { z } from 'zod';
import { MOST_LEVELS, isTooDeep } from './depth.ts';

/** The fields of a document before its schema has checked them. */
export type Fields = Readonly<Record<string, unknown>>;

/**
 * One document that this product stores and that another version of it may read: its name, the version in which it is written today,
 * and the migrations of older ones. All of them are listed in ./stored.ts; CONTRIBUTING.md, "Changing a document's schema", says when
 * a new version is needed.
 */
export interface DocumentForm<Schema extends z.ZodType = z.ZodType> {
  /** The value of `kind`, for documents whose version is in `apiVersion`. */
  readonly kind: string;
  /** The field of the document's version: the N of `appliance.alga-psa/vN`, or a number. */
  readonly mark: 'apiVersion' | 'specVersion' | 'stateVersion' | 'format';
  readonly version: number;
  /** The version of a document without one, from before there were versions. Null: there are no such documents. */
  readonly unmarked: number | null;
  /** A newer one: refused, or read as far as it is known, because its schema decides. */
  readonly newer: 'refused' | 'read';
  /** By the version that it takes, what turns it into the next one. Pure: workflows replay it. */
  readonly migrations: Readonly<Record<number, (document: Fields) => Fields>>;
  /** Of the present version, tolerant of unknown fields (`kept`, `open`). */
  readonly schema: Schema;
}

/** Result of reading a document. `newer`: of a version that this client does not know. */
export type ReadDocument<Value> = { readonly value: Value } | Unread;
export type Unread = { readonly newer: number } | { readonly fault: string };

const NAME = /^appliance\.alga-psa\/v(\d{1,6})$/;

/** What a document's versions are, without what is in them. */
type History = Pick<DocumentForm, 'kind' | 'mark' | 'version' | 'unmarked' | 'migrations'>;

/** A migration to the first version with a mark, which changed nothing else. */
export const asItWas = (document: Fields): Fields => document;

/** The document in its present form, or why it cannot be read. */
export function readDocument<Schema extends z.ZodType>(
  form: DocumentForm<Schema>,
  found: unknown,
): ReadDocument<z.infer<Schema>> {
  if (isFields(found)) {
    const version = versionOf(form, found);
    if (version !== null && version > form.version && form.newer === 'refused') return { newer: version };
    if (form.mark === 'apiVersion' && 'kind' in found && found['kind'] !== form.kind)
      return { fault: `kind: expected ${form.kind}, found ${nameIn(found['kind'])}` };
  }
  const parsed = form.schema.safeParse(migrated(form, found));
  if (parsed.success) return { value: parsed.data };
  const [issue] = parsed.error.issues;
  return { fault: `${issue?.path.join('.') || 'the document'}: ${issue?.message ?? 'not readable'}` };
}

/** The same for the text of a file. */
export function readDocumentText<Schema extends z.ZodType>(
  form: DocumentForm<Schema>,
  text: string,
): ReadDocument<z.infer<Schema>> {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    return { fault: 'it is empty, cut or not JSON' };
  }
  if (isTooDeep(found)) return { fault: `it is nested more than ${MOST_LEVELS} levels deep` };
  return readDocument(form, found);
}

/** A document of any version in the present form, unchecked; one without a version to start from, as it is. */
export function migrated<Document>(form: History, found: Document): Document;
export function migrated(form: History, found: unknown): unknown {
  if (!isFields(found)) return found;
  let version = versionOf(form, found);
  let document = found;
  while (version !== null && version < form.version) {
    const migration = form.migrations[version];
    if (!migration) return found;
    version += 1;
    document = { ...migration(document), ...markOf({ ...form, version }) };
  }
  return document;
}

/** The document's text as it is stored, with its version. */
export function documentText<Schema extends z.ZodType>(
  form: DocumentForm<Schema>,
  value: z.infer<Schema> & object,
): string {
  return `${JSON.stringify({ ...markOf(form), ...value }, null, 2)}\n`;
}

/** The message for a person: what happened, to which file (`where`), and what to do. */
export function whyUnread({ kind, version }: DocumentForm, read: Unread, where: string): string {
  return 'newer' in read
    ? `${where} was written by a newer client (version ${read.newer}): update appliance-client, or use the client that wrote it. ` +
        `This client reads ${kind} up to version ${version}.`
    : `${where} cannot be read (${read.fault}). It was changed by hand or written by a newer client: restore it, or use the ` +
        'client that wrote it.';
}

function markOf({ kind, mark, version }: Pick<DocumentForm, 'kind' | 'mark' | 'version'>): Fields {
  return mark === 'apiVersion' ? { apiVersion: `appliance.alga-psa/v${version}`, kind } : { [mark]: version };
}

/** Null if the mark is not a version: the schema reports what is wrong with it. */
function versionOf({ mark, unmarked }: Pick<DocumentForm, 'mark' | 'unmarked'>, found: Fields): number | null {
  const said = found[mark];
  if (said === undefined) return unmarked;
  if (mark !== 'apiVersion') return Number.isInteger(said) ? Number(said) : null;
  const [, digits] = typeof said === 'string' ? (NAME.exec(said) ?? []) : [];
  return digits === undefined ? null : Number(digits);
}

function isFields(found: unknown): found is Fields {
  return found !== null && typeof found === 'object' && !Array.isArray(found);
}

function nameIn(kind: unknown): string {
  return typeof kind === 'string' ? kind.slice(0, 40) : 'nothing';
}
