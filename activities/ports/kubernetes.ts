import type { ObjectRef, ResourceKind } from '../../kubernetes/addresses.ts';
import type { KubernetesObject } from '../../model/snapshot.ts';
import type { ClusterReader } from '../../observation/cluster-reader.ts';

export type ClusterFault =
  | 'unreachable'
  | 'tls'
  | 'unauthorized'
  /** The site's own kubeconfig holds more than data: nothing was sent. */
  | 'refused-kubeconfig'
  | 'forbidden'
  | 'not-found'
  | 'already-exists'
  | 'conflict'
  | 'invalid'
  | 'timeout'
  | 'other';

/** A call to the API server that failed, and to what. */
export class ClusterError extends Error {
  readonly fault: ClusterFault;
  readonly object: string;

  constructor(fault: ClusterFault, object: string, message: string) {
    super(message);
    this.name = 'ClusterError';
    this.fault = fault;
    this.object = object;
  }
}

/**
 * The API server, as the installer uses it: server-side apply under our own field manager, nothing by hand. Every method
 * throws ClusterError, has a time-out, and ends with the signal.
 */
export interface Cluster {
  /** Gives null where there is no such object. */
  get(ref: ObjectRef, signal: AbortSignal): Promise<KubernetesObject | null>;
  list(
    kind: ResourceKind,
    query: { namespace?: string; labelSelector?: string; fieldSelector?: string },
    signal: AbortSignal,
  ): Promise<KubernetesObject[]>;
  /** Server-side apply; `force` takes over fields that another manager owns. */
  apply(object: KubernetesObject, signal: AbortSignal, options?: { force?: boolean }): Promise<KubernetesObject>;
  /** Throws `already-exists`: what is made once is made by `create`, never by `apply`. */
  create(object: KubernetesObject, signal: AbortSignal): Promise<KubernetesObject>;
  /** JSON merge patch of fields that the installer does not own as a whole. */
  patch(ref: ObjectRef, patch: Record<string, unknown>, signal: AbortSignal): Promise<KubernetesObject>;
  /** Gives false where there was nothing. With a uid only that very object is deleted, with a resourceVersion only if it is unchanged. */
  delete(ref: ObjectRef, options: { uid?: string; resourceVersion?: string }, signal: AbortSignal): Promise<boolean>;
  /** True when /readyz answers ok. */
  ready(signal: AbortSignal): Promise<boolean>;
  podLog(
    ref: { namespace: string; name: string; container: string; tailLines: number },
    signal: AbortSignal,
  ): Promise<string>;
  /** The read-only view of the same cluster that the collector takes. */
  readonly reader: ClusterReader;
}

export interface KubernetesPort {
  /**
   * Throws when the kubeconfig cannot be read. Connects lazily. With `as` every write goes out as that user
   * (impersonation), and is `forbidden` once that user has lost its right; reads go out as the user of the
   * kubeconfig.
   */
  connect(kubeconfig: string, as?: string): Promise<Cluster>;
}
