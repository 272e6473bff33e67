import { describe, onTestFinished } from 'vitest';
import { kubernetesPort } from '../../activities/adapters/kubernetes.ts';
import { fakeKubernetes } from '../support/fake-kubernetes/index.ts';
import { serveKubernetes } from '../support/fake-kubernetes/server.ts';
import { kubernetesContract } from './kubernetes-contract.ts';

describe('the fake API server', () => {
  kubernetesContract(async () => {
    const { cluster, forgetChanges } = fakeKubernetes();
    return { cluster, forget: async () => forgetChanges() };
  });
});

describe('the fake API server on the wire, through the real adapter', () => {
  kubernetesContract(async () => {
    const server = await serveKubernetes();
    onTestFinished(() => server.close());
    const cluster = await kubernetesPort().connect(server.kubeconfig);
    onTestFinished(() => cluster.reader.close());
    return { cluster, forget: async () => server.forgetChanges() };
  });
});
