import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { TokenKeeper } from '../auth/token.ts';
import type { Board } from '../board.ts';
import type { Counters } from './counters.ts';

/** `documents`: the whole status document at each difference. `changes`: only that there is one, for pages. */
export type Wanted = 'documents' | 'changes';

export interface EventHub {
  /** False when too many listen already. */
  hasRoom(): boolean;
  /**
   * Writes events to an answer whose head is already written, until either side ends it or the token is no longer
   * valid.
   */
  listen(wanted: Wanted, token: string | null, answer: ServerResponse): void;
  listeners(): number;
  /** Tells every listener that nothing more will come, and leaves them the time to fetch the last document. */
  farewell(): Promise<void>;
  /** Ends every stream. */
  close(): void;
}

const MOST_LISTENERS = 300;
/** A listener that leaves this much unread is slow or gone. It reconnects automatically if it still exists. */
const MOST_UNREAD_BYTES = 512 * 1024;
const HEARTBEAT_MS = 15_000;
const RETRY_MS = 3_000;
/** A stream outlives its token by this time at most. */
const TOKEN_LOOK_MS = 2_000;
const LAST_LOOK_MS = 800;
/** Ages in a document are whole seconds: within one it is the same. */
const FRESH_MS = 1_000;

interface Listener {
  readonly wanted: Wanted;
  readonly token: string | null;
}

/**
 * Server-sent events: the present state at once, then each difference, with heartbeats between. They are written to
 * Node's own responses: with a web stream around each, 200 listeners took 3 MB more.
 */
export function createEventHub(board: Board, counters: Counters, tokens: TokenKeeper): EventHub {
  const listeners = new Map<ServerResponse, Listener>();
  const encoder = new TextEncoder();
  const made = new Map<Wanted, { readonly version: number; readonly at: number; readonly bytes: Uint8Array }>();

  /** Made once for all that want the same: hundreds may come, or come back, at the same moment. */
  function message(wanted: Wanted): Uint8Array {
    const version = board.version();
    const known = made.get(wanted);
    if (known?.version === version && Date.now() - known.at < FRESH_MS) return known.bytes;
    const bytes = encode(wanted, version);
    made.set(wanted, { version, at: Date.now(), bytes });
    return bytes;
  }

  function encode(wanted: Wanted, version: number): Uint8Array {
    const { document } = board.now();
    const [event, data] =
      wanted === 'documents' ? ['status', document] : ['changed', { version, state: document.rollup.state }];
    return encoder.encode(`event: ${event}\nid: ${version}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  function send(answer: ServerResponse, bytes: Uint8Array): void {
    if (answer.writableLength < MOST_UNREAD_BYTES) {
      answer.write(bytes);
      return;
    }
    listeners.delete(answer);
    counters.droppedListeners += 1;
    answer.destroy();
  }

  function sendAll(text: string): void {
    const bytes = encoder.encode(text);
    for (const answer of listeners.keys()) send(answer, bytes);
  }

  const unsubscribe = board.subscribe(() => {
    for (const [answer, { wanted }] of listeners) send(answer, message(wanted));
  });
  const heartbeat = setInterval(() => sendAll(': still here\n\n'), HEARTBEAT_MS);
  heartbeat.unref();
  const endOld = async (): Promise<void> => {
    if (listeners.size === 0) return;
    const current = await tokens.current();
    for (const [answer, { token }] of listeners) if (token !== current) answer.end();
  };
  const tokenLook = setInterval(() => void endOld(), TOKEN_LOOK_MS);
  tokenLook.unref();

  return {
    hasRoom: () => listeners.size < MOST_LISTENERS,
    listen: (wanted, token, answer) => {
      listeners.set(answer, { wanted, token });
      answer.once('close', () => listeners.delete(answer));
      // Whoever goes away in the middle of a word has closed it too.
      answer.on('error', () => undefined);
      answer.write(`retry: ${RETRY_MS}\n\n`);
      answer.write(message(wanted));
    },
    listeners: () => listeners.size,
    farewell: async () => {
      if (listeners.size === 0) return;
      sendAll('event: ended\ndata: {}\n\n');
      await delay(LAST_LOOK_MS);
    },
    close: () => {
      unsubscribe();
      clearInterval(heartbeat);
      clearInterval(tokenLook);
      for (const answer of listeners.keys()) answer.end();
      listeners.clear();
    },
  };
}
