import type { InstallProgress } from '../model/progress.ts';
import type { ReleaseManifest } from '../model/release.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { StatusDocument } from '../model/status.ts';

/** What is known of the install to a caller that can ask Temporal. */
export interface InstallReading {
  /** Null when no install is known, or when it cannot be read. */
  readonly progress: InstallProgress | null;
  /** Why there is an install that cannot be read, in words; null otherwise. */
  readonly unread: string | null;
  /** How the installer's own code fails, in words; null while it does not. */
  readonly failing: string | null;
  /**
   * True where the appliance can only be seen through its install, as a simulated one: what that saw last then counts as the
   * present, even after its end.
   */
  readonly isOnlyEye: boolean;
}

/** Something was read: the cluster, the install, or at least that neither answers. */
export interface NewReading {
  /** What was read of the cluster. Without its `kubernetes` the cluster was not asked. */
  readonly cluster: Snapshot;
  /** Null for who knows nothing of installs, such as the page on the node. */
  readonly install: InstallReading | null;
  /** The caller's clock: ages are counted by it. */
  readonly now: Date;
  /** The document before this one: from it come `since` of what has not changed, and what was last known. */
  readonly previous: StatusDocument | null;
  /** The release that is wanted, when it is known. */
  readonly release?: ReleaseManifest | null;
  /** Why the cluster was not asked, in words; said until something is known. */
  readonly waitingFor?: string;
}

/** Nothing was read since `previous`: it only grew older. */
export interface NothingNew {
  readonly cluster: null;
  readonly install: null;
  readonly now: Date;
  readonly previous: StatusDocument;
}
