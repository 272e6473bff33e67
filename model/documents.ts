import type { z } from 'zod';

/** The version of our documents that this client writes: the N of `apiVersion: appliance.alga-psa/vN`. */
const VERSION = 1;
const NAME = /^appliance\.alga-psa\/v(\d{1,6})$/;

/** What came of reading a document. `newer`: of a major version that this client does not know. */
export type ReadDocument<Value> = { readonly value: Value } | { readonly newer: number } | { readonly fault: string };

/**
 * Takes a document's schema, which is tolerant (`kept`, `open`), and what was found, gives the document. What an earlier major
 * version wrote is brought into the present form by the schema itself; there is none yet.
 */
export function readDocument<Schema extends z.ZodType>(schema: Schema, found: unknown): ReadDocument<z.infer<Schema>> {
  const version = versionOf(found);
  if (version !== null && version > VERSION) return { newer: version };
  const parsed = schema.safeParse(found);
  if (parsed.success) return { value: parsed.data };
  const [issue] = parsed.error.issues;
  return { fault: `${issue?.path.join('.') || 'the document'}: ${issue?.message ?? 'not readable'}` };
}

function versionOf(found: unknown): number | null {
  if (found === null || typeof found !== 'object' || !('apiVersion' in found)) return null;
  const [, digits] = typeof found.apiVersion === 'string' ? (NAME.exec(found.apiVersion) ?? []) : [];
  return digits === undefined ? null : Number(digits);
}
