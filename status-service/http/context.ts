import type { ServerResponse } from 'node:http';
import type { HttpBindings } from '@hono/node-server';
import type { Board } from '../board.ts';
import type { TokenKeeper } from '../auth/token.ts';
import type { Log } from '../log.ts';
import type { Settings } from '../settings.ts';
import type { Source } from '../sources/source.ts';
import type { Counters } from './counters.ts';
import type { EventHub } from './events.ts';

/** What Hono knows of a request: Node's own objects. */
export interface Env {
  readonly Bindings: HttpBindings;
  readonly Variables: {
    /** Writes the body of an answer that does not end; its head is created like any other. */
    takeOver?: (answer: ServerResponse) => void;
  };
}

/** Everything that the routes stand on. */
export interface Parts {
  readonly settings: Pick<Settings, 'site'>;
  readonly board: Board;
  readonly source: Source;
  readonly tokens: TokenKeeper;
  readonly events: EventHub;
  readonly counters: Counters;
  readonly log: Log;
}
