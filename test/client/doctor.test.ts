import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { selfSigned } from '../support/certificate.ts';
import { NOW, runClient, temporaryFolder } from './support/run-client.ts';
import { scriptedInstalls } from './support/scripted-installs.ts';

const SITE = 'appliance-single-node';
const DAY_MS = 24 * 3_600_000;
/** Nothing listens there, and that is known at once. */
const NOBODY = '127.0.0.1:1';

const document = z.object({
  programs: z.array(z.unknown()),
  certificates: z.array(
    z.object({
      siteId: z.string(),
      certificate: z.string(),
      state: z.string(),
      to: z.string().nullable(),
      daysLeft: z.number().nullable(),
      problem: z.string().nullable(),
    }),
  ),
});

async function site(): Promise<string> {
  const home = await temporaryFolder();
  const { services } = scriptedInstalls({ scenes: [] });
  const order = ['--fresh', '--node-ip', '192.0.2.10', '--repo-url', 'https://git.example.org/alga/appliance.git'];
  await runClient(['start', ...order, '--detach'], { home, services });
  return home;
}

/** A certificate that begins and ends so many days from the tests' time. */
const lasting = (from: number, to: number) =>
  selfSigned('client', new Date(NOW.getTime() + from * DAY_MS), new Date(NOW.getTime() + to * DAY_MS));
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const YEAR = lasting(-1, 364).cert;

const talosconfig = (crt: string): string =>
  JSON.stringify({
    context: 'a',
    contexts: { a: { endpoints: ['192.0.2.10'], ca: base64(crt), crt: base64(crt), key: 'key-canary' } },
  });

const kubeconfig = (user: Record<string, string>, server = NOBODY): string =>
  JSON.stringify({
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
    clusters: [{ name: 'k', cluster: { server: `https://${server}` } }],
    users: [{ name: 'u', user: { ...user, 'client-key-data': 'key-canary' } }],
  });

async function doctor(home: string, argv: readonly string[] = []) {
  const options = { home, services: { programs: async () => [] } };
  const json = await runClient(['doctor', '-o', 'json', ...argv], options);
  const { stdout } = await runClient(['doctor', ...argv], options);
  expect(stdout + json.stdout + json.stderr).not.toContain('key-canary');
  return { exit: json.exit, stderr: json.stderr, table: stdout, ...document.parse(JSON.parse(json.stdout)) };
}

