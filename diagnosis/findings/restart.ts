import type { Node, Terminated } from '../../kubernetes/shapes.ts';
import { ms, newest } from '../../kubernetes/time.ts';
import type { View } from '../../kubernetes/view.ts';

/** What a kubelet says of itself and its pods while the machine shuts down (kubelet nodeshutdown manager). */
export const SHUTTING_DOWN = /node is shutting down|imminent node shutdown/i;

/** A machine that restarts is back within this time, or something keeps it. */
const RESTART_MS = 10 * 60_000;
/** After a restart programs start beside each other, and what they need may come last. */
const SETTLE_MS = 3 * 60_000;
/** A node that is younger joins for the first time: that is an install, and no restart. */
const FIRST_MS = 10 * 60_000;

/** A kubelet says this once at each start (kubelet `BirthCry`); the first time is just before its node is created. */
const KUBELET_STARTS = /^Starting kubelet/;
const FIRST_START_MS = 60_000;
/** The kubelet has written anew what runs on its node so long after it is back. */
const STALE_MS = 60_000;

const readyOf = (node: Node) => node.status?.conditions?.find(({ type }) => type === 'Ready');

/** True while the node shuts down for a restart that has not taken too long yet. */
export function isShuttingDown(view: View, node: Node): boolean {
  const ready = readyOf(node);
  const since = ms(ready?.lastTransitionTime);
  if (!ready || ready.status === 'True' || !SHUTTING_DOWN.test(ready.message ?? '')) return false;
  return since !== null && view.nodeNow !== null && view.nodeNow - since < RESTART_MS;
}

/**
 * When the node came back for the last time, as far as its objects say: Ready again, or its kubelet started again. A machine that
 * is back within the node controller's 40 seconds never stops being Ready. Null without a sign of that.
 */
function cameBack(view: View, node: Node): number | null {
  const ready = readyOf(node);
  const created = ms(node.metadata.creationTimestamp);
  if (ready?.status !== 'True' || created === null || view.nodeNow === null) return null;
  const since = ms(ready.lastTransitionTime);
  const starts = view
    .eventsOf(node)
    .filter(({ reason, message }) => reason === 'Starting' && KUBELET_STARTS.test(message))
    .map(({ last }) => last);
  const back = newest(
    since !== null && since - created > FIRST_MS ? since : null,
    ...starts.map((at) => (at !== null && at - created > FIRST_START_MS ? at : null)),
  );
  // Programs that ran on through it were not restarted: then only the node's own words came and went.
  const isOld = back !== null && view.nodeNow - back > STALE_MS;
  return isOld && hasRunSince(view, node, back - RESTART_MS) ? null : back;
}

function hasRunSince(view: View, node: Node, time: number): boolean {
  return view.pods.some(
    ({ spec, status }) =>
      spec?.nodeName === node.metadata.name &&
      status?.containerStatuses?.some(({ state }) => {
        const started = ms(state?.running?.startedAt);
        return started !== null && started < time;
      }),
  );
}

/** Every container that is not ready asks for it, and it takes a look at every pod. */
const known = new WeakMap<View, { readonly at: number | null }>();

/** When the newest restart of a node was over; null without a sign of one. */
function restartedAt(view: View): number | null {
  const { at } = known.get(view) ?? { at: newest(...view.nodes.map((node) => cameBack(view, node))) };
  known.set(view, { at });
  return at;
}

/** A container that ended because its node was restarted, or before that: why it ended says nothing about its program now. */
export function endedBeforeRestart(view: View, ended: Terminated | null | undefined): boolean {
  const [restarted, at] = [restartedAt(view), ms(ended?.finishedAt)];
  return restarted !== null && at !== null && at <= restarted;
}

/**
 * True while a node shuts down, and until a grace after it is Ready again is over: what fails then fails because of the restart, or
 * is still there afterwards.
 */
export function isRestarting(view: View): boolean {
  const back = restartedAt(view);
  if (back !== null && view.nodeNow !== null && view.nodeNow - back < SETTLE_MS) return true;
  return view.nodes.some((node) => isShuttingDown(view, node));
}

/** True for what was so before the restart that is going on can have begun: that is not its reason. */
export function isOlderThanRestart(view: View, since: number | null): boolean {
  const back = restartedAt(view) ?? view.nodeNow;
  return since !== null && back !== null && since < back - RESTART_MS;
}

export const RESTARTING = 'the node is restarting, or did so a moment ago';
