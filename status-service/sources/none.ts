import { once } from 'node:events';
import type { Source } from './source.ts';

/** The service runs outside a cluster and has no source: it shows only that. */
export function noSource(): Source {
  return {
    run: async (_board, signal) => {
      if (!signal.aborted) await once(signal, 'abort');
    },
    logs: null,
    withoutDetails: 'The status page runs outside a cluster and cannot see pods.',
    waitingFor: 'the status page runs outside a cluster and has no source',
  };
}