describe("the certificates of a site's files", () => {
  test.each<[what: string, from: number, to: number, state: string, exit: number, says: string]>([
    ['of a year', -1, 364, 'valid', 0, ''],
    [
      'of 20 days',
      -345,
      20,
      'ending',
      0,
      'expires on 2026-05-21, in 20 days. Have the node issue a new one: `talosctl --talosconfig',
    ],
    [
      'of the day before',
      -366,
      -1,
      'expired',
      7,
      "expired on 2026-04-30. Create a new one from the site's secrets: `talosctl gen config --with-secrets",
    ],
    [
      'of tomorrow',
      1,
      366,
      'not-yet-valid',
      7,
      "is valid from 2026-05-02T12:00:00.000Z, but this machine's clock says 2026-05-01T12:00:00.000Z",
    ],
    ['of a few hours, which is renewed by itself', -0.4, 0.6, 'valid', 0, ''],
  ])('talosconfig: one %s', async (_, from, to, state, exitCode, says) => {
    const home = await site();
    await writeFile(join(home, SITE, 'talosconfig'), talosconfig(lasting(from, to).cert));
    const { exit, certificates, stderr, table } = await doctor(home);
    expect(certificates).toMatchObject([{ siteId: SITE, certificate: 'talosconfig', state, daysLeft: Math.floor(to) }]);
    expect(exit).toBe(exitCode);
    expect(stderr).toContain(says);
    if (says === '') expect(stderr).toBe('');
    expect(table).toMatch(new RegExp(`${SITE} +talosconfig +${state.replaceAll('-', ' ')} +2\\d{3}-`));
  });

  test.each<[what: string, user: Record<string, string>, state: string, exit: number, says: string]>([
    ['in it', { 'client-certificate-data': base64(YEAR) }, 'valid', 0, ''],
    ['in a file beside it', { 'client-certificate': 'client.crt' }, 'valid', 0, ''],
    [
      'that has expired',
      { 'client-certificate-data': base64(lasting(-400, -35).cert) },
      'expired',
      7,
      'expired on 2026-03-27. Write a new one: `talosctl --talosconfig',
    ],
    [
      'in a file that is not there',
      { 'client-certificate': 'nowhere.crt' },
      'unreadable',
      7,
      'kubeconfig cannot be read',
    ],
    [
      'that is none',
      { 'client-certificate-data': base64('nothing') },
      'unreadable',
      7,
      'kubeconfig cannot be read: it contains no valid certificate',
    ],
  ])('kubeconfig: one %s', async (_, user, state, exitCode, says) => {
    const home = await site();
    await writeFile(join(home, SITE, 'client.crt'), YEAR);
    await writeFile(join(home, SITE, 'kubeconfig'), kubeconfig(user));
    const { exit, certificates, stderr } = await doctor(home);
    expect(certificates.find(({ certificate }) => certificate === 'kubeconfig')).toMatchObject({ state });
    expect(exit).toBe(exitCode);
    expect(stderr).toContain(says);
  });

  test('a token has no end that is seen, and a file that is no configuration is told of', async () => {
    const home = await site();
    await writeFile(join(home, SITE, 'kubeconfig'), kubeconfig({ token: 'token-canary' }));
    await writeFile(join(home, SITE, 'talosconfig'), '{ key-canary');
    const { exit, certificates, stderr } = await doctor(home);
    expect(certificates.map(({ certificate, state }) => [certificate, state])).toEqual([
      ['talosconfig', 'unreadable'],
      ['API server', 'unanswered'],
    ]);
    expect(exit).toBe(7);
    expect(stderr).toContain('talosconfig cannot be read');
  });
});

test.each<[what: string, from: number, to: number, state: string, exit: number]>([
  ['for a year', -1, 364, 'valid', 0],
  ['that has expired', -366, -1, 'expired', 7],
])('the API server shows one %s, to somebody without credentials', async (_, from, to, state, exitCode) => {
  const home = await site();
  const server = createServer({ ...lasting(from, to), requestCert: true, rejectUnauthorized: false }).listen(
    0,
    '127.0.0.1',
  );
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await writeFile(join(home, SITE, 'kubeconfig'), kubeconfig({ token: 'x' }, `127.0.0.1:${port}`));
  const { exit, certificates, stderr } = await doctor(home);
  expect(certificates).toMatchObject([{ certificate: 'API server', state }]);
  expect(exit).toBe(exitCode);
  if (exitCode !== 0)
    expect(stderr).toContain(
      `The certificate of the API server at 127.0.0.1:${port} expired on 2026-04-30. Talos renews it`,
    );
});

test('every site is looked at, or the named one; one that cannot be opened hides no other', async () => {
  const home = await site();
  await writeFile(join(home, SITE, 'talosconfig'), talosconfig(YEAR));
  await mkdir(join(home, 'broken'));
  await writeFile(join(home, 'broken', 'site.json'), '{');
  const all = await doctor(home);
  expect(all.exit).toBe(7);
  expect(all.stderr).toContain('broken/site.json cannot be read');
  expect(all.certificates).toMatchObject([{ siteId: SITE, state: 'valid' }]);
  const named = await doctor(home, ['--site', SITE]);
  expect(named).toMatchObject({ exit: 0, certificates: [{ siteId: SITE }] });
});

test('a file that was given to the site is renewed where it was made', async () => {
  const home = await temporaryFolder();
  const { services } = scriptedInstalls({ scenes: [] });
  const given = join(home, 'given');
  await writeFile(given, kubeconfig({ 'client-certificate-data': base64(lasting(-400, -35).cert) }));
  const order = ['--recover', '--node-ip', '192.0.2.10', '--repo-url', 'https://git.example.org/alga/appliance.git'];
  await runClient(['start', ...order, '--kubeconfig', given, '--detach'], { home, services });
  const { exit, stderr } = await doctor(home);
  expect(exit).toBe(7);
  expect(stderr).toContain('Renew it where it was created');
});
