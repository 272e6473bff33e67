import type { ActiveOperation } from '../../model/status.ts';
import { bytes, clean, duration } from './text.ts';

/** Takes something long that is under way and the present time, gives it in one line; no percentage is ever made up. */
export function operationLine(operation: ActiveOperation, now: Date): string {
  const elapsed = elapsedOf(operation, now);
  return [
    clean(operation.message),
    elapsed === null ? '' : `for ${duration(elapsed)}`,
    operation.sizeBytes === null ? '' : bytes(operation.sizeBytes),
    operation.progressAvailable || operation.progressReason === null
      ? ''
      : `no percentage: ${clean(operation.progressReason)}`,
  ]
    .filter((part) => part !== '')
    .join(', ');
}

function elapsedOf({ startedAt, elapsedSeconds }: ActiveOperation, now: Date): number | null {
  if (startedAt !== null) return now.getTime() - new Date(startedAt).getTime();
  return elapsedSeconds === null ? null : elapsedSeconds * 1000;
}
