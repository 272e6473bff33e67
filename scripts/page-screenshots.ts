import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DESKTOP, PHONE, signIn, startBrowser } from '../test/status-service/support/browser.ts';
import { SCENES, type SceneName } from '../test/status-service/support/scenes.ts';
import { startService } from '../test/status-service/support/service.ts';
import type { StatusDocument } from '../model/status.ts';

const FOLDER = resolve(import.meta.dirname, '../docs/screenshots');
const PICTURES = [
  { scene: 'host-phase', name: 'host-phase-desktop', viewport: DESKTOP, colorScheme: 'light' },
  { scene: 'installing', name: 'installing-phone', viewport: PHONE, colorScheme: 'light' },
  { scene: 'blocked', name: 'blocked-desktop', viewport: DESKTOP, colorScheme: 'light' },
  { scene: 'blocked', name: 'blocked-phone', viewport: PHONE, colorScheme: 'light' },
  { scene: 'background-issues', name: 'background-issues-dark-desktop', viewport: DESKTOP, colorScheme: 'dark' },
  { scene: 'stale', name: 'stale-phone', viewport: PHONE, colorScheme: 'light' },
] as const satisfies readonly { readonly scene: SceneName; readonly [key: string]: unknown }[];

/** `npm run screenshots`: the pictures of the status page in docs/, taken from the scenes of its tests. */
await mkdir(FOLDER, { recursive: true });
const [browser, service] = await Promise.all([startBrowser(), startService({ STATUS_SOURCE: 'stdin' })]);
try {
  for (const { scene, name, viewport, colorScheme } of PICTURES) {
    const { document, state } = SCENES[scene];
    service.process.stdin?.write(`${JSON.stringify(document())}\n`);
    await service.until<StatusDocument>(({ rollup }) => rollup.state === state);
    const context = await signIn(browser, service, { viewport, colorScheme, reducedMotion: 'reduce' });
    const page = await context.newPage();
    await page.goto(`${service.url}/`);
    await page.locator('#live[data-connection=on]').waitFor();
    await page.screenshot({ path: join(FOLDER, `${name}.png`) });
    await context.close();
    console.log(`docs/screenshots/${name}.png`);
  }
} finally {
  await browser.close();
  await service.stop();
}
