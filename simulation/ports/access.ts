import { ClusterError } from '../../activities/ports/kubernetes.ts';
import { nameOf } from '../cluster/api.ts';
import { logOf } from '../cluster/containers.ts';
import type { Pod } from '../cluster/objects.ts';
import { find, keyOf } from '../cluster/store.ts';
import { isApiUp } from '../machine/life.ts';
import type { Stage } from '../world/stage.ts';

/** What a connection to the simulated API server goes by. */
export interface Access {
  readonly server: string;
  readonly ca: string;
}

/** Throws what a connection would fail with now; does nothing when the API server answers. */
export function assertReachable(stage: Stage, { server, ca }: Access, object: string): void {
  if (!isApiUp(stage)) {
    throw new ClusterError('unreachable', object, `${server}: connect ECONNREFUSED ${server.replace(/^\w+:\/\//, '')}`);
  }
  if (ca !== (stage.state.machine.ca ?? '')) {
    throw new ClusterError('tls', object, `${server}: self-signed certificate in certificate chain`);
  }
}

/** The newest lines that a container has printed. */
export function readLog(
  stage: Stage,
  { namespace, name, container, tailLines }: { namespace: string; name: string; container: string; tailLines: number },
): string {
  const ref = { apiVersion: 'v1', kind: 'Pod', namespace, name };
  const pod = find<Pod>(stage, ref);
  if (!pod) throw new ClusterError('not-found', nameOf(ref), `pods "${name}" not found`);
  return logOf(stage, keyOf(ref), pod, container)
    .split('\n')
    .slice(-tailLines - 1)
    .join('\n');
}
