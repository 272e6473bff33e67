import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { commitCheckout } from '../../lab/git/repository.ts';
import { startGitServer } from '../../lab/git/server.ts';
import type { GitServer } from '../../lab/git/server.ts';
import { freePort } from '../../lab/parts/ports.ts';
import { programPath } from '../../lab/parts/programs.ts';

/** The lab's Git server, asked by the real git as Flux and the installer's preflight ask it. */
let folder: string;
let repository: string;
let server: GitServer;

const RELEASE = 'release/1.0';

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'git-faults-'));
  repository = path.join(folder, 'appliance.git');
  await commitCheckout(repository, [RELEASE, 'main']);
  server = await startGitServer('127.0.0.1', await freePort('127.0.0.1'), repository);
}, 60_000);
afterEach(() => server.setFault(null));
afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function git(...words: string[]) {
  // Nobody is here who could be asked for a password, and no system's settings play a part.
  const env = { GIT_TERMINAL_PROMPT: '0', GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C' };
  return execa(await programPath('git'), words, { env, all: true, reject: false, cwd: folder, timeout: 60_000 });
}
const lsRemote = (branch = RELEASE) => git('ls-remote', '--exit-code', server.url, `refs/heads/${branch}`);
const clone = (to: string, branch = RELEASE) =>
  git('clone', '--quiet', '--depth=1', '--branch', branch, server.url, to);

test('without a fault the release can be fetched, as it lies in the checkout', async () => {
  expect((await lsRemote()).stdout).toMatch(/^[0-9a-f]{40}\trefs\/heads\/release\/1\.0$/);
  const cloned = await clone('sound');
  expect(cloned.exitCode, cloned.all).toBe(0);
  const tiers = 'flux/profiles/talos-single-node/tiers.yaml';
  expect(await readFile(path.join(folder, 'sound', tiers), 'utf8')).toBe(
    await readFile(path.join(import.meta.dirname, '../..', tiers), 'utf8'),
  );
});

test.each([
  ['unreachable', /Recv failure|Empty reply|Connection reset|unable to access/i],
  ['refused', /could not read Username|Authentication failed/i],
] as const)('%s: git says so, and fetches again when the fault is gone', async (fault, says) => {
  server.setFault(fault);
  const refused = await lsRemote();
  expect(refused.exitCode).toBe(128);
  expect(refused.all).toMatch(says);
  server.setFault(null);
  expect(await lsRemote()).toMatchObject({ exitCode: 0 });
});

test('a branch that is not there is told from one that is', async () => {
  expect(await lsRemote('release/9.9')).toMatchObject({ exitCode: 2, stdout: '' });
  expect((await clone('missing', 'release/9.9')).all).toContain('Remote branch release/9.9 not found');
});

test('the same tree is no new commit; another one is fetched at once', async () => {
  const before = (await lsRemote()).stdout;
  await commitCheckout(repository, [RELEASE, 'main']);
  expect((await lsRemote()).stdout).toBe(before);
  await commitCheckout(repository, [RELEASE, 'main'], (tree) => writeFile(path.join(tree, 'flux/news'), 'news'));
  expect((await lsRemote()).stdout).not.toBe(before);
  await clone('news');
  expect(await readFile(path.join(folder, 'news/flux/news'), 'utf8')).toBe('news');
});
