import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { StatusDocument } from '../../model/status.ts';
import { signIn, startBrowser } from './support/browser.ts';
import { SCENES, type SceneName } from './support/scenes.ts';
import { startService, TOKEN, type Service } from './support/service.ts';

let browser: Browser;
let service: Service;
beforeAll(async () => {
  [browser, service] = await Promise.all([startBrowser(), startService({ STATUS_SOURCE: 'stdin' })]);
});
afterAll(async () => {
  await browser.close();
  await service.stop();
});

function tell(scene: SceneName, to = service): void {
  to.process.stdin?.write(`${JSON.stringify(SCENES[scene].document())}\n`);
}

async function shows(scene: SceneName, context?: BrowserContext): Promise<Page> {
  tell(scene);
  await service.until<StatusDocument>(({ rollup }) => rollup.state === SCENES[scene].state);
  const page = await (context ?? (await signIn(browser, service))).newPage();
  await page.goto(`${service.url}/`);
  return page;
}

const state = (page: Page) => page.getByRole('heading', { level: 1 }).textContent();

/** What has the focus: its name for a person, and whether anybody can see that it has it. */
const FOCUS = `(() => {
  const { activeElement: one } = document;
  const { outlineStyle, outlineWidth } = getComputedStyle(one);
  const { top, bottom } = one.getBoundingClientRect();
  return {
    name: one.textContent.replaceAll(/\\s+/g, ' ').trim(),
    id: one.id,
    isSeen: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 && bottom > 0 && top < innerHeight,
  };
})()`;
const focus = async (page: Page) =>
  z.object({ name: z.string(), id: z.string(), isSeen: z.boolean() }).parse(await page.evaluate(FOCUS));

describe('by keyboard', () => {
  test('the first stop leads past the head to the content', async () => {
    const page = await shows('blocked');
    await page.keyboard.press('Tab');
    expect(await focus(page)).toMatchObject({ name: 'Skip to the content', isSeen: true });
    await page.keyboard.press('Enter');
    expect((await focus(page)).id).toBe('main');
    await page.keyboard.press('Tab');
    expect((await focus(page)).name).toContain('Copy the command');
    await page.context().close();
  });

  test('every stop is seen, and they come in the order of reading', async () => {
    const page = await shows('blocked');
    const stops: string[] = [];
    for (;;) {
      await page.keyboard.press('Tab');
      const { name, isSeen } = await focus(page);
      if (stops.length > 0 && name === stops[0]) break;
      expect([name, isSeen]).toEqual([name, true]);
      stops.push(name);
      if (name === 'Sign out') break;
    }
    expect(stops).toEqual([
      'Skip to the content',
      'Status',
      'Diagnostics',
      expect.stringContaining('Copy the command appliance-client releases'),
      expect.stringContaining('Copy the command appliance-client set'),
      // Whether an install is open is not known on this node: both ways are there.
      expect.stringContaining('Copy the command appliance-client start --recover'),
      '3 more',
      'The image or its tag does not exist',
      'The image or its tag does not exist',
      'The image or its tag does not exist',
      '/api/status',
      '/api/diagnostics',
      '/metrics',
      'Sign out',
    ]);
    await page.context().close();
  });

  test('a command is copied, and the button says so', async () => {
    const context = await signIn(browser, service, { permissions: ['clipboard-read', 'clipboard-write'] });
    const page = await shows('blocked', context);
    const button = page.getByRole('button', { name: /Copy the command appliance-client releases/ });
    await button.focus();
    const isTold = button.getByText('Copied').waitFor();
    await page.keyboard.press('Enter');
    await isTold;
    expect(await page.evaluate('navigator.clipboard.readText()')).toMatch(/^appliance-client releases --site/);
    await expect.poll(() => button.textContent()).not.toContain('Copied');
    await context.close();
  });

  test('what it says of the copy stands for its two seconds, also when the page is renewed meanwhile', async () => {
    const context = await signIn(browser, service, { permissions: ['clipboard-read', 'clipboard-write'] });
    const page = await context.newPage();
    await page.clock.install();
    tell('blocked');
    await service.until<StatusDocument>(({ rollup }) => rollup.state === SCENES.blocked.state);
    await page.goto(`${service.url}/`);
    await page.locator('#live[data-connection=on]').waitFor();
    const released = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    await page.route(`${service.url}/`, async (route) => {
      asked.resolve();
      await released.promise;
      await route.continue();
    });
    const document = SCENES.blocked.document();
    const message = 'Said by the renewed page';
    service.process.stdin?.write(`${JSON.stringify({ ...document, rollup: { ...document.rollup, message } })}\n`);
    await asked.promise;
    await page.clock.pauseAt(Date.now() + 60_000);
    const button = page.getByRole('button', { name: /Copy the command appliance-client releases/ });
    const isTold = button.getByText('Copied').waitFor();
    await button.click();
    await isTold;
    released.resolve();
    await page.getByText(message).first().waitFor();
    expect(await button.textContent()).toContain('Copied');
    await page.clock.runFor(2_000);
    expect(await button.textContent()).not.toContain('Copied');
    await context.close();
  });
});

