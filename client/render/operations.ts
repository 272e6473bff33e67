import type { ActiveOperation } from '../../model/status.ts';
import { bytes, clean, duration } from '../terminal/text.ts';

/**
 * Takes what is under way and the present time, gives a line for each. Pods that are being prepared are many and over in
 * seconds: several of them are one line.
 */
export function operationLines(operations: readonly ActiveOperation[], now: Date): string[] {
  const preparing = operations.filter(isPreparing);
  const others = operations.filter((operation) => !isPreparing(operation));
  const first = preparing[0];
  const lines = eachOnce(others).map((operation) => operationLine(operation, now));
  if (!first) return lines;
  return [...lines, preparing.length === 1 ? operationLine(first, now) : `Preparing ${preparing.length} pods`];
}

/** Takes something long that is under way and the present time, gives it in one line; no percentage is ever made up. */
function operationLine(operation: ActiveOperation, now: Date): string {
  const { progressAvailable, progressReason } = operation;
  const reason = progressAvailable || progressReason === null ? '' : `no percentage: ${clean(progressReason)}`;
  return [clean(operation.message), since(operation, now), sizeOf(operation), reason]
    .filter((part) => part !== '')
    .join(', ');
}

/** Takes operations that have just been seen to begin, gives a line for each that is worth one. */
export function begunLines(operations: readonly ActiveOperation[], now: Date): string[] {
  return eachOnce(operations.filter((operation) => !isPreparing(operation))).map((operation) =>
    [clean(operation.message), since(operation, now), sizeOf(operation)].filter((part) => part !== '').join(', '),
  );
}

/** Two pods that wait for one image wait for the same: the pull that began first tells it. */
function eachOnce(operations: readonly ActiveOperation[]): ActiveOperation[] {
  const began = ({ startedAt }: ActiveOperation): number => (startedAt === null ? 0 : Date.parse(startedAt));
  const byMessage = Map.groupBy(operations, ({ message }) => message);
  return [...byMessage.values()].flatMap((same) =>
    same.toSorted((one, other) => began(one) - began(other)).slice(0, 1),
  );
}

function isPreparing({ kind }: ActiveOperation): boolean {
  return kind === 'container-creating';
}

function sizeOf({ sizeBytes }: ActiveOperation): string {
  return sizeBytes === null ? '' : `about ${bytes(sizeBytes)}`;
}

/** For how long it has gone on; nothing where it has only just begun. */
function since({ startedAt, elapsedSeconds }: ActiveOperation, now: Date): string {
  const elapsed = startedAt === null ? (elapsedSeconds ?? 0) * 1000 : now.getTime() - new Date(startedAt).getTime();
  return elapsed < 1_000 ? '' : `for ${duration(elapsed)}`;
}
