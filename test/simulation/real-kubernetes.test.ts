import { describe } from 'vitest';
import { kubernetesPort } from '../../activities/adapters/kubernetes.ts';
import { realCluster } from '../activities/support/real-cluster.ts';
import { kubernetesContract } from './kubernetes-contract.ts';

const server = realCluster(false);
const port = kubernetesPort();

describe('a real API server', () => {
  // What has changed is in its memory alone: a start begins with none of it.
  kubernetesContract(async () => ({ cluster: await port.connect(server.kubeconfig), forget: server.restart }));
});
