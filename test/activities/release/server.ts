import { realCluster } from '../support/real-cluster.ts';

/** One API server for all tests of this folder: starting it takes longer than most of them. */
export const server = realCluster(false);
