/** Temporal's own reading of TEMPORAL_*, in a module of its own: loaded only if a cluster is named. */
export { loadClientConnectConfig } from '@temporalio/envconfig';
