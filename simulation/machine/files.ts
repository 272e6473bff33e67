import { randomBytes } from 'node:crypto';
import { stringify } from 'yaml';
import type { MachineConfigOrder } from '../../activities/ports/talos.ts';
import { authorityOf } from './config.ts';

/** Stands where a PEM block would: it says what it is, and is different every time. */
function madeUp(what: string): string {
  return Buffer.from(`simulated ${what} ${randomBytes(12).toString('hex')}\n`).toString('base64');
}

/** Gives a secrets bundle in the shape of `talosctl gen secrets`. Nothing in it opens anything. */
export function secretsBundle(): string {
  const pair = (what: string) => ({ crt: madeUp(`${what} certificate`), key: madeUp(`${what} key`) });
  return stringify({
    cluster: { id: madeUp('cluster id'), secret: madeUp('cluster secret') },
    secrets: { bootstraptoken: madeUp('bootstrap token'), secretboxencryptionsecret: madeUp('encryption secret') },
    trustdinfo: { token: madeUp('trustd token') },
    certs: {
      etcd: pair('etcd'),
      k8s: pair('Kubernetes'),
      k8saggregator: pair('aggregator'),
      k8sserviceaccount: { key: madeUp('service account key') },
      os: pair('Talos'),
    },
  });
}

/** Gives the secrets bundle that a machine configuration was made from, as far as the simulation goes by it. */
export function bundleOf(ca: string): string {
  return stringify({ certs: { os: { crt: ca, key: madeUp('Talos key') } } });
}

/** Gives a control plane's machine configuration in the shape of `talosctl gen config` of Talos v1.12. */
export function machineConfig(order: MachineConfigOrder, secrets: string): string {
  const main = {
    version: 'v1alpha1',
    debug: false,
    persist: true,
    machine: {
      type: 'controlplane',
      token: madeUp('machine token'),
      ca: { crt: authorityOf(secrets), key: madeUp('Talos key') },
      certSANs: [],
      kubelet: {
        image: `ghcr.io/siderolabs/kubelet:v${order.kubernetesVersion.replace(/^v/, '')}`,
        defaultRuntimeSeccompProfileEnabled: true,
        disableManifestsDirectory: true,
      },
      network: {},
      install: { disk: order.installDisk, image: order.installerImage, wipe: false },
      features: { rbac: true, stableHostname: true },
    },
    cluster: {
      id: madeUp('cluster id'),
      secret: madeUp('cluster secret'),
      controlPlane: { endpoint: order.endpoint },
      clusterName: order.clusterName,
      network: { dnsDomain: 'cluster.local', podSubnets: ['10.244.0.0/16'], serviceSubnets: ['10.96.0.0/12'] },
    },
  };
  const hostname = { apiVersion: 'v1alpha1', kind: 'HostnameConfig', auto: 'stable' };
  return `${stringify(main)}---\n${stringify(hostname)}`;
}

/** Gives a talosconfig in Talos' shape. */
export function talosconfig(order: MachineConfigOrder, secrets: string): string {
  const admin = { endpoints: [], ca: authorityOf(secrets), crt: madeUp('admin certificate'), key: madeUp('admin key') };
  return stringify({ context: order.clusterName, contexts: { [order.clusterName]: admin } });
}

/** Gives a kubeconfig of the simulated cluster. */
export function kubeconfig(server: string, ca: string): string {
  const name = 'simulated';
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server, 'certificate-authority-data': ca } }],
    users: [
      {
        name: 'admin',
        user: {
          'client-certificate-data': madeUp('client certificate'),
          'client-key-data': madeUp('client key'),
        },
      },
    ],
    contexts: [{ name, context: { cluster: name, user: 'admin' } }],
    'current-context': name,
  });
}
