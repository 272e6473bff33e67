import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { statusDocument } from '../../model/status.ts';
import type { Log } from '../log.ts';
import type { Source } from './source.ts';

/**
 * On the laptop the client knows more than a cluster could say (the install's progress, Talos): it starts this service and
 * writes status documents to its standard input, one a line. A line that is no status document is logged and left out. The
 * end of the input is the end of the client: `run` returns, and the service ends.
 */
export function stdinSource(input: Readable, log: Log): Source {
  return {
    run: async (board, signal) => {
      const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
      const close = () => lines.close();
      signal.addEventListener('abort', close, { once: true });
      for await (const line of lines) {
        if (line.trim() === '') continue;
        const read = readDocument(line);
        if ('problem' in read) log.warn({ problem: read.problem }, 'a line on standard input is no status document');
        else board.put({ document: read.document, details: null, snapshot: null });
      }
    },
    logs: null,
    withoutDetails:
      'This page is served by the client: `appliance-client pods` lists the pods, `appliance-client logs` shows their logs.',
    waitingFor: 'the client has not said anything yet',
  };
}

function readDocument(line: string): { document: ReturnType<typeof statusDocument.parse> } | { problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { problem: 'not JSON' };
  }
  const parsed = statusDocument.safeParse(value);
  if (parsed.success) return { document: parsed.data };
  const [issue] = parsed.error.issues;
  return { problem: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}` };
}
