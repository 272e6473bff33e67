// A few commands to Redis in its own protocol: enough for a stand-in, without a library in the image.
import { connect } from 'node:net';

const { env } = process;
/** Between two answers; a read that blocks asks for less. */
const PATIENCE_MS = 10_000;

/** Connects and logs in as the environment says; gives `call(...words)` and `close()`. Rejects when Redis does not let it in. */
export async function connectRedis() {
  const socket = connect({ host: env.REDIS_HOST, port: Number(env.REDIS_PORT) });
  const asked = [];
  let received = Buffer.alloc(0);
  const fail = (error) => {
    socket.destroy();
    for (const { reject } of asked.splice(0)) reject(error);
  };
  socket.setTimeout(PATIENCE_MS, () => fail(new Error(`Redis did not answer within ${PATIENCE_MS / 1000} s`)));
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('Redis closed the connection')));
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
    for (let reply = parse(received, 0); reply && asked.length > 0; reply = parse(received, 0)) {
      received = received.subarray(reply.end);
      const { resolve, reject } = asked.shift();
      if (reply.value instanceof Error) reject(reply.value);
      else resolve(reply.value);
    }
  });
  const call = (...words) =>
    new Promise((resolve, reject) => {
      if (socket.destroyed) return reject(new Error('the connection to Redis is closed'));
      asked.push({ resolve, reject });
      const bulks = words.map((word) => `$${Buffer.byteLength(String(word))}\r\n${word}\r\n`);
      socket.write(`*${words.length}\r\n${bulks.join('')}`);
    });
  if (env.REDIS_PASSWORD) await call('AUTH', env.REDIS_PASSWORD);
  return { call, close: () => socket.destroy() };
}

/** Gives the reply that begins there and where it ends; undefined while it is not there whole. */
function parse(bytes, at) {
  const line = bytes.indexOf('\r\n', at);
  if (line === -1) return undefined;
  const kind = String.fromCharCode(bytes[at]);
  const text = bytes.toString('utf8', at + 1, line);
  let end = line + 2;
  if (kind === '-') return { value: new Error(`Redis: ${text}`), end };
  if (kind === '+') return { value: text, end };
  if (kind === ':') return { value: Number(text), end };
  const length = Number(text);
  if (length === -1) return { value: null, end };
  if (kind === '$') {
    if (bytes.length < end + length + 2) return undefined;
    return { value: bytes.toString('utf8', end, end + length), end: end + length + 2 };
  }
  const items = [];
  for (let index = 0; index < length; index += 1) {
    const item = parse(bytes, end);
    if (!item) return undefined;
    items.push(item.value);
    end = item.end;
  }
  return { value: items, end };
}
