import { blockerKey } from '../../model/blocker.ts';
import type { StatusDocument } from '../../model/status.ts';
import { STATE_WORDS } from './state-words.ts';

/**
 * Takes the last document of a cluster that answered and the one made when it did not, gives what is shown meanwhile: the
 * present is unknown and says so, and everything below is as it was last seen. Each part keeps its own stamp, so that
 * its age can be told.
 */
export function withLastKnown(lastGood: StatusDocument | null, unanswered: StatusDocument): StatusDocument {
  if (lastGood === null) return unanswered;
  const news = new Set(unanswered.topBlockers.map(blockerKey));
  return {
    ...lastGood,
    timestamp: unanswered.timestamp,
    stale: true,
    sources: unanswered.sources,
    loginProbe: unanswered.loginProbe,
    rollup: {
      ...unanswered.rollup,
      message: `${unanswered.rollup.message} Last seen: ${STATE_WORDS[lastGood.rollup.state]}.`,
    },
    topBlockers: [...unanswered.topBlockers, ...lastGood.topBlockers.filter((one) => !news.has(blockerKey(one)))],
  };
}
