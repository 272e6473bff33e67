import type { Pod } from '../kubernetes/shapes.ts';
import { placeOf } from '../kubernetes/places.ts';
import type { View } from '../kubernetes/view.ts';
import type { StatusDocument } from '../model/status.ts';

const OVER: readonly (string | undefined)[] = ['Succeeded', 'Failed'];

const runsAutosetup = ({ spec }: Pod): boolean =>
  spec?.containers?.some(({ command = [], args = [] }) => [...command, ...args].includes('autosetup')) ?? false;

/** docs/contract.md, "Temporal environment". Kubernetes adds the variables of service links unless a pod refuses them. */
export function temporalPodsOf(view: View): StatusDocument['temporalPods'] {
  if (!view.current) return null;
  const pods = view.pods.filter(({ metadata, status }) => !metadata.deletionTimestamp && !OVER.includes(status?.phase));
  const of = (component: string): Pod[] => pods.filter((pod) => placeOf(view, pod).component === component);
  const server = of('temporal');
  if (server.length === 0) return null;
  return {
    autosetup: server.every(runsAutosetup),
    serviceLinks: [...server, ...of('temporal-ui')].some(({ spec }) => spec?.enableServiceLinks !== false),
  };
}
