import { createServer, connect, type Socket } from 'node:net';
import { once } from 'node:events';

/** Stands between programs and Postgres, counts the statements, and cuts the connection at one of them. */
export interface CountingProxy {
  readonly port: number;
  /** Statements since the last call of `count`: simple queries, and executions of prepared ones, of all connections. */
  readonly statements: number;
  /** Whether the connection was cut since. */
  readonly wasCut: boolean;
  /** Begins to count anew, and to wait for the statement at which the connection that sends it is cut; without one none is. */
  count(cut?: Cut): void;
  close(): Promise<void>;
}

/** `sent`: as soon as Postgres has the statement, while it works; `answered`: when it is done, and the program is not told. */
export interface Cut {
  readonly statement: number;
  readonly when: 'sent' | 'answered';
}

/** Codes that a first message without a type holds instead of the protocol's version: SSL, GSS, and a request to cancel. */
const SSL = 80_877_103;
const GSS = 80_877_104;
/** Types of messages of the wire protocol (PostgreSQL documentation, "Message Formats"). */
const QUERY = 'Q';
const EXECUTE = 'E';
const READY_FOR_QUERY = 'Z';

export async function startCountingProxy(postgresPort: number, port = 0): Promise<CountingProxy> {
  let statements = 0;
  let cut: Cut | undefined;
  let wasCut = false;
  const open = new Set<Socket>();
  const reached = (): boolean => {
    statements += 1;
    if (statements !== cut?.statement) return false;
    wasCut = true;
    return true;
  };
  const server = createServer((client) => {
    const postgres = connect({ host: '127.0.0.1', port: postgresPort });
    const sockets = [client, postgres];
    const end = () => {
      for (const socket of sockets) socket.destroy();
    };
    let isCut = false;
    for (const socket of sockets) {
      open.add(socket);
      socket.setNoDelay(true);
      socket.on('error', end);
      socket.on('close', () => {
        open.delete(socket);
        end();
      });
    }
    const bare = { expected: 0 };
    const answers = messages('answers', bare);
    const requests = messages('requests', bare);
    client.on('data', (chunk) => {
      if (isCut && cut?.when === 'sent') return;
      for (const type of requests(chunk)) if ((type === QUERY || type === EXECUTE) && reached()) isCut = true;
      if (isCut && cut?.when === 'sent') {
        client.destroy();
        postgres.end(chunk);
      } else postgres.write(chunk);
    });
    postgres.on('data', (chunk) => {
      const types = answers(chunk);
      if (!isCut) client.write(chunk);
      else if (types.includes(READY_FOR_QUERY)) end();
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return {
    port: address.port,
    get statements() {
      return statements;
    },
    get wasCut() {
      return wasCut;
    },
    count(next) {
      statements = 0;
      wasCut = false;
      cut = next;
    },
    close: () => {
      for (const socket of open) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/**
 * Reads one direction of a connection. Gives, for each chunk, the types of the messages that begin in it as far as their length
 * is known; the payload is passed over.
 * @param bare how many answers come as one byte without a message around it: those to requests for SSL and GSS
 */
function messages(direction: 'requests' | 'answers', bare: { expected: number }): (chunk: Buffer) => string[] {
  /** A client's first messages have no type. */
  let typed = direction === 'answers';
  let head = Buffer.alloc(0);
  let skip = 0;
  return (chunk) => {
    const types: string[] = [];
    let rest = chunk;
    for (;;) {
      if (direction === 'answers' && bare.expected > 0 && rest.length > 0) {
        bare.expected -= 1;
        skip = 1;
      }
      const passed = Math.min(skip, rest.length);
      skip -= passed;
      rest = rest.subarray(passed);
      if (rest.length === 0) return types;
      const wanted = typed ? 5 : 8;
      const taken = rest.subarray(0, wanted - head.length);
      head = Buffer.concat([head, taken]);
      rest = rest.subarray(taken.length);
      if (head.length < wanted) return types;
      if (typed) {
        types.push(String.fromCharCode(head.readUInt8(0)));
        skip = head.readUInt32BE(1) - 4;
      } else {
        const code = head.readUInt32BE(4);
        skip = head.readUInt32BE(0) - 8;
        typed = code !== SSL && code !== GSS;
        if (!typed) bare.expected += 1;
      }
      head = Buffer.alloc(0);
    }
  };
}
