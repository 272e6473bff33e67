import { setTimeout as delay } from 'node:timers/promises';
import type { Board } from '../board.ts';
import type { Counters } from './counters.ts';

/** `documents`: the whole status document at each difference. `changes`: only that there is one, for pages. */
export type Wanted = 'documents' | 'changes';

export interface EventHub {
  /** Takes what is wanted and how to cut the connection, gives the stream; null when too many listen already. */
  listen(wanted: Wanted, cut: () => void): ReadableStream<Uint8Array> | null;
  listeners(): number;
  /** Tells every listener that nothing more will come, and leaves them the time to fetch the last document. */
  farewell(): Promise<void>;
  /** Ends every stream. */
  close(): void;
}

const MOST_LISTENERS = 300;
/** A listener that leaves this much unread is slow or gone. It comes back by itself if it is there. */
const MOST_UNREAD_BYTES = 512 * 1024;
const HEARTBEAT_MS = 15_000;
const RETRY_MS = 3_000;
const LAST_LOOK_MS = 800;
/** Ages in a document are whole seconds: within one it is the same. */
const FRESH_MS = 1_000;

interface Listener {
  readonly wanted: Wanted;
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
  readonly cut: () => void;
}

/** Takes the board, gives server-sent events of it: the present at once, then each difference, a heartbeat between. */
export function createEventHub(board: Board, counters: Counters): EventHub {
  const listeners = new Set<Listener>();
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

  function send(listener: Listener, bytes: Uint8Array): void {
    const { controller, cut } = listener;
    if (controller.desiredSize !== null && controller.desiredSize > 0) {
      controller.enqueue(bytes);
      return;
    }
    listeners.delete(listener);
    counters.droppedListeners += 1;
    cut();
  }

  function sendAll(text: string): void {
    const bytes = encoder.encode(text);
    for (const listener of listeners) send(listener, bytes);
  }

  const unsubscribe = board.subscribe(() => {
    for (const listener of listeners) send(listener, message(listener.wanted));
  });
  const heartbeat = setInterval(() => sendAll(': still here\n\n'), HEARTBEAT_MS);
  heartbeat.unref();

  return {
    listen: (wanted, cut) => {
      if (listeners.size >= MOST_LISTENERS) return null;
      let listener: Listener | null = null;
      return new ReadableStream<Uint8Array>(
        {
          start: (controller) => {
            listener = { wanted, controller, cut };
            listeners.add(listener);
            controller.enqueue(encoder.encode(`retry: ${RETRY_MS}\n\n`));
            controller.enqueue(message(wanted));
          },
          cancel: () => {
            if (listener) listeners.delete(listener);
          },
        },
        new ByteLengthQueuingStrategy({ highWaterMark: MOST_UNREAD_BYTES }),
      );
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
      for (const { controller } of listeners) controller.close();
      listeners.clear();
    },
  };
}
