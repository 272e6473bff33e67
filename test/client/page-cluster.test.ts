import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../client/terminal/clock.ts';
import { openLocalPage } from '../../client/page/local-page.ts';
import { realServices } from '../../client/services.ts';
import type { DeliveryRow, PodRow } from '../../model/page.ts';
import { appliance } from '../diagnosis/appliance.ts';
import { asOfNow } from '../status-service/support/documents.ts';
import { build } from '../status-service/support/service.ts';
import { serveKubernetes, type ServedKubernetes } from '../support/fake-kubernetes/server.ts';
import { runClient, temporaryFolder } from './support/run-client.ts';
import { HOST_WAIT } from './support/scenes.ts';
import { running, scriptedInstalls } from './support/scripted-installs.ts';

const SITE = 'appliance-single-node';
const ORDER = 'start --fresh --node-ip 192.0.2.10 --repo-url https://git.example.org/alga/appliance.git'.split(' ');
const LOG = '/api/pods/msp/db-0/log';

beforeAll(() => build());

interface Served {
  readonly api: ServedKubernetes;
  /** Asks the page with its token. */
  ask(path: string): Promise<Response>;
  /** Presses Ctrl-C; gives what the client has said. */
  end(): Promise<string>;
}

/** `status --serve` of a site whose cluster answers, with the page as a process of its own. */
async function serve(): Promise<Served> {
  const api = await serveKubernetes(asOfNow(appliance()).kubernetes?.items ?? []);
  onTestFinished(() => api.close());
  const home = await temporaryFolder();
  const { services } = scriptedInstalls({ scenes: [{ at: 0, view: running(HOST_WAIT) }] });
  await runClient([...ORDER, '--kubeconfig', api.kubeconfig, '--detach'], { home, services });
  const token = (await readFile(join(home, SITE, 'status-token'), 'utf8')).trim();
  const stop = new AbortController();
  const opened = Promise.withResolvers<string>();
  const client = runClient(['status', '--serve'], {
    home,
    signal: stop.signal,
    services: {
      ...services,
      clock: systemClock,
      reader: realServices.reader,
      get: async () => ({ status: 307, location: '/msp/dashboard', error: null, body: '' }),
      openPage: async (options) => {
        const page = await openLocalPage(options);
        opened.resolve(page.url);
        return page;
      },
    },
  });
  const end = async (): Promise<string> => {
    stop.abort();
    const { stdout, stderr } = await client;
    return stdout + stderr;
  };
  onTestFinished(async () => {
    await end();
  });
  const url = (await opened.promise).replace(/\/$/, '');
  return { api, end, ask: (path) => fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } }) };
}

/** Asks until there are pods; the page is there before its cluster is known. */
async function podsOf({ ask }: Served): Promise<readonly PodRow[]> {
  const pods = async (): Promise<readonly PodRow[]> => {
    const answer = await ask('/api/pods');
    return answer.ok ? ((await answer.json()) as { pods: PodRow[] }).pods : [];
  };
  await expect.poll(pods, { timeout: 20_000 }).not.toEqual([]);
  return pods();
}

test('the page on this machine has the pods, Flux and Helm of the cluster as soon as it answers, and what changes', async () => {
  const served = await serve();
  const pods = await podsOf(served);
  expect(pods).toContainEqual(expect.objectContaining({ namespace: 'msp', name: 'db-0', health: 'ready' }));
  const { flux, helm } = (await (await served.ask('/api/diagnostics')).json()) as Record<string, DeliveryRow[]>;
  expect(flux?.map(({ name }) => name)).toContain('alga-core');
  expect(helm?.map(({ name }) => name)).toContain('pgbouncer');
  const page = await (await served.ask('/diagnostics')).text();
  expect(page).toContain('href="/pods/msp/db-0"');
  expect(page).toContain('Helm releases');
  const db = asOfNow(appliance()).kubernetes?.items.find(
    ({ kind, metadata }) => kind === 'Pod' && metadata.name === 'db-0',
  );
  if (db) served.api.remove(db);
  await expect
    .poll(async () => (await podsOf(served)).some(({ name }) => name === 'db-0'), { timeout: 10_000 })
    .toBe(false);
  expect((await served.ask(LOG)).status).toBe(404);
});

test('a log is read through the client, without secrets, from its end', async () => {
  const served = await serve();
  await podsOf(served);
  served.api.logText = 'connecting to postgres://app_user:hunter2secret@db:5432/server\n\u001B[31mready\u001B[0m\n';
  const log = await (await served.ask(LOG)).text();
  expect(log).toMatch(/^connecting to postgres:\/\/app_user:\[redacted\]@db:5432\/server\nready\n$/);
  expect(await (await served.ask('/pods/msp/db-0')).text()).toContain('ready\n');
  // Lines too long for all of them: the last one is what is wanted.
  served.api.logText = `${`${'x'.repeat(4_000)}\n`.repeat(300)}the last word\n`;
  const page = await (await served.ask('/pods/msp/db-0')).text();
  expect(page).toMatch(/<p class="facts">\d\d? lines\.<\/p>[\s\S]*the last word/);
  expect(Buffer.byteLength(page)).toBeLessThan(100_000);
  served.api.forbidden = /\/log$/;
  expect((await served.ask(LOG)).status).toBe(403);
  expect(await served.end()).not.toMatch(/defect|Error/);
});

test('a log that does not come is said to be late within two seconds; who goes away ends the reading', async () => {
  const served = await serve();
  await podsOf(served);
  served.api.delayMs = 10_000;
  const began = Date.now();
  const answer = await served.ask(LOG);
  expect(Date.now() - began).toBeLessThan(2_500);
  expect(answer.status).toBe(504);
  expect(await answer.text()).toMatch(/could not be read/);
});
