import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import type { ProfileName } from '../model/steps/index.ts';

/**
 * The activity profiles. None has a scheduleToClose time-out: a closed lid must not use it up. A lost worker is noticed by
 * the heartbeat, and the next one takes the step up again. Giving up is the workflow's decision, never the retry policy's.
 * Cancellation waits until the activity has ended, so that an old and a new look never act at the same time.
 */
const cancellationType = ActivityCancellationType.WAIT_CANCELLATION_COMPLETED;
/** A worker that was killed is noticed after this time; until then nobody else may take its step up. */
const heartbeatTimeout = '10 seconds';
const retry = { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '15s' } as const;

export const ACTIVITIES: Record<ProfileName, Activities> = {
  quick: proxyActivities<Activities>({
    startToCloseTimeout: '2 minutes',
    heartbeatTimeout,
    retry,
    cancellationType,
  }),
  apply: proxyActivities<Activities>({
    startToCloseTimeout: '10 minutes',
    heartbeatTimeout,
    retry,
    cancellationType,
  }),
  wait: proxyActivities<Activities>({
    startToCloseTimeout: '12 hours',
    heartbeatTimeout,
    retry,
    cancellationType,
  }),
};
