import { describe } from 'vitest';
import { kubernetesPort } from '../../activities/adapters/kubernetes.ts';
import { realCluster } from '../activities/support/real-cluster.ts';
import { kubernetesContract } from './kubernetes-contract.ts';

const server = realCluster(false);
const port = kubernetesPort();
describe('a real API server', () => {
  kubernetesContract(() => port.connect(server.kubeconfig));
});
