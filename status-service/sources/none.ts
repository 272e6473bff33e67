import { once } from 'node:events';
import type { Source } from './source.ts';

/** The service runs outside a cluster and nobody feeds it: it says so, and nothing else. */
export function noSource(): Source {
  return {
    run: async (_board, signal) => {
      if (!signal.aborted) await once(signal, 'abort');
    },
    logs: null,
    withoutDetails: 'The status page runs outside a cluster: it sees no pods.',
    waitingFor: 'the status page runs outside a cluster, and nothing tells it of one',
  };
}
