import type { StatusDocument } from '../../model/status.ts';
import { STATE_WORDS } from './state-words.ts';

/** Older than this, an answer is not the present any more; the same limit as the diagnosis has. */
const STALE_AFTER_S = 120;
/** The diagnosis' words where the API server answered, and some kinds of objects could not be listed. */
const PARTLY = 'could not list';

type Source = StatusDocument['sources'][number];

const secondsBetween = (from: string, to: Date) => Math.max(0, Math.round((to.getTime() - Date.parse(from)) / 1000));

function isCurrent({ ageSeconds, error }: Source): boolean {
  return ageSeconds !== null && ageSeconds <= STALE_AFTER_S && (error === null || error.startsWith(PARTLY));
}

/**
 * An appliance is seen through its cluster; before there is one, through the install that runs. The document is stale when
 * neither tells what is.
 */
function isStale(sources: readonly Source[], install: StatusDocument['install']): boolean {
  const cluster = sources.find(({ source }) => source === 'kubernetes');
  if (cluster && isCurrent(cluster)) return false;
  const told = sources.find(({ source }) => source === 'install');
  const isOver = install === null || ['complete', 'cancelled'].includes(install.state);
  return isOver || told === undefined || !isCurrent(told);
}

/** What was so is not what is: a state that nobody can see any more is told as the last one that was seen. */
function rollupOf({ rollup }: StatusDocument, stale: boolean): StatusDocument['rollup'] {
  if (!stale || rollup.state === 'unknown') return rollup;
  return {
    state: 'unknown',
    message: `Nothing current is known of the appliance. Last seen: ${STATE_WORDS[rollup.state]}.`,
    nextAction: null,
  };
}

/** Takes a document and the time, gives it with every age as of that time. Pure. */
export function freshen(document: StatusDocument, now: Date): StatusDocument {
  const sources = document.sources.map((source) => {
    const ageSeconds = source.observedAt === null ? null : secondsBetween(source.observedAt, now);
    return { ...source, ageSeconds, stale: source.stale || ageSeconds === null || ageSeconds > STALE_AFTER_S };
  });
  const stale = isStale(sources, document.install);
  return {
    ...document,
    timestamp: now.toISOString(),
    sources,
    stale,
    rollup: rollupOf(document, stale),
    activeOperations: document.activeOperations.map((operation) =>
      operation.startedAt === null
        ? operation
        : { ...operation, elapsedSeconds: secondsBetween(operation.startedAt, now) },
    ),
  };
}
