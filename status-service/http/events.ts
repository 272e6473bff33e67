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

interface Listener {
  readonly wanted: Wanted;
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
  readonly cut: () => void;
}

/** Takes the board, gives server-sent events of it: the present at once, then each difference, a heartbeat between. */
export function createEventHub(board: Board, counters: Counters): EventHub {
  const listeners = new Set<Listener>();
  const encoder = new TextEncoder();

  function message(wanted: Wanted): Uint8Array {
    const { document } = board.now();
    const version = board.version();
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

  function sendAll(make: (wanted: Wanted) => Uint8Array): void {
    // Made once for all that want the same.
    const made = new Map<Wanted, Uint8Array>();
    for (const listener of listeners) {
      const bytes = made.get(listener.wanted) ?? make(listener.wanted);
      made.set(listener.wanted, bytes);
      send(listener, bytes);
    }
  }

  const unsubscribe = board.subscribe(() => sendAll(message));
  const heartbeat = setInterval(() => sendAll(() => encoder.encode(': still here\n\n')), HEARTBEAT_MS);
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
      sendAll(() => encoder.encode('event: ended\ndata: {}\n\n'));
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
