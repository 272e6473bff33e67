import type { LogAnswer, LogWanted, PageRequest } from '../../model/page.ts';

/** A page waits no longer than this; a later answer is dropped. */
const PATIENCE_MS = 1_900;

export interface AskedLogs {
  /** Asks for the end of a log. Never rejects. */
  ask(wanted: LogWanted, signal: AbortSignal): Promise<LogAnswer>;
  answered(id: number, answer: LogAnswer): void;
}

/** `tell` sends a request to the client; answers come back through `answered`. */
export function askForLogs(tell: (request: PageRequest) => void): AskedLogs {
  const waiting = new Map<number, (answer: LogAnswer) => void>();
  let last = 0;
  return {
    ask: async (wanted, signal) => {
      const id = (last += 1);
      const { promise, resolve } = Promise.withResolvers<LogAnswer>();
      const giveUp = (): void => {
        if (!waiting.has(id)) return;
        tell({ ask: 'no-log', id });
        resolve({ problem: 'The log could not be read: the client did not answer in time.', status: 504 });
      };
      waiting.set(id, resolve);
      const late = setTimeout(giveUp, PATIENCE_MS);
      signal.addEventListener('abort', giveUp, { once: true });
      tell({ ask: 'log', id, wanted });
      try {
        return await promise;
      } finally {
        clearTimeout(late);
        signal.removeEventListener('abort', giveUp);
        waiting.delete(id);
      }
    },
    answered: (id, answer) => waiting.get(id)?.(answer),
  };
}
