/** The one door of the observation: read-only, from a cluster to a snapshot. */
export { collectSnapshot, collectLogs, type CollectOptions } from './collect.ts';
export { watchSnapshots, type WatchOptions } from './watch.ts';
export { connectReader, type ClusterAccess } from './connect.ts';
export { connectInCluster, type InClusterAccess } from './in-cluster.ts';
export type { ReaderOptions } from './reader-over.ts';
export { readLogEnd } from './log-end.ts';
export { readPodLog } from './pod-log.ts';
export { errorWords } from './error-words.ts';
export { httpGet, type HttpAnswer, type HttpOptions } from './http-get.ts';
export {
  type ClusterReader,
  type ListAnswer,
  type ListRequest,
  type LogRequest,
  ReadError,
  type Resource,
  type WatchChange,
  type WatchRequest,
} from './cluster-reader.ts';
export { OBSERVED, type Observed } from './resources.ts';
