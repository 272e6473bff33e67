import type { InstallSpec } from '../site.ts';
import { phase } from './step.ts';

/** Lines for a node to install; none for an existing cluster. */
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
      kubeconfig ? [`use the existing cluster of ${kubeconfig}; create no machine configuration`] : [],
  },
  {
    name: 'configureNode',
    title: 'apply the machine configuration',
    profile: 'apply',
    plan: unlessExisting((spec) => [
      `create key material and the machine configuration of ${spec.hostname} once, unless they already exist`,
      `install Talos ${spec.release.talos.version} on ${spec.installDisk} of ${spec.nodeIp} (${networkOf(spec)})`,
    ]),
    leaves: ({ phase: state, nodeIp }) =>
      state === 'done'
        ? `Talos and Kubernetes are running on ${nodeIp}.`
        : `${nodeIp} may already have a machine configuration: Talos may be installing or running there.`,
  },
  {
    name: 'setNodeResolvers',
    title: 'set the DNS and time servers of the node',
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
    // A node that has fetched its installer can resolve names, whatever preflight reported about its resolvers.
    settles: ({ code, component }) => code === 'dns-resolution-failure' && component === 'talos',
  },
]);
