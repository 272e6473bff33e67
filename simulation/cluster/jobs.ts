import { timestamp } from '../world/stage.ts';
import type { Stage } from '../world/stage.ts';
import { record } from './events.ts';
import { withCondition } from './objects.ts';
import type { Pod, Workload } from './objects.ts';
import { makePod, podName } from './pod-factory.ts';
import { at, drop, keyOfObject, memoryOf, owned, putStatus, remember } from './store.ts';

/** How long the job controller waits before another pod, doubled with each that failed. */
const FIRST_BACKOFF_MS = 10_000;
const DEFAULT_BACKOFF_LIMIT = 6;

/**
 * Runs a pod to its end, and another one where it failed, as often as the job allows; says Complete or Failed, and stays so;
 * is taken away when its time to live is over.
 */
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
  const finished = job.status?.conditions?.find(
    ({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True',
  );
  if (finished) return expire(stage, key, job, finished.lastTransitionTime ?? timestamp(stage));
  const failures = pods.filter(({ status }) => status?.phase === 'Failed').length;
  const pod = pods.find(({ status }) => status?.phase !== 'Failed');
  if (!pod) {
    if (failures > (job.spec.backoffLimit ?? DEFAULT_BACKOFF_LIMIT)) return giveUp(stage, job, failures);
    const dueAt = backoffEnd(stage, key, failures);
    if (stage.now < dueAt) return dueAt;
    const made = makePod(stage, job, job.spec.template, podName(stage, job), labels);
    record(stage, job, {
      from: 'job-controller',
      reason: 'SuccessfulCreate',
      message: `Created pod: ${made.metadata.name}`,
    });
    putStatus(stage, job, {
      ...job.status,
      active: 1,
      ready: 0,
      ...(failures > 0 && { failed: failures }),
      startTime: job.status?.startTime ?? timestamp(stage),
    });
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

/** When the next pod is due: at once for the first, and some time after the last one has failed. */
function backoffEnd(stage: Stage, key: string, failures: number): number {
  if (failures === 0) return stage.now;
  const memory = memoryOf(stage, key);
  if (memory['failures'] !== failures)
    remember(stage, key, { failures, dueAt: stage.now + FIRST_BACKOFF_MS * 2 ** (failures - 1) });
  return Number(memoryOf(stage, key)['dueAt']);
}

function giveUp(stage: Stage, job: Workload, failed: number): null {
  const now = timestamp(stage);
  const cause = {
    status: 'True',
    reason: 'BackoffLimitExceeded',
    message: 'Job has reached the specified backoff limit',
  } as const;
  const targeted = withCondition(job.status?.conditions, { type: 'FailureTarget', ...cause }, now);
  putStatus(stage, job, {
    startTime: job.status?.startTime ?? now,
    failed,
    ready: 0,
    terminating: 0,
    uncountedTerminatedPods: {},
    conditions: withCondition(targeted, { type: 'Failed', ...cause }, now),
  });
  record(stage, job, { from: 'job-controller', type: 'Warning', reason: cause.reason, message: cause.message });
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
