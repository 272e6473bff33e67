import { RECHECKS, advise, kubectl, talosctl } from '../../model/advice.ts';
import type { Rule } from '../rule.ts';

/** Pod sandboxes cannot get a network. */
export const rule: Rule = {
  code: 'cni-failure',
  title: 'Pods cannot get a network',
  retry: 'automatic',
  transient: true,
  domains: ['sandbox', 'node', 'schedule'],
  wordings: [
    {
      pattern:
        /failed to set ?up (?:pod )?network for sandbox|failed to (?:setup|set up|create|configure) pod (?:sandbox )?network|networkPlugin cni failed|failed to teardown pod .{0,80}network|(?:get|determine|create) (?:pod )?network (?:status|sandbox)|taint \{node\.kubernetes\.io\/network-unavailable/i,
      source: 'containerd CRI sandbox_run.go, dockershim',
    },
    {
      pattern:
        /cni (?:plugin|config)[ \w]{0,80}(?:not initialized|uninitialized|failed)|NetworkPluginNotReady|network is not ready|NetworkReady=false|no networks found in \/etc\/cni|container runtime network not ready/i,
      source: 'kubelet runtime state',
    },
    {
      pattern:
        /plugin type="?[\w.-]+"? (?:name="?[\w.-]+"? )?failed|failed to find plugin "?[\w-]+"? in path|error adding (?:pod|container) .{0,120}to (?:CNI )?network|loadFlannelSubnetEnv failed|subnet\.env: no such file/i,
      source: 'containernetworking/cni libcni, flannel CNI',
    },
    {
      pattern:
        /no IP addresses available in (?:range|network)|failed to allocate for range|failed to assign an IP address|no (?:more )?(?:IPs|addresses) available|IPAM.{0,40}(?:fail|error)|already has an IP address different from/i,
      source: 'host-local IPAM, bridge plugin',
    },
  ],
  // A host port that is taken and a full disk show while the network is set up, and are not of the network.
  unless: /address already in use|no space left on device/i,
  reason: ({ object }) => `The pod network is not set up on the node (seen at ${object}), so no new pod can start.`,
  advice: (context) =>
    advise`Check the pods of the pod network: ${kubectl('-n', 'kube-system', 'get', 'pods', '-o', 'wide')}, and restart the one that fails (${kubectl('-n', 'kube-system', 'rollout', 'restart', 'daemonset', 'kube-flannel')}). If it still fails, ${talosctl(context, 'reboot')}. ${RECHECKS}`,
};
