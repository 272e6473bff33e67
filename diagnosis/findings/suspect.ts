import type { Container, ContainerStatus, Pod } from '../../kubernetes/shapes.ts';
import type { Place } from '../../kubernetes/places.ts';
import type { View } from '../../kubernetes/view.ts';

/** One container of a pod that is not ready, with all that is needed to judge it. */
export interface Suspect {
  readonly view: View;
  readonly pod: Pod;
  readonly place: Place;
  readonly name: string;
  readonly image: string | null;
  readonly init: boolean;
  readonly spec: Container | undefined;
  readonly status: ContainerStatus | null;
}

export function isReady(pod: Pod): boolean {
  return pod.status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') ?? false;
}
