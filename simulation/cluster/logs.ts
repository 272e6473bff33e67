import { ClusterError } from '../../activities/ports/kubernetes.ts';
import type { Stage } from '../world/stage.ts';
import { containersOf } from './containers.ts';
import type { Pod } from './objects.ts';
import { find } from './store.ts';

export interface LogQuery {
  readonly namespace: string;
  readonly name: string;
  readonly container: string;
  readonly tailLines: number;
  readonly limitBytes?: number | undefined;
  readonly previous?: boolean | undefined;
}

/** Where a container's whole output comes from; null when its program has not been started, or not twice. */
export type LogSource = (stage: Stage, pod: Pod, container: string, previous: boolean) => string | null;

/** Gives the end of a container's log, and refuses as API server and kubelet do. */
export function readLog(stage: Stage, query: LogQuery, logOf: LogSource): string {
  const { namespace, name, container, previous = false } = query;
  const object = `the log of Pod ${namespace}/${name}`;
  const pod = find<Pod>(stage, { kind: 'Pod', namespace, name });
  if (!pod) throw new ClusterError('not-found', object, `pods "${name}" not found`);
  if (!containersOf(pod).some(({ container: { name: one } }) => one === container)) {
    throw new ClusterError('invalid', object, `container ${container} is not valid for pod ${name}`);
  }
  const text = logOf(stage, pod, container, previous);
  if (text === null) {
    const why = previous
      ? `previous terminated container "${container}" in pod "${name}" not found`
      : `container "${container}" in pod "${name}" is waiting to start`;
    throw new ClusterError('invalid', object, why);
  }
  return endOf(text, query);
}

/** First the last lines, and of these the first bytes. */
function endOf(text: string, { tailLines, limitBytes = Number.POSITIVE_INFINITY }: LogQuery): string {
  const lines = text
    .split(/(?<=\n)/)
    .slice(-tailLines)
    .join('');
  return Buffer.from(lines).subarray(0, limitBytes).toString();
}
