import type { Snapshot } from '../model/snapshot.ts';
import type { StatusDocument } from '../model/status.ts';

/** A pod as the page shows it. */
export interface PodRow {
  readonly namespace: string;
  readonly name: string;
  /** What a person calls the part of the appliance that it belongs to; null for the platform's own pods. */
  readonly component: string | null;
  readonly ready: number;
  readonly containers: readonly string[];
  readonly initContainers: readonly string[];
  readonly state: string;
  readonly health: 'ready' | 'progressing' | 'failed' | 'done';
  readonly restarts: number;
  readonly createdAt: string | null;
  readonly message: string;
}

/** One object of Flux or Helm as the page shows it. */
export interface DeliveryRow {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly health: 'ready' | 'progressing' | 'failed' | 'suspended' | 'unknown';
  readonly revision: string | null;
  readonly message: string;
  readonly since: string | null;
}

/** What a source knows besides the status document. */
export interface Details {
  readonly pods: readonly PodRow[];
  readonly flux: readonly DeliveryRow[];
  readonly helm: readonly DeliveryRow[];
}

/** All that the service knows at one time. `details` and `snapshot` are null when the source has no such thing. */
export interface Picture {
  readonly document: StatusDocument;
  readonly details: Details | null;
  /** What the document was made from: the last answer of the cluster. */
  readonly snapshot: Snapshot | null;
}
