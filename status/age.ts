import { iso, ms, newest } from '../kubernetes/time.ts';
import { STATE_WORDS } from '../model/state-words.ts';
import type { ActiveOperation, StatusDocument } from '../model/status.ts';

/** Older than this, an answer is not the present any more; two missed heartbeats of a waiting step. */
const STALE_AFTER_S = 120;

type Source = StatusDocument['sources'][number];

const OVER: readonly string[] = ['complete', 'cancelled'];
/** Nothing is expected of an install that is over, or paused until a person says more: its last word holds. */
const SILENT_BY_RIGHT: readonly string[] = [...OVER, 'paused'];

const secondsBetween = (from: string, to: Date): number =>
  Math.max(0, Math.round((to.getTime() - Date.parse(from)) / 1000));

function sourceAsOf(source: Source, install: StatusDocument['install'], now: Date): Source {
  const { observedAt, error } = source;
  const ageSeconds = observedAt === null ? null : secondsBetween(observedAt, now);
  const ages = source.source !== 'install' || install === null || !SILENT_BY_RIGHT.includes(install.state);
  const isOld = ageSeconds === null || (ages && ageSeconds > STALE_AFTER_S);
  return { ...source, ageSeconds, stale: error !== null || isOld };
}

function isCurrent({ ageSeconds, stale, partial }: Source): boolean {
  const isPart = partial && ageSeconds !== null && ageSeconds <= STALE_AFTER_S;
  return !stale || isPart;
}

/**
 * An appliance is seen through its cluster; before there is one, through the install that runs; one that has no cluster to ask, as
 * a simulated one, through its install alone. The document is stale when none of them says what is.
 */
function isStale(sources: readonly Source[], install: StatusDocument['install']): boolean {
  const cluster = sources.find(({ source }) => source === 'kubernetes');
  if (cluster && isCurrent(cluster)) return false;
  const heard = sources.find(({ source }) => source === 'install');
  if (install === null || heard === undefined || !isCurrent(heard)) return true;
  return cluster !== undefined && OVER.includes(install.state);
}

/** The state that was seen last; undefined where none ever was. */
export function lastSeenOf(document: StatusDocument): StatusDocument['rollup']['lastSeen'] {
  const { rollup, stale, observedAt, timestamp } = document;
  if (rollup.state === 'unknown' && stale) return rollup.lastSeen;
  return { state: rollup.state, at: observedAt ?? timestamp };
}

/**
 * A state that cannot be checked any more is given as the last one that was seen. A document that was
 * stale when it was made says what is known all the same.
 */
function rollupAsOf(document: StatusDocument, stale: boolean): StatusDocument['rollup'] {
  const { rollup } = document;
  const lastSeen = lastSeenOf(document);
  if (!stale || document.stale || rollup.state === 'unknown' || lastSeen === undefined) return rollup;
  return {
    state: 'unknown',
    message: `The current state of the appliance is unknown. Last seen: ${STATE_WORDS[lastSeen.state]}.`,
    nextAction: null,
    lastSeen,
  };
}

function operationAsOf(operation: ActiveOperation, since: string, now: Date): ActiveOperation {
  const { elapsedSeconds, startedAt } = operation;
  if (elapsedSeconds !== null) return { ...operation, elapsedSeconds: elapsedSeconds + secondsBetween(since, now) };
  return startedAt === null ? operation : { ...operation, elapsedSeconds: secondsBetween(startedAt, now) };
}

/** Every age, and what follows from it, as of `now`. */
export function asOf(document: StatusDocument, now: Date): StatusDocument {
  const { install, timestamp } = document;
  const sources = document.sources.map((source) => sourceAsOf(source, install, now));
  const stale = isStale(sources, install);
  const observedAt = iso(newest(...sources.map((source) => ms(source.observedAt))));
  return {
    ...document,
    timestamp: now.toISOString(),
    observedAt,
    sources,
    stale,
    rollup: rollupAsOf({ ...document, observedAt }, stale),
    activeOperations: document.activeOperations.map((operation) => operationAsOf(operation, timestamp, now)),
  };
}
