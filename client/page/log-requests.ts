import { type LogAnswer, type LogWanted, type PageMessage, pageRequest } from '../../model/page.ts';

/** How the end of a log is read; it never rejects. */
export type ReadLog = (wanted: LogWanted, signal: AbortSignal) => Promise<LogAnswer>;

export interface LogRequests {
  /** For each value that the page wrote: answers it if it asks for a log. */
  hear(value: unknown): void;
  /** Reads logs this way from now on; before, the answer is that there are none. */
  readWith(read: ReadLog): void;
  /** Cancels every log that is being read. */
  close(): void;
}

/** Answers the page's requests for logs; `tell` sends the page a message. */
export function answerLogRequests(tell: (message: PageMessage) => void): LogRequests {
  const reading = new Map<number, AbortController>();
  let read: ReadLog = async () => ({ problem: 'No Kubernetes API has answered yet.', status: 502 });

  async function answer(id: number, wanted: LogWanted): Promise<void> {
    const asked = new AbortController();
    reading.set(id, asked);
    const found = await read(wanted, asked.signal);
    reading.delete(id);
    if (!asked.signal.aborted) tell({ kind: 'Log', id, answer: found });
  }

  return {
    hear: (value) => {
      const { data: request } = pageRequest.safeParse(value);
      if (request?.ask === 'log') void answer(request.id, request.wanted);
      else if (request?.ask === 'no-log') reading.get(request.id)?.abort();
    },
    readWith: (next) => {
      read = next;
    },
    close: () => {
      for (const asked of reading.values()) asked.abort();
    },
  };
}
