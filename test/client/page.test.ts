import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { ResultPromise } from 'execa';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../client/terminal/clock.ts';
import { openLocalPage } from '../../client/page/local-page.ts';
import { statusDocument, type StatusDocument } from '../../model/status.ts';
import { stopBackground } from '../../worker/index.ts';
import { build } from '../status-service/support/service.ts';
import { runClient, temporaryFolder } from './support/run-client.ts';
import type { Run } from './support/run-client.ts';
import { HOST_WAIT, story, READY, COMPLETE } from './support/scenes.ts';
import { running, scriptedInstalls } from './support/scripted-installs.ts';
import { needs } from '../support/needs.ts';

needs('temporal-local');

const ENTRY = join(import.meta.dirname, '../../client/entry.ts');
const ORDER = [
  'start',
  '--fresh',
  '--node-ip',
  '192.0.2.10',
  '--repo-url',
  'https://git.example.org/alga/appliance.git',
];

beforeAll(() => build());

/** Asks a page for its document as a browser with the token would; null when nobody listens. */
async function documentAt(url: string, token: string): Promise<StatusDocument | null> {
  try {
    const answer = await fetch(`${url}api/status`, { headers: { authorization: `Bearer ${token}` } });
    return statusDocument.parse(await answer.json());
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

/** Resolves with what the pattern finds in what a client says on stderr or stdout. */
async function said(child: ResultPromise<{ reject: false }>, pattern: RegExp): Promise<string> {
  let text = '';
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const found = pattern.exec(text)?.[1];
      if (found !== undefined) resolve(found);
    });
  }
  void child.then(() => reject(new Error(`the client ended without saying ${pattern}: ${text}`)));
  return promise;
}

describe('start, as a process', () => {
  async function simulated(): Promise<{ child: ResultPromise<{ reject: false }>; url: string; token: string }> {
    const home = await temporaryFolder();
    onTestFinished(async () => {
      await stopBackground({ home: join(home, '.simulation') });
    });
    const env = {
      ALGA_APPLIANCE_HOME: home,
      HOME: home,
      XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'] ?? join(process.env['HOME'] ?? '/', '.cache'),
    };
    const child = execa(process.execPath, [ENTRY, 'start', '--simulate', '--speed', '2'], { env, reject: false });
    const url = await said(child, /Status page on this machine: (\S+)/);
    const file = join(home, '.simulation', 'simulated', 'status-token');
    return { child, url, token: (await readFile(file, 'utf8')).trim() };
  }

  test('there is a page from the first second, closed to strangers, that shows the host phase and ends with the command', async () => {
    const { child, url, token } = await simulated();
    expect((await fetch(`${url}api/status`)).status).toBe(401);
    expect((await documentAt(url, token))?.siteId).toBe('simulated');
    const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
    for (const { address, family, internal } of addresses)
      if (family === 'IPv4' && !internal) expect(await documentAt(url.replace('127.0.0.1', address), token)).toBeNull();
    const host = async () => {
      const document = await documentAt(url, token);
      return document?.install?.phase === 'host' ? document : null;
    };
    await expect.poll(host, { timeout: 60_000 }).not.toBeNull();
    expect(await host()).toMatchObject({ rollup: { state: 'installing' }, stale: false });
    child.kill('SIGINT');
    const { exitCode, stdout, stderr } = await child;
    expect(exitCode).toBe(130);
    expect(stdout + stderr).not.toContain(token);
    expect(stderr).not.toContain('no longer updated');
    expect(await documentAt(url, token)).toBeNull();
  }, 120_000);

  test('a client that is killed leaves no page behind', async () => {
    const { child, url, token } = await simulated();
    expect(await documentAt(url, token)).not.toBeNull();
    child.kill('SIGKILL');
    await child;
    await expect.poll(() => documentAt(url, token)).toBeNull();
  }, 120_000);
});

describe('status --serve', () => {
  /** A folder in which an install was ordered. */
  async function ordered(): Promise<string> {
    const home = await temporaryFolder();
    const { services } = scriptedInstalls({ scenes: [] });
    await runClient([...ORDER, '--detach'], { home, services });
    return home;
  }

  const serve = async (home: string, argv: readonly string[], signal?: AbortSignal): Promise<Run> => {
    const { services } = scriptedInstalls({ scenes: [{ at: 0, view: running(HOST_WAIT) }] });
    return runClient(['status', '--serve', '-o', 'json', ...argv], {
      home,
      ...(signal && { signal }),
      services: { ...services, clock: systemClock, openPage: openLocalPage },
    });
  };

  test('shows what the client knows, opened by the token that the node will have, until Ctrl-C', async () => {
    const home = await ordered();
    const token = (await readFile(join(home, 'appliance-single-node', 'status-token'), 'utf8')).trim();
    const end = new AbortController();
    const { services } = scriptedInstalls({ scenes: [{ at: 0, view: running(HOST_WAIT) }] });
    const opened = Promise.withResolvers<string>();
    const serving = runClient(['status', '--serve'], {
      home,
      signal: end.signal,
      services: {
        ...services,
        clock: systemClock,
        openPage: async (options) => {
          const page = await openLocalPage(options);
          opened.resolve(page.url);
          return page;
        },
      },
    });
    const url = await opened.promise;
    await expect.poll(async () => (await documentAt(url, token))?.install?.phase).toBe('host');
    const page = await (await fetch(url, { headers: { authorization: `Bearer ${token}` } })).text();
    expect(page).toContain('the maintenance API on 192.0.2.10');
    end.abort();
    const { exit, stdout, stderr } = await serving;
    expect(exit).toBe(130);
    expect(stdout).toBe(
      `Status page of appliance-single-node: ${url}\nIts token: ${home}/appliance-single-node/status-token\n`,
    );
    expect(stdout + stderr).not.toContain(token);
    expect(await documentAt(url, token)).toBeNull();
  });

  test('ends with 5 when the time that was given has passed', async () => {
    const { exit, stdout } = await serve(await ordered(), ['--timeout', '300ms']);
    expect(exit).toBe(5);
    expect(JSON.parse(stdout)).toMatchObject({
      siteId: 'appliance-single-node',
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/$/),
    });
  });

  test('of a site that is not known says so', async () => {
    const { exit, stderr } = await runClient(['status', '--serve']);
    expect(exit).toBe(2);
    expect(stderr).toContain('no site appliance-single-node in');
  });
});

test('an install goes on without a page, and says that there is none', async () => {
  const { services } = scriptedInstalls({ scenes: story({ at: 60, progress: READY }, { at: 90, progress: COMPLETE }) });
  const openPage = () => openLocalPage({ siteId: 'x', nodeIp: null, appUrl: 'ftp://no-page', tokenFile: '/nowhere' });
  const { exit, stderr } = await runClient(ORDER, { services: { ...services, openPage } });
  expect(exit).toBe(0);
  expect(stderr).toMatch(/Cannot open the status page on this machine: the status page ended with 2: .*APP_URL/);
});
