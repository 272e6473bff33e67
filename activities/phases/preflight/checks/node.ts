import { LEFT_ALONE } from '../../host/node-target.ts';
import { passed, skipped } from '../check.ts';
import type { Check } from '../check.ts';

/** The node answers, and is either empty or this site's own. */
export const node: Check = {
  id: 'node',
  title: 'The node answers and can be used',
  group: 'node',
  needsPrograms: true,
  run: async (look) => {
    const { nodeIp, existingCluster } = look.spec;
    if (existingCluster.kubeconfig !== null && existingCluster.talosconfig === null) return skipped(LEFT_ALONE);
    const found = await look.node();
    return passed(
      found.state === 'empty'
        ? `${nodeIp} is waiting for its first configuration`
        : `${nodeIp} is the node of this site, with Talos ${found.version}; keys and configuration stay`,
    );
  },
};
