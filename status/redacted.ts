import { redact } from '../redaction/index.ts';
import type { StatusDocument } from '../model/status.ts';

/** Most texts of a document are the same from one look at a cluster to the next. */
const MOST_KEPT = 4_096;
const kept = new Map<string, string>();

function clean(text: string): string {
  const known = kept.get(text);
  if (known !== undefined) return known;
  if (kept.size >= MOST_KEPT) kept.clear();
  const redacted = redact(text);
  kept.set(text, redacted);
  return redacted;
}

/** The document with every text of it redacted, whichever part of a cluster or an install it comes from. */
export function withoutSecretTexts(document: StatusDocument): StatusDocument {
  return JSON.parse(JSON.stringify(document), (_key, value: unknown) =>
    typeof value === 'string' ? clean(value) : value,
  );
}
