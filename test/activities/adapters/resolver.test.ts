import { createSocket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { askResolver } from '../../../activities/adapters/resolver.ts';

const signal = AbortSignal.timeout(30_000);
const NAME = 'factory.talos.dev';

/** A resolver on this machine that answers every question with this code (RFC 1035, 4.1.1) and no record; null: not at all. */
async function resolver(code: number | null): Promise<string> {
  const socket = createSocket('udp4');
  socket.on('message', (question, from) => {
    if (code === null) return;
    const answer = Buffer.from(question);
    answer[2] = 0x81;
    answer[3] = 0x80 | code;
    socket.send(answer, from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => void socket.close(() => resolve())));
  const { port }: AddressInfo = socket.address();
  return `127.0.0.1:${port}`;
}

test.each([
  ['knows the name without an address', 0],
  ['knows that there is no such name', 3],
])('one that %s answers', async (_, code) => {
  expect(await askResolver(await resolver(code), NAME, signal)).toEqual({ answers: true });
});

test.each([
  ['fails', 2, 'ESERVFAIL'],
  ['refuses', 5, 'EREFUSED'],
])('one that %s says so', async (_, code, why) => {
  const answer = await askResolver(await resolver(code), NAME, signal);
  expect(answer).toEqual({ answers: false, why: expect.stringContaining(why) });
});

// The resolver of the field report: 192.168.64.1:53, connection refused.
test('one that is not there refuses the connection', async () => {
  const answer = await askResolver('127.0.0.1:9', NAME, signal);
  expect(answer).toEqual({ answers: false, why: expect.stringContaining('ECONNREFUSED') });
});

test('one that is silent is not waited for longer than the question', async () => {
  const controller = new AbortController();
  const asked = askResolver(await resolver(null), NAME, controller.signal);
  controller.abort(new Error('enough'));
  await expect(asked).rejects.toThrow('enough');
});
