import type { InstallSpec } from '../site.ts';
import { phase } from './step.ts';

/** Lines for a node that is to be installed; nothing where a cluster is there already. */
const unlessExisting =
  (lines: (spec: InstallSpec) => readonly string[]) =>
  (spec: InstallSpec): readonly string[] =>
    spec.existingCluster.kubeconfig ? [] : lines(spec);

function networkOf({ network, interface: name }: InstallSpec): string {
  const link = name ?? 'the interface that Talos chooses';
  return network.mode === 'dhcp' ? `DHCP on ${link}` : `${network.address} via ${network.gateway} on ${link}`;
}

export const host = phase('host', [
  {
    name: 'reachNode',
    title: 'reach the node',
    profile: 'quick',
    plan: ({ existingCluster: { kubeconfig } }) =>
      kubeconfig ? [`go on with the cluster of ${kubeconfig}; no machine configuration is made`] : [],
  },
  {
    name: 'configureNode',
    title: 'hand the node its configuration',
    profile: 'apply',
    plan: unlessExisting((spec) => [
      `make key material and the machine configuration of ${spec.hostname} once, unless they are there already`,
      `install Talos ${spec.release.talos.version} on ${spec.installDisk} of ${spec.nodeIp} (${networkOf(spec)})`,
    ]),
    leaves: ({ phase: state, nodeIp }) =>
      state === 'done'
        ? `Talos and Kubernetes run on ${nodeIp}.`
        : `${nodeIp} may hold a machine configuration already: Talos may be installing or running there.`,
  },
  {
    name: 'setNodeResolvers',
    title: "set the node's resolvers and time servers",
    profile: 'apply',
    dependsOn: ['dnsServers', 'ntpServers'],
  },
  { name: 'awaitSecureApi', title: 'wait for the installed node', profile: 'wait' },
  { name: 'bootstrapEtcd', title: 'start etcd', profile: 'apply' },
  {
    name: 'fetchKubeconfig',
    title: 'fetch the kubeconfig',
    profile: 'wait',
    plan: unlessExisting((spec) => [
      `bootstrap Kubernetes ${spec.release.kubernetes.version} once and fetch its kubeconfig`,
    ]),
  },
  {
    name: 'awaitNode',
    title: 'wait for the node to be Ready',
    profile: 'wait',
    // A node that has fetched its installer could resolve names, whatever preflight said of its resolvers.
    settles: ({ code, component }) => code === 'dns-resolution-failure' && component === 'talos',
  },
]);