test('on plain HTTP, where a page has no clipboard of its own, a command is copied all the same', async () => {
  const named = await startBrowser({ node: '127.0.0.1' });
  const { port } = new URL(service.url);
  const page = await named.newPage();
  await page.goto(`http://node:${port}/`);
  await page.getByLabel('Token of the status page').fill(TOKEN);
  await page.keyboard.press('Enter');
  tell('blocked');
  const button = page.getByRole('button', { name: /Copy the command appliance-client releases/ });
  const isTold = button.getByText('Copied').waitFor();
  await button.click();
  await isTold;
  expect(await page.evaluate('isSecureContext')).toBe(false);
  await page.getByRole('button', { name: 'Sign out' }).click();
  const field = page.getByLabel('Token of the status page');
  await field.focus();
  await page.keyboard.press('Control+V');
  expect(await field.inputValue()).toMatch(/^appliance-client releases --site/);
  await named.close();
});

describe('while it is open', () => {
  test('it is renewed without being loaded again: what a person has opened and focused stays, the change is said aloud', async () => {
    const page = await shows('blocked');
    await page.locator('#live[data-connection=on]').waitFor();
    await page.evaluate('window.sameDocument = true');
    await page.getByText('3 more').click();
    await page.getByRole('link', { name: 'Diagnostics', exact: true }).focus();
    tell('markup');
    await expect.poll(() => page.locator('article pre').first().textContent()).toContain('onerror');
    expect(await page.getByText('Error: ErrImagePull').first().isVisible()).toBe(true);
    tell('background-issues');
    await expect.poll(() => state(page)).toBe('Ready, with background issues');
    expect(await page.getByRole('status').textContent()).toMatch(/^Ready, with background issues\. People can log in/);
    expect(await page.title()).toContain('Ready, with background issues');
    expect((await focus(page)).name).toBe('Diagnostics');
    expect(await page.evaluate('window.sameDocument')).toBe(true);
    await page.context().close();
  });

  test('a service that goes away is said to be away, and comes back by itself', async () => {
    const first = await startService({ STATUS_SOURCE: 'stdin' });
    const { port } = new URL(first.url);
    tell('installing', first);
    const page = await (await signIn(browser, first)).newPage();
    await page.goto(`${first.url}/`);
    const live = page.locator('#live');
    await expect.poll(() => live.textContent()).toMatch(/Live/);
    await first.stop();
    await expect.poll(() => live.textContent()).toMatch(/does not answer. Trying again/);
    expect(await state(page)).toBe('Installing');
    const second = await startService({ STATUS_SOURCE: 'stdin', PORT: port });
    tell('healthy', second);
    await expect.poll(() => state(page)).toBe('Fully healthy');
    await expect.poll(() => live.textContent()).toMatch(/Live/);
    await page.context().close();
    await second.stop();
  });

  test('with the command that served it the page ends: it shows the last state and says that it is over', async () => {
    const fed = await startService({ STATUS_SOURCE: 'stdin' });
    tell('installing', fed);
    const page = await (await signIn(browser, fed)).newPage();
    await page.goto(`${fed.url}/`);
    const live = page.locator('#live');
    await expect.poll(() => live.textContent()).toMatch(/Live/);
    tell('healthy', fed);
    fed.process.stdin?.end();
    await expect.poll(() => live.textContent()).toMatch(/Ended: the command that served this page has ended/);
    expect(await state(page)).toBe('Fully healthy');
    await page.context().close();
    expect(await fed.stop()).toBe(0);
  });

  test('with the token rotated it asks for the new one', async () => {
    const page = await shows('installing');
    await page.locator('#live[data-connection=on]').waitFor();
    await page.context().clearCookies();
    tell('healthy');
    await page.getByLabel('Token of the status page').waitFor();
    await page.context().close();
  });
});

test('without JavaScript it says the same and asks again by itself', async () => {
  const page = await shows('blocked', await signIn(browser, service, { javaScriptEnabled: false }));
  expect(await state(page)).toBe('Action required');
  expect(await page.locator('noscript').innerHTML()).toContain('http-equiv="refresh"');
  expect(await page.locator('.command code').first().textContent()).toMatch(/^appliance-client/);
  expect(await page.locator('[data-copy]').first().isVisible()).toBe(false);
  const folded = page.getByText('Error: ErrImagePull').first();
  await page.getByText('3 more').click();
  expect(await folded.isVisible()).toBe(true);
  await page.getByRole('link', { name: 'Diagnostics', exact: true }).click();
  expect(await state(page)).toBe('Diagnostics');
  await page.getByRole('button', { name: 'Sign out' }).click();
  expect(await page.getByLabel('Token of the status page').isVisible()).toBe(true);
  await page.context().close();
});

test('printed, it is ink on paper: everything unfolded, nothing to press', async () => {
  const page = await shows('blocked', await signIn(browser, service, { colorScheme: 'dark' }));
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  expect(await page.getByRole('navigation').isVisible()).toBe(false);
  expect(await page.locator('[data-copy]').first().isVisible()).toBe(false);
  expect(await page.locator('article pre').last().isVisible()).toBe(true);
  const colours =
    "(({ color, backgroundColor }) => [color, backgroundColor])(getComputedStyle(document.querySelector('.card')))";
  expect(await page.evaluate(colours)).toEqual(['rgb(0, 0, 0)', 'rgb(255, 255, 255)']);
  expect((await page.pdf({ format: 'A4' })).length).toBeGreaterThan(10_000);
  await page.context().close();
});

test('nothing turns for who wants no motion', async () => {
  const moving = "getComputedStyle(document.querySelector('.mark.busy')).animationName";
  const page = await shows('installing', await signIn(browser, service, { reducedMotion: 'reduce' }));
  expect(await page.evaluate(moving)).toBe('none');
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  expect(await page.evaluate(moving)).toBe('turn');
  await page.context().close();
});
