import { ClusterError } from '../../activities/ports/kubernetes.ts';
import { logOf } from '../cluster/containers.ts';
import type { LogSource } from '../cluster/logs.ts';
import { keyOfObject } from '../cluster/store.ts';
import { isApiUp } from '../machine/life.ts';
import type { Stage } from '../world/stage.ts';

/** The way to an API server, and what stands behind it besides its objects. */
export interface Access {
  /** Throws what a request about this object fails with now; does nothing when the API server answers. */
  assertReachable(stage: Stage, object: string): void;
  isReady(stage: Stage): boolean;
  readonly logOf: LogSource;
}

/** The way to the simulated node's API server, by what a kubeconfig says of it. */
export function accessBy({ server, ca }: { readonly server: string; readonly ca: string }): Access {
  return {
    assertReachable: (stage, object) => {
      if (!isApiUp(stage)) {
        const address = server.replace(/^\w+:\/\//, '');
        throw new ClusterError('unreachable', object, `${server}: connect ECONNREFUSED ${address}`);
      }
      if (ca !== (stage.state.machine.ca ?? '')) {
        throw new ClusterError('tls', object, `${server}: self-signed certificate in certificate chain`);
      }
    },
    isReady: isApiUp,
    logOf: (stage, pod, container, previous) => (previous ? null : logOf(stage, keyOfObject(pod), pod, container)),
  };
}
