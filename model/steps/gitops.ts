import { phase } from './step.ts';

export const gitops = phase('gitops', [
  {
    name: 'installFlux',
    title: 'install Flux',
    profile: 'wait',
    plan: ({ release }) => [`install Flux ${release.flux.version}`],
    leaves: () => 'Flux may be installed.',
  },
  {
    name: 'setClusterDns',
    title: 'set the DNS servers of the cluster',
    profile: 'apply',
    when: ({ clusterDns }) => clusterDns,
    dependsOn: ['dnsServers'],
    plan: ({ dnsServers }) => (dnsServers.length > 0 ? [`point CoreDNS at ${dnsServers.join(', ')}`] : []),
  },
]);
