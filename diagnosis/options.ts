import type { InstallProgress } from '../model/progress.ts';
import type { ReleaseManifest } from '../model/release.ts';
import type { StatusDocument } from '../model/status.ts';

/** What the diagnosis is told besides the snapshot. */
export interface DiagnoseOptions {
  /** The operator's clock: ages of data and the document's own stamp. Nothing is decided by it. */
  readonly now: Date;
  /** The release that is wanted, when it is known. */
  readonly release?: ReleaseManifest | null;
  /** The install that runs, when there is one. */
  readonly install?: InstallProgress | null;
  /** The last document: from it come `since` of what has not changed, and the age of the last good answer. */
  readonly previous?: StatusDocument | null;
}
