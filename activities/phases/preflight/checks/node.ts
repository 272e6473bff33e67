import { LEFT_ALONE } from '../../host/node-target.ts';
import { passed, skipped } from '../check.ts';
import type { Check } from '../check.ts';

/** The node answers, and is either empty or this site's own. */
export const node: Check = {
  id: 'node',
  title: 'The node answers and may be used',
  group: 'node',
  needsPrograms: true,
  run: async (look) => {
    const { nodeIp, existingCluster } = look.spec;
    if (existingCluster.kubeconfig !== null && existingCluster.talosconfig === null) return skipped(LEFT_ALONE);
    const found = await look.node();
    return passed(
      found.state === 'empty'
        ? `${nodeIp} waits for its first configuration`
        : `${nodeIp} is this site's own, with Talos ${found.version}; keys and configuration stay`,
    );
  },
};
