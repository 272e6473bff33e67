import { NAMESPACES } from '../../model/appliance.ts';
import { TALOS } from '../../model/talos.ts';
import { timestamp } from '../world/stage.ts';
import type { Stage } from '../world/stage.ts';
import { isServing } from '../appliance/dependencies.ts';
import { forgetOldEvents, record } from './events.ts';
import { isTrue, withCondition } from './objects.ts';
import type { ApiObject, Condition, Workload } from './objects.ts';
import { deploymentOf } from './manifests.ts';
import { at, find, put } from './store.ts';

const LOOK_AGAIN_MS = 2_000;
/** The kubelet renews its lease every ten seconds, of which it may miss three. */
const RENEW_MS = 10_000;
const LEASE_SECONDS = 40;
const NETWORK = 'kube-flannel';
const LEASES = 'kube-node-lease';
/** Images that Talos has at hand or pulls before Kubernetes starts. */
const PRELOADED = {
  apiServer: 'registry.k8s.io/kube-apiserver:v1.31.4',
  controllerManager: 'registry.k8s.io/kube-controller-manager:v1.31.4',
  scheduler: 'registry.k8s.io/kube-scheduler:v1.31.4',
  proxy: 'registry.k8s.io/kube-proxy:v1.31.4',
  flannel: 'ghcr.io/siderolabs/flannel:v0.26.1',
  coredns: 'registry.k8s.io/coredns/coredns:v1.12.0',
} as const;

const COREFILE = `.:53 {
    errors
    health {
        lameduck 5s
    }
    ready
    log . {
        class error
    }
    prometheus :9153

    kubernetes cluster.local in-addr.arpa ip6.arpa {
        pods insecure
        fallthrough in-addr.arpa ip6.arpa
        ttl 30
    }
    forward . /etc/resolv.conf {
       max_concurrent 1000
    }
    cache 30 {
        disable success cluster.local
        disable denial cluster.local
    }
    loop
    reload
    loadbalance
}
`;

const NO_PRESSURE = [
  ['MemoryPressure', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
  ['DiskPressure', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
  ['PIDPressure', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
] as const;

interface NodeObject extends ApiObject {
  readonly status: { readonly conditions: readonly Condition[]; readonly [field: string]: unknown };
}

/** Makes what a Talos control plane brings: namespaces, the node, its static pods, network, kube-proxy and CoreDNS. */
export function makeCluster(stage: Stage): void {
  const { machine } = stage.state;
  for (const image of Object.values(PRELOADED)) machine.images[image] = stage.now;
  for (const name of ['default', NAMESPACES.kubeSystem, 'kube-public', LEASES]) {
    put(stage, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
      status: { phase: 'Active' },
    });
  }
  putNode(stage);
  putLease(stage);
  putStaticPods(stage);
  putDaemon(stage, NETWORK, PRELOADED.flannel);
  putDaemon(stage, 'kube-proxy', PRELOADED.proxy);
  put(stage, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'coredns', namespace: NAMESPACES.kubeSystem },
    data: { Corefile: COREFILE },
  });
  put(stage, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'kube-dns', namespace: NAMESPACES.kubeSystem, labels: { 'k8s-app': 'kube-dns' } },
    spec: {
      clusterIP: '10.96.0.10',
      selector: { 'k8s-app': 'kube-dns' },
      ports: [{ name: 'dns', port: 53, protocol: 'UDP' }],
    },
  });
  put(
    stage,
    deploymentOf({
      name: 'coredns',
      namespace: NAMESPACES.kubeSystem,
      image: PRELOADED.coredns,
      labels: { 'k8s-app': 'kube-dns' },
      replicas: 2,
    }),
  );
}

