import type { StatusDocument } from '../model/status.ts';

/** What the diagnosis is told besides the snapshot. */
export interface DiagnoseOptions {
  /** The operator's clock, for a picture that does not say when it was taken. Nothing else is decided by it. */
  readonly now: Date;
  /** The last document: from it comes `since` of what has not changed. */
  readonly previous?: StatusDocument | null;
}
