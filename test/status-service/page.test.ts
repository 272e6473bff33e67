import type { Browser, Page, Response } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { StatusDocument } from '../../model/status.ts';
import { barriers } from './support/axe.ts';
import { DESKTOP, PHONE, signIn, startBrowser } from './support/browser.ts';
import { serveKubernetes, type ServedKubernetes } from '../support/fake-kubernetes/server.ts';
import { asOfNow } from './support/documents.ts';
import { MARKUP, SCENES, seed, type SceneName } from './support/scenes.ts';
import { startService, type Service } from './support/service.ts';

const MOST_BYTES = 100_000;
const LOOKS = [
  { name: 'phone', viewport: PHONE, colorScheme: 'light' },
  { name: 'phone, dark', viewport: PHONE, colorScheme: 'dark' },
  { name: 'desktop', viewport: DESKTOP, colorScheme: 'light' },
] as const;

let browser: Browser;
let service: Service;
beforeAll(async () => {
  [browser, service] = await Promise.all([startBrowser(), startService({ STATUS_SOURCE: 'stdin' })]);
});
afterAll(async () => {
  await browser.close();
  await service.stop();
});

/** Puts a scene on the service and waits until it is what the service tells. */
async function tell(scene: SceneName): Promise<void> {
  const { state, document } = SCENES[scene];
  const wanted = document();
  service.process.stdin?.write(`${JSON.stringify(wanted)}\n`);
  const blockers = ({ topBlockers }: StatusDocument) => JSON.stringify(topBlockers);
  await service.until<StatusDocument>(
    (told) =>
      told.rollup.state === state &&
      blockers(told) === blockers(wanted) &&
      told.activeOperations.length === wanted.activeOperations.length,
  );
}

async function open(scene: SceneName): Promise<Page> {
  await tell(scene);
  const page = await (await signIn(browser, service)).newPage();
  await page.goto(`${service.url}/`);
  return page;
}

/** What no page may do, whatever it shows and on whatever it is shown. */
async function isFitForEveryone(page: Page): Promise<void> {
  expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
  expect(await barriers(page)).toEqual([]);
}

const SAID: readonly (readonly [SceneName, words: string, shape: string])[] = [
  ['host-phase', 'Installing', 'busy'],
  ['installing', 'Installing', 'busy'],
  ['blocked', 'Action required', 'bad'],
  ['markup', 'Action required', 'bad'],
  ['crowded', 'Action required', 'bad'],
  ['ready-to-log-in', 'Ready to log in', 'good'],
  ['background-issues', 'Ready, with background issues', 'warn'],
  ['healthy', 'Fully healthy', 'good'],
  ['stale', 'Unknown', 'unknown'],
  ['unreachable', 'Unknown', 'unknown'],
];

describe.each(LOOKS)('on a $name', (look) => {
  let page: Page;
  beforeAll(async () => {
    page = await (await signIn(browser, service, look)).newPage();
  });
  afterAll(() => page.context().close());

  test.each(SAID)('%s: its state in words and shape, nothing cut off, no barrier', async (scene, words, shape) => {
    await tell(scene);
    await page.goto(`${service.url}/`);
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(words);
    expect(await page.title()).toContain(words);
    expect(await page.locator('.hero > .mark use').getAttribute('href')).toBe(`#${shape}`);
    await isFitForEveryone(page);
  });
});

