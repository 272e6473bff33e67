import type { ActiveOperation } from '../../model/status.ts';
import { bytes, clean, duration } from '../terminal/text.ts';

/**
 * A line for each active operation. Pods that are being prepared are many and done in seconds: several of them share one line.
 */
export function operationLines(operations: readonly ActiveOperation[], now: Date): string[] {
  const preparing = operations.filter(isPreparing);
  const others = operations.filter((operation) => !isPreparing(operation));
  const first = preparing[0];
  const lines = eachOnce(others).map((operation) => operationLine(operation, now));
  if (!first) return lines;
  return [...lines, preparing.length === 1 ? operationLine(first, now) : `Preparing ${preparing.length} pods`];
}

/** An active operation in one line; a percentage is never invented. */
function operationLine(operation: ActiveOperation, now: Date): string {
  const { progressAvailable, progressReason } = operation;
  const reason = progressAvailable || progressReason === null ? '' : `no percentage: ${clean(progressReason)}`;
  return [clean(operation.message), since(operation, now), sizeOf(operation), reason]
    .filter((part) => part !== '')
    .join(', ');
}

/** A line for each operation that has just started, without pods that are being prepared. */
export function begunLines(operations: readonly ActiveOperation[], now: Date): string[] {
  return eachOnce(operations.filter((operation) => !isPreparing(operation))).map((operation) =>
    [clean(operation.message), since(operation, now), sizeOf(operation)].filter((part) => part !== '').join(', '),
  );
}

/** Two pods that wait for one image wait for the same: only the pull that started first is shown. */
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

/** For how long it has been active; empty if it has only just started. */
function since({ startedAt, elapsedSeconds }: ActiveOperation, now: Date): string {
  const elapsed = startedAt === null ? (elapsedSeconds ?? 0) * 1000 : now.getTime() - new Date(startedAt).getTime();
  return elapsed < 1_000 ? '' : `for ${duration(elapsed)}`;
}
