import type { HttpPort } from '../../activities/ports/http.ts';
import { NAMESPACES, OBJECTS, PORTS } from '../../model/appliance.ts';
import { isServing } from '../appliance/dependencies.ts';
import type { Workload } from '../cluster/objects.ts';
import { find } from '../cluster/store.ts';
import type { World } from '../world/index.ts';

/** The node's network: the status page on its port, and the application everywhere else. */
export function httpPort(world: World): HttpPort {
  return {
    get: async (url, { signal }) => {
      signal.throwIfAborted();
      const { hostname, port, protocol } = new URL(url);
      const isStatusPage = port === String(PORTS.statusPage);
      const [namespace, name] = isStatusPage
        ? [NAMESPACES.appliance, OBJECTS.statusService]
        : [NAMESPACES.workloads, OBJECTS.application];
      const serves = world.enter((stage) => isServing(find<Workload>(stage, { kind: 'Deployment', namespace, name })));
      if (!serves) {
        const address = `${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`;
        return { status: null, location: null, error: `connect ECONNREFUSED ${address}`, date: null };
      }
      return {
        status: isStatusPage ? 200 : 307,
        location: isStatusPage ? null : '/msp/dashboard',
        error: null,
        date: new Date(world.now()),
      };
    },
  };
}
