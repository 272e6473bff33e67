import type { Details } from '../model/page.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { StatusDocument } from '../model/status.ts';

/** All that the service knows at one time. `details` and `snapshot` are null when the source has no such thing. */
export interface Picture {
  readonly document: StatusDocument;
  readonly details: Details | null;
  /** What the document was made from: the last answer of the cluster. */
  readonly snapshot: Snapshot | null;
}
