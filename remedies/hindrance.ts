import { isRestarting } from '../diagnosis/findings/restart.ts';
import { nameOf } from '../kubernetes/places.ts';
import type { View } from '../kubernetes/view.ts';
import { COMPONENTS } from '../model/appliance.ts';

/**
 * Why nothing may be repaired now, for people; null if it may. Somebody who has cordoned the node, suspended Flux or scaled a component
 * to zero is at work on the appliance, and what is only partly known is not repaired (lesson 6).
 */
export function hindrance(view: View): string | null {
  if (!view.current) return 'The Kubernetes API does not answer.';
  const [missing] = view.missing;
  if (missing !== undefined) return `The cluster answers in part: its ${missing} could not be listed.`;
  if (view.nodes.length === 0) return 'The cluster has no node.';
  if (isRestarting(view)) return 'The node is restarting, or did so a moment ago.';
  const down = view.nodes.find(({ status }) => !status?.conditions?.some(isReadyCondition));
  if (down) return `${nameOf(down)} is not Ready.`;
  const cordoned = view.nodes.find(({ spec }) => spec?.unschedulable === true);
  if (cordoned) return `${nameOf(cordoned)} is cordoned: maintenance is in progress.`;
  const suspended = view.flux.find(({ spec }) => spec?.suspend === true);
  if (suspended) return `${nameOf(suspended)} is suspended: maintenance is in progress.`;
  const stopped = view.workloads.find(
    ({ kind, metadata, spec }) => spec?.replicas === 0 && COMPONENTS.some((one) => isComponent(one, kind, metadata)),
  );
  return stopped ? `${nameOf(stopped)} is scaled to zero: maintenance is in progress.` : null;
}

function isReadyCondition({ type, status }: { readonly type: string; readonly status: string }): boolean {
  return type === 'Ready' && status === 'True';
}

function isComponent(
  one: (typeof COMPONENTS)[number],
  kind: string,
  { namespace, name }: { readonly namespace?: string | undefined; readonly name: string },
): boolean {
  return one.kind === kind && one.namespace === namespace && one.object === name;
}
