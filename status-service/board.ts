import { createHash } from 'node:crypto';
import { statusOf } from '../status/index.ts';
import type { Picture } from './picture.ts';

const STALENESS_TICK_MS = 5_000;

export interface Board {
  /** Listeners are notified only if a person would see a difference. */
  put(picture: Picture): void;
  /** The last picture, with ages as of now. Always there, and at once. */
  now(): Picture;
  /** Grows with each difference. */
  version(): number;
  /** Calls `listener` at each difference; gives the way to end that. */
  subscribe(listener: () => void): () => void;
  close(): void;
}

/** What a person would see of a picture: not the ages, which grow on their own. */
interface News {
  readonly document: string;
  /** Rows are the same objects as long as what they tell is the same. */
  readonly rows: readonly object[];
}

function newsIn({ document, details }: Picture): News {
  const { timestamp: _timestamp, observedAt: _observedAt, sources, activeOperations, ...rest } = document;
  const text = JSON.stringify([
    rest,
    sources.map(({ source, stale, error }) => [source, stale, error]),
    activeOperations.map(({ elapsedSeconds: _elapsedSeconds, ...operation }) => operation),
  ]);
  return {
    document: createHash('sha256').update(text).digest('base64'),
    rows: [...(details?.pods ?? []), ...(details?.flux ?? []), ...(details?.helm ?? [])],
  };
}

function isSame(one: News, other: News): boolean {
  return (
    one.document === other.document &&
    one.rows.length === other.rows.length &&
    one.rows.every((row, index) => row === other.rows[index])
  );
}

/** The one place that pages read and sources write. It answers from memory, whatever the sources are doing. */
export function createBoard(first: Picture, clock: () => Date = () => new Date()): Board {
  let picture = first;
  let news = newsIn(first);
  let version = 1;
  const listeners = new Set<() => void>();

  const now = (): Picture => ({
    ...picture,
    document: statusOf({ cluster: null, install: null, now: clock(), previous: picture.document }),
  });
  const tell = (): void => {
    const next = newsIn(now());
    if (isSame(next, news)) return;
    news = next;
    version += 1;
    for (const listener of listeners) listener();
  };
  // A source that falls silent says nothing: that its picture grows stale is news all the same.
  const ticker = setInterval(tell, STALENESS_TICK_MS);
  ticker.unref();

  return {
    put: (next) => {
      picture = next;
      tell();
    },
    now,
    version: () => version,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => clearInterval(ticker),
  };
}
