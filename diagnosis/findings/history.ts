import type { Pod, Workload } from '../../kubernetes/shapes.ts';
import type { Place } from '../../kubernetes/places.ts';
import { ms } from '../../kubernetes/time.ts';
import type { View } from '../../kubernetes/view.ts';
import { isComplete as isJobComplete, replacementOf } from './job-state.ts';
import { isReady } from './suspect.ts';

const REVISION = 'deployment.kubernetes.io/revision';

/** Says whether a workload has all that it wants: every replica, of the newest template, available. */
export function isComplete(workload: Workload): boolean {
  const { spec, status, metadata } = workload;
  if ((status?.observedGeneration ?? 0) < (metadata.generation ?? 0)) return false;
  if (workload.kind === 'DaemonSet') {
    const wanted = status?.desiredNumberScheduled ?? 0;
    return (status?.numberReady ?? 0) >= wanted && (status?.updatedNumberScheduled ?? wanted) >= wanted;
  }
  const wanted = spec?.replicas ?? 1;
  const updated = status?.updatedReplicas ?? (workload.kind === 'ReplicaSet' ? wanted : 0);
  const available = status?.availableReplicas ?? status?.readyReplicas ?? 0;
  // A Deployment may still run its old pods beside new ones that do not come up: what is ready are the old ones then.
  const old = workload.kind === 'Deployment' ? (status?.replicas ?? updated) - updated : 0;
  return (status?.readyReplicas ?? 0) >= wanted && available >= wanted && updated >= wanted && old <= 0;
}

function revision(set: Workload): number {
  return Number(set.metadata.annotations?.[REVISION] ?? 0);
}

/** The ReplicaSet that a Deployment brings up now: of the newest revision, else the newest made. */
function newestSet(view: View, deployment: string, namespace: string | undefined): Workload | undefined {
  return view.workloads
    .filter(
      (one) =>
        one.kind === 'ReplicaSet' &&
        one.metadata.namespace === namespace &&
        one.metadata.ownerReferences?.some((owner) => owner.name === deployment),
    )
    .toSorted(
      (a, b) =>
        revision(b) - revision(a) || (ms(b.metadata.creationTimestamp) ?? 0) - (ms(a.metadata.creationTimestamp) ?? 0),
    )[0];
}

const created = (pod: Pod) => ms(pod.metadata.creationTimestamp) ?? 0;

/**
 * Why nothing that was said of the pod counts any more: it is ready, deleted, done, replaced by a newer one of the
 * same owner, or left behind by a workload that has all its replicas. Null if it still counts.
 */
export function historyOf(view: View, pod: Pod, place: Place): string | null {
  const phase = pod.status?.phase;
  if (pod.metadata.deletionTimestamp) return 'the pod is being deleted';
  if (isReady(pod) && phase !== 'Failed') return 'the pod is Ready now';
  if (phase === 'Succeeded') return 'the pod has completed';

  const { namespace } = pod.metadata;
  const find = (kind: string) => {
    const name = place.above.find((one) => one.startsWith(`${kind} `))?.split('/')[1];
    return name
      ? view.workloads.find(
          (one) => one.kind === kind && one.metadata.namespace === namespace && one.metadata.name === name,
        )
      : undefined;
  };
  const deployment = find('Deployment');
  const workload = deployment ?? find('StatefulSet') ?? find('DaemonSet') ?? find('ReplicaSet');
  if (workload && (workload.kind === 'DaemonSet' || (workload.spec?.replicas ?? 1) > 0) && isComplete(workload)) {
    return `${workload.kind} ${workload.metadata.name} has all its replicas without it`;
  }
  if (deployment) {
    if ((deployment.spec?.replicas ?? 1) === 0) return `Deployment ${deployment.metadata.name} is scaled to zero`;
    const newest = newestSet(view, deployment.metadata.name, namespace);
    const own = pod.metadata.ownerReferences?.find((one) => one.kind === 'ReplicaSet')?.name;
    const hasPods =
      newest &&
      view.pods.some(
        (one) => one !== pod && one.metadata.ownerReferences?.some((owner) => owner.name === newest.metadata.name),
      );
    if (newest && own && newest.metadata.name !== own && hasPods)
      return `a newer ReplicaSet, ${newest.metadata.name}, has replaced it`;
  }

  const job = view.jobs.find(
    (one) =>
      one.metadata.namespace === namespace &&
      pod.metadata.ownerReferences?.some((each) => each.kind === 'Job' && each.name === one.metadata.name),
  );
  if (job && isJobComplete(job)) return `Job ${job.metadata.name} has completed`;
  const replacement = job && replacementOf(view, job);
  if (replacement) return `a newer job, ${replacement.metadata.name}, has replaced it`;

  const owner = pod.metadata.ownerReferences?.[0];
  const siblings = owner
    ? view.pods.filter(
        (one) =>
          one !== pod && one.metadata.namespace === namespace && one.metadata.ownerReferences?.[0]?.name === owner.name,
      )
    : [];
  if (siblings.some((one) => created(one) > created(pod) && (phase === 'Failed' || isReady(one)))) {
    return 'a newer pod has replaced it';
  }
  return null;
}
