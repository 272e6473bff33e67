import { NAMESPACES, OBJECTS } from '../../model/appliance.ts';
import type { Job, Pod } from '../../kubernetes/shapes.ts';
import { ms } from '../../kubernetes/time.ts';
import type { View } from '../../kubernetes/view.ts';

export function conditionOf(job: Job, type: string) {
  return job.status?.conditions?.find((one) => one.type === type && one.status === 'True');
}

export function isComplete(job: Job): boolean {
  return conditionOf(job, 'Complete') !== undefined || conditionOf(job, 'SuccessCriteriaMet') !== undefined;
}

/** Whether the job has given up, or is about to: its pods are not started again. */
export function hasFailed(job: Job): boolean {
  return conditionOf(job, 'Failed') !== undefined || conditionOf(job, 'FailureTarget') !== undefined;
}

/** The job's pods that are still there, the newest first. */
export function podsOfJob(view: View, job: Job): Pod[] {
  return view.pods
    .filter(
      (pod) =>
        pod.metadata.namespace === job.metadata.namespace &&
        pod.metadata.ownerReferences?.some((owner) => owner.name === job.metadata.name),
    )
    .toSorted((a, b) => (ms(b.metadata.creationTimestamp) ?? 0) - (ms(a.metadata.creationTimestamp) ?? 0));
}

/** The newest bootstrap job: an older one, whatever became of it, is history. Null when there is none. */
export function bootstrapJob(view: View): Job | null {
  return (
    view.jobs
      .filter(
        (job) =>
          job.metadata.namespace === NAMESPACES.workloads &&
          job.metadata.name.startsWith(OBJECTS.bootstrapJobPrefix) &&
          !job.metadata.deletionTimestamp,
      )
      .toSorted((a, b) => (ms(b.metadata.creationTimestamp) ?? 0) - (ms(a.metadata.creationTimestamp) ?? 0))[0] ?? null
  );
}

const born = (job: Job) => ms(job.metadata.creationTimestamp) ?? 0;

/** The newest job that replaced it: of the database setup, or of the same CronJob. Null if it is the newest itself. */
export function replacementOf(view: View, job: Job): Job | null {
  const setup = bootstrapJob(view);
  const { namespace, name } = job.metadata;
  if (setup && namespace === NAMESPACES.workloads && name.startsWith(OBJECTS.bootstrapJobPrefix))
    return setup === job ? null : setup;
  const maker = job.metadata.ownerReferences?.find((owner) => owner.kind === 'CronJob')?.name;
  if (maker === undefined) return null;
  const siblings = view.jobs.filter(
    (one) =>
      one.metadata.namespace === namespace &&
      one.metadata.ownerReferences?.some((owner) => owner.kind === 'CronJob' && owner.name === maker),
  );
  const newest = siblings.toSorted((a, b) => born(b) - born(a))[0];
  return newest && newest !== job && born(newest) > born(job) ? newest : null;
}

/** The logs of a job's pods, the newest pod's first; pods that no longer exist are known by their names. */
export function jobLogs(view: View, job: Job) {
  const { namespace, name } = job.metadata;
  const made = new Map(
    view.pods
      .filter((pod) => pod.metadata.namespace === namespace)
      .map((pod) => [pod.metadata.name, ms(pod.metadata.creationTimestamp) ?? 0]),
  );
  return (view.snapshot.logs ?? [])
    .filter((log) => log.namespace === namespace && (log.pod === name || log.pod.startsWith(`${name}-`)))
    .toSorted((a, b) => (made.get(b.pod) ?? 0) - (made.get(a.pod) ?? 0) || Number(a.previous) - Number(b.previous));
}
