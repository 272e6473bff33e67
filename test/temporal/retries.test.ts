import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { retriedCalls } from '../../temporal/retries.ts';

test('a connection that is closed while a call waits for its next try leaves no error behind, whenever that is', async () => {
  const server = createServer((socket) => socket.destroy());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = z.object({ port: z.number() }).parse(server.address());
  const uncaught: unknown[] = [];
  const note = (error: unknown): number => uncaught.push(error);
  const before = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', note);
  try {
    const closed = Array.from({ length: 12 }, async (_, index) => {
      const calls = retriedCalls();
      const connection = Connection.lazy({ address: `127.0.0.1:${port}`, interceptors: calls.interceptors });
      const asked = connection.withDeadline(Date.now() + 10_000, () =>
        connection.workflowService.getSystemInfo({}).then(
          () => 'answered',
          () => 'failed',
        ),
      );
      await delay(20 * index);
      await calls.close(connection);
      return asked;
    });
    expect(new Set(await Promise.all(closed))).toEqual(new Set(['failed']));
    await delay(500); // longer than the second retry would wait
    expect(uncaught).toEqual([]);
  } finally {
    process.off('uncaughtException', note);
    for (const listener of before) process.on('uncaughtException', listener);
    server.close();
  }
});