function putNode(stage: Stage): void {
  const { hostname, nodeIp, kubernetesVersion } = stage.state.machine;
  const capacity = { cpu: '4', memory: '16384Mi', 'ephemeral-storage': '209715200Ki', pods: '110' };
  const pressures = NO_PRESSURE.map<Condition>(([type, reason, message]) => ({
    type,
    status: 'False',
    reason,
    message,
    lastTransitionTime: timestamp(stage),
  }));
  const ready: Condition = {
    type: 'Ready',
    status: 'False',
    reason: 'KubeletNotReady',
    message:
      'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady ' +
      'message:Network plugin returns error: cni plugin not initialized',
    lastTransitionTime: timestamp(stage),
  };
  put(stage, {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: hostname,
      labels: {
        'kubernetes.io/hostname': hostname,
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/os': 'linux',
        'node-role.kubernetes.io/control-plane': '',
      },
    },
    spec: { podCIDR: '10.244.0.0/24', taints: [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }] },
    status: {
      addresses: [
        { type: 'InternalIP', address: nodeIp },
        { type: 'Hostname', address: hostname },
      ],
      capacity,
      allocatable: capacity,
      conditions: [...pressures, ready],
      nodeInfo: {
        architecture: 'amd64',
        operatingSystem: 'linux',
        kubeletVersion: kubernetesVersion,
        osImage: `Talos (v${TALOS})`,
        containerRuntimeVersion: 'containerd://2.1.5',
      },
    },
  });
}

function putLease(stage: Stage): void {
  const { hostname } = stage.state.machine;
  put(stage, {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: hostname, namespace: LEASES },
    spec: { holderIdentity: hostname, leaseDurationSeconds: LEASE_SECONDS, renewTime: microTime(stage) },
  });
}

/** The kubelet's sign of life. It is true at any time, so it alone is no reason to write the world to its file. */
export function leaseController(stage: Stage, key: string): number | null {
  const lease = at(stage, key);
  if (lease?.metadata.namespace !== LEASES) return null;
  const hadChanged = stage.changed;
  const spec = { ...(lease['spec'] as Record<string, unknown>), renewTime: microTime(stage) };
  put(stage, { ...lease, spec });
  stage.touched.delete(key);
  stage.changed = hadChanged;
  forgetOldEvents(stage);
  return stage.now + RENEW_MS;
}

function microTime(stage: Stage): string {
  return new Date(stage.now).toISOString().replace('Z', '000Z');
}

function putStaticPods(stage: Stage): void {
  const { hostname } = stage.state.machine;
  const programs = {
    'kube-apiserver': PRELOADED.apiServer,
    'kube-controller-manager': PRELOADED.controllerManager,
    'kube-scheduler': PRELOADED.scheduler,
  };
  for (const [name, image] of Object.entries(programs)) {
    put(stage, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `${name}-${hostname}`, namespace: NAMESPACES.kubeSystem, labels: { 'k8s-app': name } },
      spec: { nodeName: hostname, hostNetwork: true, restartPolicy: 'Always', containers: [{ name, image }] },
    });
  }
}

function putDaemon(stage: Stage, name: string, image: string): void {
  const labels = { 'k8s-app': name };
  put(stage, {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name, namespace: NAMESPACES.kubeSystem, labels },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { hostNetwork: true, containers: [{ name, image }] } },
    },
  });
}

/** The node is Ready when its network is there. Gives when to look again. */
export function nodeController(stage: Stage): number | null {
  const node = find<NodeObject>(stage, { kind: 'Node', name: stage.state.machine.hostname });
  if (!node) return null;
  const network = find<Workload>(stage, { kind: 'DaemonSet', namespace: NAMESPACES.kubeSystem, name: NETWORK });
  if (isTrue(node, 'Ready')) return null;
  if (Number(network?.status?.['numberReady'] ?? 0) === 0 && !isServing(network)) return stage.now + LOOK_AGAIN_MS;
  const conditions = withCondition(
    node.status.conditions,
    { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' },
    timestamp(stage),
  );
  const ready = put(stage, {
    ...node,
    spec: { podCIDR: '10.244.0.0/24' },
    status: { ...node.status, conditions },
  });
  record(stage, ready, {
    from: 'kubelet',
    reason: 'NodeReady',
    message: `Node ${node.metadata.name} status is now: NodeReady`,
  });
  return null;
}
