import type { History } from '@temporalio/common/lib/proto-utils.js';

/** When a step ran, in milliseconds since the epoch, from the workflow's history. */
export interface StepTimes {
  readonly activity: string;
  readonly startedAt: number;
  readonly endedAt: number;
}

type Event = NonNullable<History['events']>[number];

/** The steps of a finished install in their order, and its total duration in milliseconds. */
export function stepsIn(events: readonly Event[]): { steps: StepTimes[]; wallMs: number } {
  const byId = new Map(events.map((event) => [String(event.eventId), event]));
  const steps = events.flatMap((event) => {
    const completed = event.activityTaskCompletedEventAttributes;
    if (!completed) return [];
    const scheduled = byId.get(String(completed.scheduledEventId));
    const started = byId.get(String(completed.startedEventId));
    const activity = scheduled?.activityTaskScheduledEventAttributes?.activityType?.name ?? 'unknown';
    return started ? [{ activity, startedAt: timeOf(started), endedAt: timeOf(event) }] : [];
  });
  const [first, last] = [events[0], events.at(-1)];
  return { steps, wallMs: first && last ? timeOf(last) - timeOf(first) : 0 };
}

function timeOf({ eventTime }: Event): number {
  return Number(eventTime?.seconds ?? 0) * 1000 + (eventTime?.nanos ?? 0) / 1e6;
}