describe('what a person reads', () => {
  test('an install before there is a cluster: its step, for how long, what that waits for', async () => {
    const page = await open('host-phase');
    const now = page.getByRole('region', { name: 'Now' });
    expect(await now.textContent()).toMatch(/Talos and Kubernetes on the node\s+for \d+ min \d+ s/);
    expect(await now.textContent()).toMatch(/Waiting for\s+the secure API of Talos on 192\.0\.2\.10\s+for 4 min/);
    expect(await now.textContent()).toContain('Last seen: connection refused');
    const step = page.getByRole('region', { name: 'The install' }).locator('[aria-current=step]');
    expect(await step.textContent()).toMatch(/Talos and Kubernetes on the node: Running/);
    await page.context().close();
  });

  test('a pull that goes on is under way, not a fault, and its time grows', async () => {
    const page = await open('installing');
    const pull = page.getByRole('region', { name: 'Now' }).getByRole('listitem').filter({ hasText: 'Pulling' });
    expect(await pull.textContent()).toContain('Pulling ghcr.io/nine-minds/alga-psa-ee:94446747');
    const time = pull.locator('time');
    const before = await time.textContent();
    expect(before).toMatch(/^16 min \d+ s$/);
    await expect.poll(() => time.textContent()).not.toBe(before);
    expect(await page.getByRole('heading', { name: /^Blockers?\b/ }).count()).toBe(0);
    await page.context().close();
  });

  test('a blocker: what it is, what to do, each command to copy, what was seen; the rest unfolds', async () => {
    const page = await open('blocked');
    const card = page.getByRole('article', { name: 'The image or its tag does not exist' });
    const text = (await card.innerText()).replaceAll(/\s+/g, ' ');
    expect(text).toContain('Login is not possible until this is fixed.');
    expect(text).toMatch(/What to do .*appliance-client set --image-tag/);
    expect(text).toMatch(/What was seen Pod msp\/alga-core-sebastian-\S+ \(event, .*not found/);
    expect(await card.getByRole('button', { name: /^Copy the command appliance-client/ }).count()).toBe(3);
    const folded = card.getByText('Error: ErrImagePull');
    expect(await folded.isVisible()).toBe(false);
    await card.getByText('3 more').click();
    expect(await folded.isVisible()).toBe(true);
    await page.context().close();
  });

  test('of forty blockers the first eight in full, the others in short, each with its way to be mended', async () => {
    const page = await open('crowded');
    expect(await page.getByRole('article').count()).toBe(8);
    const others = page.getByRole('region', { name: '32 more blockers' }).getByRole('listitem');
    expect(await others.count()).toBe(32);
    expect(await others.last().textContent()).toMatch(/image-tag-missing[\s\S]*appliance-client set --image-tag/);
    const heldUp = page.getByRole('region', { name: 'Blocked at' }).getByRole('link');
    expect(await heldUp.allTextContents()).toEqual([
      ...Array<string>(5).fill('The image or its tag does not exist'),
      '35 more',
    ]);
    expect(Buffer.byteLength(await page.content())).toBeLessThan(MOST_BYTES);
    await page.goto(`${service.url}/diagnostics`);
    await page
      .getByRole('region', { name: /^Blockers?\b/ })
      .getByRole('link')
      .last()
      .click();
    await page.waitForURL(/\/#blocker-/);
    expect(await page.locator(':target').textContent()).toContain('image-tag-missing');
    await page.context().close();
  });

  test('markup from the cluster stands there as it was written', async () => {
    const page = await open('markup');
    const card = page.getByRole('article');
    expect(await card.locator('pre').first().textContent()).toContain(MARKUP);
    expect(await page.locator('main img, main script').count()).toBe(0);
    expect(await page.title()).toContain('Action required');
    await page.context().close();
  });

  test('an old picture says since when and who is silent, and nothing in it moves or shines', async () => {
    const page = await open('stale');
    const notice = page.getByRole('region', { name: 'Last known state, not the current one' });
    expect((await notice.innerText()).replaceAll(/\s+/g, ' ')).toMatch(
      /The Kubernetes API last answered 4 min \d+ s ago, at \S+: GET \/readyz: connect ECONNREFUSED/,
    );
    expect(await page.locator('.hero').innerText()).toContain('Last seen: Fully healthy.');
    expect(await page.getByRole('heading', { name: 'as last seen' }).count()).toBe(1);
    const colours = "[...document.querySelectorAll('.tiers .mark')].map((mark) => getComputedStyle(mark).color)";
    expect(new Set(z.array(z.string()).parse(await page.evaluate(colours))).size).toBe(1);
    await page.context().close();
  });
});

test('served by the client before there is a cluster, the diagnostics say why there are no pods, and what tells more', async () => {
  const page = await open('blocked');
  await page.goto(`${service.url}/diagnostics`);
  expect(await page.getByRole('region', { name: 'Pods' }).textContent()).toContain(
    'No pods are known yet: the Kubernetes API of this appliance has not answered.',
  );
  expect(await page.getByRole('region', { name: 'For support' }).locator('code').textContent()).toBe(
    'appliance-client diagnose --explain --site appliance-single-node',
  );
  expect(await page.getByRole('link', { name: 'Download the snapshot' }).count()).toBe(0);
  await isFitForEveryone(page);
  await page.context().close();
});

describe('the other pages', () => {
  let api: ServedKubernetes;
  let inCluster: Service;
  beforeAll(async () => {
    api = await serveKubernetes(asOfNow(seed('core-image-missing')).kubernetes?.items ?? []);
    inCluster = await startService(api.env);
    await inCluster.until<StatusDocument>(({ rollup }) => rollup.state === 'failed_action_required');
  });
  afterAll(async () => {
    await inCluster.stop();
    await api.close();
  });

  test.each(LOOKS)('on a $name have no barrier and nothing cut off', async (look) => {
    const context = await signIn(browser, inCluster, look);
    const page = await context.newPage();
    for (const path of ['/diagnostics', '/pods', '/pods/msp/db-0', '/pods/msp/gone', '/no/such/place']) {
      await page.goto(`${inCluster.url}${path}`);
      await isFitForEveryone(page);
    }
    await context.close();
    const stranger = await browser.newPage(look);
    await stranger.goto(`${inCluster.url}/diagnostics`);
    expect(await stranger.getByLabel('Token of the status page').count()).toBe(1);
    await isFitForEveryone(stranger);
    await stranger.close();
  });

  test('from the pods a person comes to a log, and the log follows what is written', async () => {
    const page = await (await signIn(browser, inCluster)).newPage();
    await page.goto(`${inCluster.url}/diagnostics`);
    await page.getByRole('link', { name: 'Log of db-0' }).click();
    await expect.poll(() => page.locator('#log').textContent()).toContain('last line');
    api.logText = 'first line\nlast line\nand one more\n';
    await expect.poll(() => page.locator('#log').textContent()).toContain('and one more');
    await page.context().close();
  });

  test('weigh less than 100 kB with all they load, and load it from here', async () => {
    for (const path of ['/', '/diagnostics']) {
      const context = await signIn(browser, inCluster);
      const page = await context.newPage();
      const loaded: Response[] = [];
      page.on('response', (response) => loaded.push(response));
      await page.goto(`${inCluster.url}${path}`);
      await page.locator('#live[data-connection=on]').waitFor();
      expect(loaded.filter((response) => !response.url().startsWith(inCluster.url))).toEqual([]);
      const files = loaded.filter((response) => !response.url().includes('/api/events'));
      expect(files.length).toBeGreaterThan(2);
      const sizes = await Promise.all(files.map(async (response) => (await response.body()).length));
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(MOST_BYTES);
      await context.close();
    }
  });
});
