import { chromium, type Browser, type BrowserContext, type BrowserContextOptions } from 'playwright-core';
import { resolveProgram } from '../../../tools/resolve.ts';
import { TOKEN, type Service } from './service.ts';
import { needs } from '../../support/needs.ts';

needs('chromium');

/** Chromium speaks to nobody but the page; as root it has no sandbox. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
];

export const PHONE = { width: 390, height: 844 } as const;
export const DESKTOP = { width: 1280, height: 900 } as const;

/**
 * Starts a headless browser with a profile of its own, which goes with it. `hosts` are names that it knows, with their
 * addresses: a name other than localhost is plain HTTP to a browser.
 */
export async function startBrowser(hosts: Readonly<Record<string, string>> = {}): Promise<Browser> {
  const { path } = await resolveProgram('chromium');
  const rules = Object.entries(hosts).map(([name, address]) => `MAP ${name} ${address}`);
  const known = rules.length > 0 ? [`--host-resolver-rules=${rules.join(',')}`] : [];
  return chromium.launch({ executablePath: path, args: [...FLAGS, ...known] });
}

/** Signs in as a person does: through the link with the token. */
export async function signIn(
  browser: Browser,
  service: Service,
  options: BrowserContextOptions = {},
): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: DESKTOP, locale: 'en-GB', timezoneId: 'UTC', ...options });
  const page = await context.newPage();
  await page.goto(`${service.url}/?token=${TOKEN}`);
  await page.close();
  return context;
}
