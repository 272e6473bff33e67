import { blockerKey } from '../model/blocker.ts';
import { STATE_WORDS } from '../model/state-words.ts';
import type { StatusDocument } from '../model/status.ts';
import { lastSeenOf } from './age.ts';
import { isOver } from './with-install.ts';
import type { NewReading } from './inputs.ts';

/**
 * If the cluster was asked and does not answer, and no running install reports on it: the present state is unknown,
 * and the rest of the document is as last seen. Each part keeps its own timestamp, so that its age can be shown.
 * Otherwise the document stays as it is.
 */
export function withLastKnown(unanswered: StatusDocument, { cluster, install, previous }: NewReading): StatusDocument {
  const progress = install?.progress ?? null;
  if (!cluster.kubernetes?.error || previous === null || (progress !== null && !isOver(progress))) return unanswered;
  const before = previous.sources.find(({ source }) => source === 'kubernetes');
  if (!before?.observedAt) return unanswered;
  const news = new Set(unanswered.topBlockers.map(blockerKey));
  const lastSeen = lastSeenOf(previous);
  return {
    ...previous,
    timestamp: unanswered.timestamp,
    stale: true,
    sources: unanswered.sources,
    loginProbe: unanswered.loginProbe,
    rollup: {
      ...unanswered.rollup,
      ...(lastSeen && {
        message: `${unanswered.rollup.message} Last seen: ${STATE_WORDS[lastSeen.state]}.`,
        lastSeen,
      }),
    },
    topBlockers: [...unanswered.topBlockers, ...previous.topBlockers.filter((one) => !news.has(blockerKey(one)))],
    activeOperations: previous.activeOperations.map((operation) => ({ ...operation, elapsedSeconds: null })),
  };
}
