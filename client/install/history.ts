import type { WorkflowHandle } from '@temporalio/client';
import proto from '@temporalio/proto';

/** The package is CommonJS: Node finds no named exports in it. */
const { EventType } = proto.temporal.api.enums.v1;

/** One event of an install, by names and times alone: nothing of what was sent with it. */
export interface HistoryLine {
  readonly id: number;
  readonly at: string | null;
  readonly event: string;
  readonly activity?: string;
  readonly attempt?: number;
}

/** A history is far shorter; of a longer one the newest events are given. */
const MOST_EVENTS = 5_000;

/** The events of a run without a single payload. Throws the client's errors. */
export async function historyOf(handle: WorkflowHandle): Promise<HistoryLine[]> {
  const { events } = await handle.fetchHistory();
  const names = new Map<string, string>();
  return (events ?? [])
    .map((event): HistoryLine => {
      const id = String(event.eventId ?? '');
      const scheduled = event.activityTaskScheduledEventAttributes?.activityType?.name ?? undefined;
      if (scheduled !== undefined) names.set(id, scheduled);
      const ended =
        event.activityTaskStartedEventAttributes ??
        event.activityTaskCompletedEventAttributes ??
        event.activityTaskFailedEventAttributes ??
        event.activityTaskTimedOutEventAttributes ??
        event.activityTaskCanceledEventAttributes;
      const activity = scheduled ?? names.get(String(ended?.scheduledEventId ?? ''));
      const attempt = event.activityTaskStartedEventAttributes?.attempt;
      return {
        id: Number(id),
        at: event.eventTime?.seconds ? new Date(Number(event.eventTime.seconds) * 1000).toISOString() : null,
        event: EventType[event.eventType ?? 0] ?? 'unknown',
        ...(activity === undefined ? {} : { activity }),
        ...(attempt ? { attempt } : {}),
      };
    })
    .slice(-MOST_EVENTS);
}
