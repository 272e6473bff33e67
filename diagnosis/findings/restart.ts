import type { Node } from '../../kubernetes/shapes.ts';
import { ms } from '../../kubernetes/time.ts';
import type { View } from '../../kubernetes/view.ts';

/** What a kubelet says of itself and its pods while the machine shuts down (kubelet nodeshutdown manager). */
export const SHUTTING_DOWN = /node is shutting down|imminent node shutdown/i;

/** A machine that restarts is back within this time, or something keeps it. */
const RESTART_MS = 10 * 60_000;
/** After a restart programs start beside each other, and what they need may come last. */
const SETTLE_MS = 3 * 60_000;
/** A node that is younger joins for the first time: that is an install, and no restart. */
const FIRST_MS = 10 * 60_000;

const readyOf = (node: Node) => node.status?.conditions?.find(({ type }) => type === 'Ready');

/** True while the node shuts down for a restart that has not taken too long yet. */
export function isShuttingDown(view: View, node: Node): boolean {
  const ready = readyOf(node);
  const since = ms(ready?.lastTransitionTime);
  if (!ready || ready.status === 'True' || !SHUTTING_DOWN.test(ready.message ?? '')) return false;
  return since !== null && view.nodeNow !== null && view.nodeNow - since < RESTART_MS;
}

function hasJustRestarted(view: View, node: Node): boolean {
  const ready = readyOf(node);
  const since = ms(ready?.lastTransitionTime);
  const created = ms(node.metadata.creationTimestamp);
  if (ready?.status !== 'True' || since === null || created === null || view.nodeNow === null) return false;
  return since - created > FIRST_MS && view.nodeNow - since < SETTLE_MS;
}

/**
 * True while a node shuts down, and until a grace after it is Ready again is over: what fails then fails because of the restart, or
 * is still there afterwards.
 */
export function isRestarting(view: View): boolean {
  return view.nodes.some((node) => isShuttingDown(view, node) || hasJustRestarted(view, node));
}

export const RESTARTING = 'the node is restarting, or did so a moment ago';
