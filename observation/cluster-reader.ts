import type { KubernetesObject } from '../model/snapshot.ts';

/** A kind of object to list: `apiVersion` and the plural name, as they stand in the API's paths. */
export interface Resource {
  readonly apiVersion: string;
  readonly plural: string;
  readonly kind: string;
}

export interface ListRequest {
  readonly resource: Resource;
  /** Without it: all namespaces (or a cluster-wide kind). */
  readonly namespace?: string;
  readonly fieldSelector?: string;
  readonly labelSelector?: string;
  /** Items a page; the reader walks all pages up to `maxItems`. */
  readonly pageSize?: number;
  readonly maxItems?: number;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

export interface ListAnswer {
  readonly items: readonly KubernetesObject[];
  /** The version to watch from; null when the reader has none. */
  readonly resourceVersion: string | null;
}

export interface LogRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly previous: boolean;
  readonly tailLines: number;
  readonly limitBytes: number;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

export interface WatchRequest {
  readonly resource: Resource;
  readonly namespace?: string;
  readonly fieldSelector?: string;
  readonly resourceVersion: string;
  readonly signal: AbortSignal;
}

/** One change as a watch tells it. `BOOKMARK` carries only a newer resourceVersion. */
export interface WatchChange {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: KubernetesObject;
}

/** The API server answered with an error, or not at all (`status` null). */
export class ReadError extends Error {
  readonly status: number | null;
  constructor(message: string, status: number | null, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ReadError';
    this.status = status;
  }
}

/**
 * All that an observation asks of a cluster, read-only. Real by a kubeconfig (`connectReader`) or in a
 * pod (`connectInCluster`), or in memory.
 * Every method rejects with a ReadError, or with the signal's reason when that was aborted.
 */
export interface ClusterReader {
  list(request: ListRequest): Promise<ListAnswer>;
  podLog(request: LogRequest): Promise<string>;
  /** `/readyz`: resolves when the API server says that it is ready. */
  ready(options: { readonly signal: AbortSignal; readonly timeoutMs: number }): Promise<void>;
  /** Yields changes until the server ends the watch (returns), or it fails (throws; status 410: list again). */
  watch(request: WatchRequest): AsyncIterable<WatchChange>;
  /** Closes its connections. */
  close(): Promise<void>;
}
