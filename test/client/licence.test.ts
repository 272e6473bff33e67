import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { LICENCE_TOKEN_LIMIT } from '../../model/licence-seed.ts';
import { completed } from './support/progress.ts';
import { runClient, temporaryFolder } from './support/run-client.ts';
import type { Run } from './support/run-client.ts';
import { running, scriptedInstalls } from './support/scripted-installs.ts';

const GOOD = ['--recover', '--node-ip', '192.0.2.10', '--repo-url', 'https://git.example.org/alga/appliance.git'];
const TOKEN = `eyJhbGciOiJFZERTQSJ9.${'canary'.repeat(40)}.c2lnbmF0dXJl`;

interface Ordered extends Run {
  readonly home: string;
  readonly ordered: string;
}

/** Orders an install with a licence file of this text. */
async function order(text: string, more: readonly string[] = [], given?: string): Promise<Ordered> {
  const home = given ?? (await temporaryFolder());
  const file = join(await temporaryFolder(), 'licence.jwt');
  await writeFile(file, text);
  const isKnown = given !== undefined;
  const view = isKnown ? running(completed()) : running(completed(), { run: 'COMPLETED' });
  const installs = scriptedInstalls({ scenes: [{ at: 0, view }], ...(isKnown && { outcome: { kind: 'joined' } }) });
  const argv = ['start', ...GOOD, '--detach', '--license-file', file, ...more];
  const ran = await runClient(argv, { home, services: installs.services });
  return { ...ran, home, ordered: JSON.stringify(installs.ordered) };
}

const kept = (home: string): string => join(home, 'appliance-single-node', 'license-token');

test.each(['', '\n', '\r\n'])(
  'a licence is kept 0600 in the site, and its token stands nowhere else (%j)',
  async (end) => {
    const { home, exit, stdout, stderr, ordered } = await order(`${TOKEN}${end}`);
    expect(exit).toBe(0);
    expect(await readFile(kept(home), 'utf8')).toBe(`${TOKEN}\n`);
    expect((await stat(kept(home))).mode & 0o777).toBe(0o600);
    const record = await readFile(join(home, 'appliance-single-node', 'site.json'), 'utf8');
    for (const place of [stdout, stderr, ordered, record]) expect(place).not.toContain('canary');
  },
);

test.each([
  ['', 'is empty: expected the license token on one line'],
  [' \n', 'is empty'],
  [`${TOKEN}\n${TOKEN}\n`, 'has several lines: expected only the license token'],
  [`Licence: ${TOKEN}`, 'contains no license token: expected three parts'],
  ['canary.without', 'contains no license token'],
  [`${TOKEN}${'x'.repeat(LICENCE_TOKEN_LIMIT)}`, `is longer than ${LICENCE_TOKEN_LIMIT} characters`],
])('a file that holds no licence is refused in words, and nothing is written (%#)', async (text, says) => {
  const { home, exit, stderr } = await order(text);
  expect(exit).toBe(2);
  expect(stderr).toMatch(/--license-file {2}\S+licence\.jwt /);
  expect(stderr).toContain(says);
  expect(stderr).not.toContain('canary');
  await expect(stat(kept(home))).rejects.toThrow('ENOENT');
});

describe('a licence', () => {
  test('in a file that is not there, or has no end, is refused', async () => {
    for (const [file, says] of [
      ['nowhere.jwt', 'cannot be read (ENOENT)'],
      ['/dev/zero', 'is neither a file nor a pipe'],
      ['/', 'is a folder, not a file'],
    ] as const) {
      const { exit, stderr } = await runClient(['plan', ...GOOD, '--license-file', file]);
      expect(exit).toBe(2);
      expect(stderr).toContain(says);
    }
  });

  test('for a server that knows none is refused: it would be dropped unseen', async () => {
    const { exit, stderr, home } = await order(TOKEN, ['--release-version', '1.0-rc5', '--alga-core-tag', 'mine']);
    expect(exit).toBe(2);
    expect(stderr).toContain('the server of release 1.0-rc5 does not support licenses');
    await expect(stat(kept(home))).rejects.toThrow('ENOENT');
    expect((await order(TOKEN, ['--release-version', '1.0-rc5', '--alga-core-tag', 'eaec6253'])).exit).toBe(0);
  });

  test('comes too late for an install that runs, which says so and keeps nothing of it', async () => {
    const { home } = await order(TOKEN);
    const other = TOKEN.replace('canary', 'other');
    const { exit, stderr } = await order(other, [], home);
    expect(exit).toBe(0);
    expect(stderr).toContain('--license-file is ignored');
    expect(await readFile(kept(home), 'utf8')).toBe(`${TOKEN}\n`);
  });
});
