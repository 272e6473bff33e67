import { setInterval as everyInterval } from 'node:timers/promises';
import { ApiException, CoreV1Api, KubeConfig, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import type { V1Node } from '@kubernetes/client-node';
import { TALOS } from '../../model/talos.ts';

/** A node that exists only as an object. */
export interface NodeObject {
  readonly name: string;
  /** InternalIP of the node. */
  readonly address: string;
}

const HEARTBEAT_MS = 10_000;

/**
 * Registers a Node and keeps its Ready condition fresh, as a kubelet would; `stop` ends the heartbeat and leaves the
 * object (a cluster whose node is off still knows it).
 */
export async function keepNodeReady(
  kubeconfigPath: string,
  node: NodeObject,
): Promise<{ stop(): Promise<void>; kill(): Promise<void> }> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfigPath);
  const api = config.makeApiClient(CoreV1Api);
  await createUnlessThere(api, node);
  await beat(api, node);
  const ended = new AbortController();
  const loop = heartbeat(api, node, ended.signal);
  const stop = async (): Promise<void> => {
    ended.abort();
    await loop;
  };
  return { stop, kill: stop };
}

async function heartbeat(api: CoreV1Api, node: NodeObject, signal: AbortSignal): Promise<void> {
  try {
    for await (const _ of everyInterval(HEARTBEAT_MS, undefined, { signal, ref: false })) {
      // A loaded node also misses a beat: the next one corrects it.
      await beat(api, node).catch((error: unknown) => void error);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

async function createUnlessThere(api: CoreV1Api, node: NodeObject): Promise<void> {
  const labels = {
    'kubernetes.io/hostname': node.name,
    'kubernetes.io/os': 'linux',
    'kubernetes.io/arch': 'amd64',
    'node-role.kubernetes.io/control-plane': '',
  };
  const body: V1Node = { apiVersion: 'v1', kind: 'Node', metadata: { name: node.name, labels } };
  try {
    await api.createNode({ body });
  } catch (error) {
    if (!(error instanceof ApiException && error.code === 409)) throw error;
  }
}

async function beat(api: CoreV1Api, node: NodeObject): Promise<void> {
  const now = new Date().toISOString();
  const resources = { cpu: '4', memory: '16Gi', pods: '110', 'ephemeral-storage': '90Gi' };
  const status = {
    addresses: [
      { type: 'InternalIP', address: node.address },
      { type: 'Hostname', address: node.name },
    ],
    capacity: resources,
    allocatable: resources,
    nodeInfo: {
      osImage: `Talos (v${TALOS})`,
      kubeletVersion: 'v1.31.4',
      architecture: 'amd64',
      operatingSystem: 'linux',
    },
    conditions: [
      { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' },
      { type: 'MemoryPressure', status: 'False', reason: 'KubeletHasSufficientMemory', message: '' },
      { type: 'DiskPressure', status: 'False', reason: 'KubeletHasNoDiskPressure', message: '' },
      { type: 'PIDPressure', status: 'False', reason: 'KubeletHasSufficientPID', message: '' },
    ].map((condition) => ({ ...condition, lastHeartbeatTime: now, lastTransitionTime: now })),
  };
  await api.patchNodeStatus(
    { name: node.name, body: { status } },
    setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch),
  );
}
