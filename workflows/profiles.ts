import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { ActivityInterfaceFor } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import type { ProfileName } from '../model/steps/index.ts';
import { TIMEOUTS } from '../model/timing.ts';

/**
 * The activity profiles. None has a scheduleToClose time-out: a closed lid must not use it up. A lost worker is noticed by
 * the heartbeat, and the next one takes the step up again. Giving up is the workflow's decision, never the retry policy's.
 * Cancellation waits until the activity has ended, so that an old and a new look never act at the same time.
 */
const cancellationType = ActivityCancellationType.WAIT_CANCELLATION_COMPLETED;
const { heartbeatMs, startToCloseMs, retry } = TIMEOUTS;

type Proxies = ActivityInterfaceFor<Activities>;

const profile = (startToCloseTimeout: number): Proxies =>
  proxyActivities<Activities>({
    startToCloseTimeout,
    heartbeatTimeout: heartbeatMs,
    retry: {
      initialInterval: retry.initialMs,
      backoffCoefficient: retry.coefficient,
      maximumInterval: retry.maximumMs,
    },
    cancellationType,
  });

export const ACTIVITIES: Record<ProfileName, Proxies> = {
  quick: profile(startToCloseMs.quick),
  apply: profile(startToCloseMs.apply),
  wait: profile(startToCloseMs.wait),
};
