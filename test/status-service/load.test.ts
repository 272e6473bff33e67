import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SEEDS } from '../diagnosis/seeds.ts';
import { documentNow } from './support/documents.ts';
import { startService, TOKEN, type Service } from './support/service.ts';
import { openWire, type Wire } from './support/wire.ts';

/** How long a machine that does other things too may take over what the service does at once. */
const PATIENCE = { timeout: 30_000, interval: 50 } as const;
/** Two seconds are promised (bench/status-service.ts measures that); here 200 readers share the machine with other tests. */
const SOON_MS = 8_000;

let service: Service;
beforeAll(async () => {
  service = await startService({ STATUS_SOURCE: 'stdin' });
  tell('healthy');
  await service.until<{ siteId: string }>(({ siteId }) => siteId === 'appliance-single-node');
});
afterAll(async () => {
  await service.stop();
});

function tell(seed: string): void {
  const make = SEEDS[seed];
  if (!make) throw new Error(`there is no seed ${seed}`);
  service.process.stdin?.write(`${JSON.stringify(documentNow(make()))}\n`);
}

const open = (text: string): Wire => openWire(service.url, text);
const listen = (query = '') =>
  `GET /api/events${query} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\n\r\n`;
const metric = async (name: string) =>
  Number(new RegExp(`^${name} (\\d+)`, 'm').exec(await (await service.ask('/metrics')).text())?.[1]);

describe('many at once', () => {
  test('200 listeners hear of a change soon, and the page still answers', async ({ onTestFinished }) => {
    const listeners = Array.from({ length: 200 }, () => open(listen()));
    onTestFinished(() => listeners.forEach(({ socket }) => socket.destroy()));
    await expect
      .poll(() => listeners.filter(({ heard }) => heard().includes('event: status')).length, PATIENCE)
      .toBe(200);
    const began = Date.now();
    tell('core-image-missing');
    await expect
      .poll(() => listeners.filter(({ heard }) => heard().includes('failed_action_required')).length, PATIENCE)
      .toBe(200);
    expect(Date.now() - began).toBeLessThan(SOON_MS);
    const asked = Date.now();
    const answers = await Promise.all(Array.from({ length: 100 }, () => service.ask('/')));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(Date.now() - asked).toBeLessThan(SOON_MS);
    for (const { socket } of listeners) socket.destroy();
    await expect.poll(() => metric('appliance_status_listeners'), PATIENCE).toBe(0);
  });

  test('more listeners than there is room for are told to ask instead', async ({ onTestFinished }) => {
    const listeners = Array.from({ length: 301 }, () => open(listen('?only=changes')));
    onTestFinished(() => listeners.forEach(({ socket }) => socket.destroy()));
    await expect
      .poll(() => listeners.filter(({ heard }) => heard().startsWith('HTTP/1.1 503')).length, PATIENCE)
      .toBe(1);
    expect(await metric('appliance_status_listeners')).toBe(300);
    expect((await service.get('/healthz')).status).toBe(200);
    for (const { socket } of listeners) socket.destroy();
    await expect.poll(() => metric('appliance_status_listeners'), PATIENCE).toBe(0);
  });

  test('a listener that does not read is cut off; the others hear on', async ({ onTestFinished }) => {
    const slow = open(listen());
    slow.socket.pause();
    const good = open(listen());
    onTestFinished(() => [slow, good].forEach(({ socket }) => socket.destroy()));
    await expect.poll(() => metric('appliance_status_listeners'), PATIENCE).toBe(2);
    for (let round = 0; round < 400 && (await metric('appliance_status_dropped_listeners_total')) === 0; round += 1)
      for (const seed of ['healthy', 'core-image-missing', 'seed-directory-missing', 'temporal-without-schema'])
        tell(seed);
    expect(await metric('appliance_status_dropped_listeners_total')).toBe(1);
    expect(good.socket.destroyed).toBe(false);
    expect(await metric('appliance_status_listeners')).toBe(1);
    good.socket.destroy();
    slow.socket.destroy();
  });
});

describe('whoever dawdles', () => {
  test('with headers or body is cut off, and nobody else notices', async () => {
    const began = Date.now();
    const loris = Array.from({ length: 100 }, (_, index) =>
      open(
        index % 2 === 0
          ? 'GET / HTTP/1.1\r\nHost: localhost\r\n'
          : 'POST /session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\n',
      ),
    );
    const drip = setInterval(() => {
      for (const { socket } of loris) if (!socket.destroyed) socket.write('a');
    }, 1_000);
    const answers: number[] = [];
    const watch = setInterval(() => {
      const asked = Date.now();
      void service.get('/healthz').then(() => answers.push(Date.now() - asked));
    }, 500);
    await Promise.all(loris.map(({ closed }) => closed));
    clearInterval(drip);
    clearInterval(watch);
    expect(Date.now() - began).toBeLessThan(20_000);
    expect(answers.length).toBeGreaterThan(5);
    expect(Math.max(...answers)).toBeLessThan(1_000);
  });

  test('with endless headers is refused', async () => {
    const endless = open(`GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: ${'x'.repeat(40_000)}\r\n\r\n`);
    await endless.closed;
    expect(endless.heard()).toMatch(/^HTTP\/1\.1 431/);
  });
});

test('the end of the input is the end of the service', async () => {
  const fed = await startService({ STATUS_SOURCE: 'stdin' });
  fed.process.stdin?.write('this is no document\n{"kind":"Status"}\n');
  await expect.poll(() => fed.output(), PATIENCE).toMatch(/is not a message[\s\S]*is not a message/);
  const ended = new Promise((resolve) => fed.process.once('exit', resolve));
  fed.process.stdin?.end();
  expect(await ended).toBe(0);
});
