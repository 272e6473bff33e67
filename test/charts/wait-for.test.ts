import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../../lab/parts/ports.ts';
import { rendered, workloads } from './objects.ts';

/** The script of the init container that waits for a port, as the chart renders it, in this machine's shell. */
let script: string;
const folder = mkdtempSync(join(tmpdir(), 'wait-for-'));
let server: Server | undefined;

beforeAll(async () => {
  const [service] = workloads(await rendered('email-service', [], 'defaults'));
  const [wait] = service?.pod.initContainers ?? [];
  expect(wait).toMatchObject({ name: 'wait-for-db', command: ['/bin/sh', '-ec'] });
  // What the container's root would be written to lies here.
  script = wait?.args?.[0]?.replaceAll('/dev/termination-log', join(folder, 'message')) ?? '';
  // busybox' nc: ends with 0 when somebody took the connection.
  const netcat = `#!${process.execPath}
const [host, port] = process.argv.slice(-2);
require('node:net').connect(Number(port), host).once('connect', () => process.exit(0)).once('error', () => process.exit(1));
`;
  writeFileSync(join(folder, 'nc'), netcat);
  chmodSync(join(folder, 'nc'), 0o755);
});
afterEach(() => server?.close());
afterAll(() => rmSync(folder, { recursive: true }));

const start = (port: number, patience = 600) =>
  execa('/bin/sh', ['-ec', script], {
    env: {
      PATH: `${folder}:${process.env['PATH']}`,
      HOST: '127.0.0.1',
      PORT: String(port),
      PATIENCE: String(patience),
    },
    reject: false,
    all: true,
    timeout: 30_000,
  });

describe('waiting for a port', () => {
  test('ends when somebody listens there', async () => {
    const listening = createServer((socket) => socket.end());
    server = listening;
    const port = await freePort('127.0.0.1');
    await new Promise<void>((resolve) => listening.listen(port, '127.0.0.1', resolve));
    expect(await start(port)).toMatchObject({ exitCode: 0, all: '' });
  });

  test('says for what it waits, gives up when its patience ends, and leaves that as the reason', async () => {
    const port = await freePort('127.0.0.1');
    const { exitCode, all } = await start(port, 1);
    expect(exitCode).toBe(1);
    expect(all.split('\n')).toEqual([
      `waiting for 127.0.0.1:${port} to take connections (0 s of 1 s)`,
      `ERROR: gave up after 1 s waiting for 127.0.0.1:${port} to take connections`,
    ]);
  });

  test('goes at once when it is asked to, as the first process of a container would not by itself', async () => {
    // A sleep that says when it has begun and outlives the test: in a container it goes with its first process.
    const sleep = join(folder, 'sleep');
    writeFileSync(sleep, `#!/bin/sh\necho "asleep: $$"\nPATH=\${PATH#*:} exec sleep 60\n`, { mode: 0o755 });
    const waiting = start(await freePort('127.0.0.1'));
    const sleeper = await new Promise<number>((resolve) => {
      const begun = (line: string) => /^asleep: \d+$/.test(line) && resolve(Number(line.slice('asleep: '.length)));
      createInterface(waiting.all).on('line', begun);
    });
    const exited = once(waiting.nodeChildProcess, 'exit');
    waiting.kill('SIGTERM');
    expect(await exited).toEqual([143, null]);
    process.kill(sleeper);
    rmSync(sleep);
  });
});
