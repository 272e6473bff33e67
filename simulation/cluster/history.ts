import type { ApiObject } from './objects.ts';

/** One change as the API server noted it; `object` carries the version that the change made. */
export interface Change {
  readonly version: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: ApiObject;
  /** What was there before; null where there was nothing. */
  readonly before: ApiObject | null;
}

/** The newest changes, of which watches are told. It does not outlive its process, as an API server's does not. */
export interface History {
  /** The version up to which nothing is remembered: a watch from before it is refused. */
  floor: number;
  changes: Change[];
  /** Resolves with the next change. */
  next: PromiseWithResolvers<void>;
}

const REMEMBERED = 2_000;

export function newHistory(version: number): History {
  return { floor: version, changes: [], next: Promise.withResolvers() };
}

/** Records a change and wakes everyone who waits for it. */
export function note(history: History, change: Change): void {
  history.changes.push(change);
  if (history.changes.length > REMEMBERED) forget(history, history.changes.length - REMEMBERED);
  const { next } = history;
  history.next = Promise.withResolvers();
  next.resolve();
}

/** Forgets the oldest changes; all of them without a number. */
export function forget(history: History, count = history.changes.length): void {
  history.floor = history.changes.splice(0, count).at(-1)?.version ?? history.floor;
}

/** Gives what has changed since a version; null where that is too long ago. */
export function since({ floor, changes }: History, version: number): readonly Change[] | null {
  return version < floor ? null : changes.filter((change) => change.version > version);
}
