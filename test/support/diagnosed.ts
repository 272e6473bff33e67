import type { Snapshot } from '../../model/snapshot.ts';
import type { StatusDocument } from '../../model/status.ts';
import { readingOf, type Reading } from '../../status/index.ts';

/** What everybody is told of a snapshot of a cluster, by whoever knows of no install: document, causes and graph. */
export function diagnose(
  snapshot: Snapshot,
  { now, previous = null }: { readonly now: Date; readonly previous?: StatusDocument | null },
): Reading {
  return readingOf({ cluster: snapshot, install: null, now, previous });
}
