import { timestamp } from '../world/stage.ts';
import type { Stage } from '../world/stage.ts';
import { record } from './events.ts';
import { withCondition } from './objects.ts';
import type { Pod, Workload } from './objects.ts';
import { makePod, podName } from './pod-factory.ts';
import { at, drop, keyOfObject, owned, putStatus } from './store.ts';

/** Runs one pod to its end; says Complete; is taken away when its time to live is over. */
export function jobController(stage: Stage, key: string): number | null {
  const job = at<Workload>(stage, key);
  if (!job || job.spec.suspend) return null;
  const pods = owned<Pod>(stage, 'Pod', job);
  const labels = {
    'batch.kubernetes.io/job-name': job.metadata.name,
    'batch.kubernetes.io/controller-uid': job.metadata.uid ?? '',
    'job-name': job.metadata.name,
    'controller-uid': job.metadata.uid ?? '',
  };
  const finished = job.status?.conditions?.find(({ type, status }) => type === 'Complete' && status === 'True');
  if (finished) return expire(stage, key, job, finished.lastTransitionTime ?? timestamp(stage));
  const [pod] = pods;
  if (!pod) {
    const made = makePod(stage, job, job.spec.template, podName(stage, job), labels);
    record(stage, job, {
      from: 'job-controller',
      reason: 'SuccessfulCreate',
      message: `Created pod: ${made.metadata.name}`,
    });
    putStatus(stage, job, { ...job.status, active: 1, ready: 0, startTime: timestamp(stage) });
    return null;
  }
  if (pod.status?.phase !== 'Succeeded') return null;
  const now = timestamp(stage);
  const met = withCondition(
    job.status?.conditions,
    {
      type: 'SuccessCriteriaMet',
      status: 'True',
      reason: 'CompletionsReached',
      message: 'Reached expected number of succeeded pods',
    },
    now,
  );
  putStatus(stage, job, {
    startTime: job.status?.startTime ?? now,
    completionTime: now,
    succeeded: 1,
    ready: 0,
    terminating: 0,
    uncountedTerminatedPods: {},
    conditions: withCondition(
      met,
      {
        type: 'Complete',
        status: 'True',
        reason: 'CompletionsReached',
        message: 'Reached expected number of succeeded pods',
      },
      now,
    ),
  });
  record(stage, job, { from: 'job-controller', reason: 'Completed', message: 'Job completed' });
  return null;
}

function expire(stage: Stage, key: string, job: Workload, since: string): number | null {
  const { ttlSecondsAfterFinished } = job.spec;
  if (ttlSecondsAfterFinished === undefined) return null;
  const goneAt = Date.parse(since) + ttlSecondsAfterFinished * 1_000;
  if (stage.now < goneAt) return goneAt;
  for (const pod of owned(stage, 'Pod', job)) drop(stage, keyOfObject(pod));
  drop(stage, key);
  return null;
}
