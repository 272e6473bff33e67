import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { type PageMessage, pageMessage, type PageRequest } from '../../model/page.ts';
import type { Board } from '../board.ts';
import type { Log } from '../log.ts';
import { askForLogs } from './asked-logs.ts';
import type { Source } from './source.ts';

/**
 * On the laptop the client knows more than a cluster could say (the install's progress, Talos), and has the way to the
 * cluster: it starts this service and tells it by its standard input, one message a line (`model/page.ts`). A line that is
 * none is logged and left out. What only a cluster can answer, a log, is asked of the client on the standard output. The end of
 * the input is the end of the client: `run` returns, and the service ends.
 */
export function stdinSource(input: Readable, output: Writable, log: Log): Source {
  const logs = askForLogs((request: PageRequest) => output.write(`${JSON.stringify(request)}\n`));

  function hear(message: PageMessage, board: Board): void {
    const { document, details } = board.now();
    if (message.kind === 'Status') board.put({ document: message, details, snapshot: null });
    else if (message.kind === 'Details') board.put({ document, details: message.details, snapshot: null });
    else logs.answered(message.id, message.answer);
  }

  return {
    run: async (board, signal) => {
      const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
      const close = () => lines.close();
      signal.addEventListener('abort', close, { once: true });
      for await (const line of lines) {
        if (line.trim() === '') continue;
        const read = readMessage(line);
        if ('problem' in read) log.warn({ problem: read.problem }, 'a line on standard input is not a message');
        else hear(read.message, board);
      }
    },
    logs: logs.ask,
    withoutDetails: 'No pods are known yet: the Kubernetes API of this appliance has not answered.',
    waitingFor: 'the client has not reported anything yet',
  };
}

function readMessage(line: string): { message: PageMessage } | { problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { problem: 'not JSON' };
  }
  const parsed = pageMessage.safeParse(value);
  if (parsed.success) return { message: parsed.data };
  const [issue] = parsed.error.issues;
  return { problem: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}` };
}
