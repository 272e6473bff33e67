import { COMPONENTS, type Component } from '../model/appliance.ts';
import type { ComponentStatus } from '../model/status.ts';
import { isComplete } from './findings/history.ts';
import { bootstrapJob, conditionOf as jobCondition, isComplete as isJobComplete } from './findings/job-state.ts';
import { isGhost, isReady as isNodeReady } from './findings/nodes.ts';
import { isReady } from './findings/suspect.ts';
import type { Job, Workload } from '../kubernetes/shapes.ts';
import { placeOf } from '../kubernetes/places.ts';
import { iso, ms } from '../kubernetes/time.ts';
import type { View } from '../kubernetes/view.ts';

const PLURALS: Record<Component['kind'], string> = {
  Deployment: 'deployments',
  StatefulSet: 'statefulsets',
  DaemonSet: 'daemonsets',
  Job: 'jobs',
};

type State = Pick<ComponentStatus, 'status' | 'ready' | 'desired' | 'image' | 'message' | 'since' | 'object'>;

function sinceOf(workload: Workload, type: string): string | null {
  return iso(ms(workload.status?.conditions?.find((one) => one.type === type)?.lastTransitionTime));
}

function workloadState(view: View, workload: Workload, component: Component): State {
  const { status, spec } = workload;
  const desired = (workload.kind === 'DaemonSet' ? status?.desiredNumberScheduled : spec?.replicas) ?? 1;
  const ready = (workload.kind === 'DaemonSet' ? status?.numberReady : status?.readyReplicas) ?? 0;
  const image = spec?.template?.spec?.containers?.[0]?.image ?? null;
  const base = { ready, desired, image, object: workload.metadata.name, since: sinceOf(workload, 'Available') };
  if (desired === 0) return { ...base, status: component.optional ? 'absent' : 'failed', message: 'scaled to zero' };
  const pods = view.pods.filter((pod) =>
    placeOf(view, pod).above.includes(`${workload.kind} ${workload.metadata.namespace}/${workload.metadata.name}`),
  );
  if (isComplete(workload)) {
    // A status that the controller has not brought up to date is no proof against the pods themselves.
    const living = pods.filter((pod) => !pod.metadata.deletionTimestamp);
    if (living.length > 0 && !living.some(isReady))
      return { ...base, status: 'progressing', ready: 0, message: 'its pods are not Ready' };
    return { ...base, status: 'ready', message: `${ready} of ${desired} ready` };
  }
  if ((status?.observedGeneration ?? 0) < (workload.metadata.generation ?? 0))
    return { ...base, status: 'progressing', message: 'a change is being rolled out' };
  const stuck = status?.conditions?.find((one) => one.type === 'Progressing' && one.status === 'False');
  const rolling = ready >= desired ? 'its new version is not rolled out yet' : `${ready} of ${desired} ready`;
  return {
    ...base,
    status: 'progressing',
    message: stuck ? `${rolling}; ${stuck.message ?? 'the rollout is stuck'}` : rolling,
  };
}

function jobState(job: Job): State {
  const failed = jobCondition(job, 'Failed');
  const since = iso(ms(job.status?.completionTime) ?? ms(failed?.lastTransitionTime) ?? ms(job.status?.startTime));
  const base = {
    desired: 1,
    ready: isJobComplete(job) ? 1 : 0,
    image: job.spec?.template?.spec?.containers?.[0]?.image ?? null,
    object: job.metadata.name,
    since,
  };
  if (isJobComplete(job)) return { ...base, status: 'ready', message: 'done' };
  if (failed) return { ...base, status: 'failed', message: failed.message ?? 'failed' };
  return { ...base, status: 'progressing', message: job.spec?.suspend ? 'suspended' : 'running' };
}

function fromPods(view: View, component: Component): State | null {
  const pods = view.pods.filter(
    (pod) =>
      placeOf(view, pod).component === component.name &&
      !pod.metadata.deletionTimestamp &&
      pod.status?.phase !== 'Succeeded',
  );
  if (pods.length === 0) return null;
  const ready = pods.filter(isReady).length;
  const image = pods[0]?.spec?.containers?.[0]?.image ?? null;
  const status = ready === pods.length ? 'ready' : 'progressing';
  return {
    status,
    ready,
    desired: pods.length,
    image,
    object: component.object,
    since: null,
    message: `${ready} of ${pods.length} pods ready`,
  };
}

/** True where a node that is not Ready has a pod of the component, or where no node is Ready. */
function isOnSilentNode(view: View, component: Component): boolean {
  const living = view.nodes.filter((node) => !isGhost(view, node));
  const silent = living.filter((node) => !isNodeReady(node)).map(({ metadata }) => metadata.name);
  if (silent.length === 0) return false;
  if (silent.length === living.length) return true;
  return view.pods.some(
    (pod) => silent.includes(pod.spec?.nodeName ?? '') && placeOf(view, pod).component === component.name,
  );
}

function stateOf(view: View, component: Component): State {
  const nothing: State = {
    status: 'unknown',
    ready: null,
    desired: null,
    image: null,
    object: component.object,
    since: null,
    message: 'no current data',
  };
  if (!view.current) return nothing;
  if (component.kind === 'Job') {
    const job = bootstrapJob(view);
    if (job) return jobState(job);
  }
  const workload = view.workloads.find(
    (one) =>
      one.kind === component.kind &&
      one.metadata.namespace === component.namespace &&
      one.metadata.name === component.object,
  );
  const state = workload
    ? workloadState(view, workload, component)
    : component.kind === 'Job'
      ? null
      : fromPods(view, component);
  if (state) {
    // A kubelet that does not report leaves its pods' last words standing.
    if (state.status === 'ready' && isOnSilentNode(view, component))
      return { ...state, status: 'unknown', message: 'the node is not ready: the state of its pods is out of date' };
    return state;
  }
  if (view.missing.has(PLURALS[component.kind]))
    return { ...nothing, message: `${PLURALS[component.kind]} could not be listed` };
  return view.kinds.size > 0
    ? { ...nothing, status: 'absent', ready: 0, desired: null, message: 'does not exist' }
    : nothing;
}

/** `failing`: components with a cause. An optional component that does not exist is left out. */
export function componentsOf(view: View, failing: ReadonlySet<string>): ComponentStatus[] {
  return COMPONENTS.flatMap((component) => {
    const state = stateOf(view, component);
    if (component.optional && (state.status === 'absent' || state.status === 'unknown')) return [];
    const failed = failing.has(component.name) && state.status !== 'ready' && state.status !== 'unknown';
    const { name, title, tier, kind, namespace } = component;
    return [{ name, title, tier, kind, namespace, ...state, status: failed ? 'failed' : state.status }];
  });
}
