import { chmod, mkdir, mkdtemp, readdir, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keyOf } from '../../lab/images/key.ts';
import { makeLayer } from '../../lab/images/layer.ts';
import type { Entry } from '../../lab/images/layer.ts';
import { shareBlobs } from '../../lab/images/share.ts';

/** Two checkouts of the same state: elsewhere, at another time, and one by somebody whose files only they may read. */
let folder: string;
const contents = (checkout: string, except: string[] = []): Record<string, Entry[]> => ({
  application: [
    { from: path.join(folder, checkout), to: '/app', except },
    { text: 'a text', to: '/etc/text' },
  ],
});
const key = (checkout: string, except?: string[]) => keyOf(contents(checkout, except), []);

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'images-'));
  for (const checkout of ['mine', 'yours']) {
    await mkdir(path.join(folder, checkout, 'lib'), { recursive: true });
    await writeFile(path.join(folder, checkout, 'lib', 'index.js'), 'exit()');
    await writeFile(path.join(folder, checkout, 'run'), '#!/bin/sh\n', { mode: 0o755 });
    await symlink('run', path.join(folder, checkout, 'start'));
  }
  await utimes(path.join(folder, 'yours', 'run'), 0, 0);
  await chmod(path.join(folder, 'yours', 'lib', 'index.js'), 0o600);
  await chmod(path.join(folder, 'yours', 'run'), 0o700);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the images of two checkouts', () => {
  test('are the same, byte for byte, when the same goes into them', async () => {
    expect(await key('yours')).toBe(await key('mine'));
    const [mine, yours] = ['mine', 'yours'].map((checkout) => contents(checkout)['application'] ?? []);
    expect((await makeLayer(yours ?? [], folder)).digest).toBe((await makeLayer(mine ?? [], folder)).digest);
  });

  test('are others when a file is: what is in it, its name, or whether it can be run', async () => {
    const before = await key('mine');
    const file = path.join(folder, 'mine', 'lib', 'index.js');
    await writeFile(file, 'exit(1)');
    const changed = await key('mine');
    await chmod(file, 0o755);
    const runs = await key('mine');
    await writeFile(path.join(folder, 'mine', 'lib', 'more.js'), '');
    expect(new Set([before, changed, runs, await key('mine')]).size).toBe(4);
    expect(await key('mine', ['lib'])).toBe(await key('yours', ['lib']));
  });

  test('take their room once where they share a blob', async () => {
    const blob = (registry: string, digest: string) =>
      path.join(folder, registry, `docker/registry/v2/blobs/sha256/${digest.slice(0, 2)}/${digest}/data`);
    const put = async (registry: string, digest: string) => {
      await mkdir(path.dirname(blob(registry, digest)), { recursive: true });
      await writeFile(blob(registry, digest), digest);
    };
    await put('old', 'aa11');
    await put('new', 'aa11');
    await put('new', 'bb22');
    await shareBlobs(path.join(folder, 'new'), path.join(folder, 'old'));
    expect((await stat(blob('new', 'aa11'))).ino).toBe((await stat(blob('old', 'aa11'))).ino);
    expect((await stat(blob('new', 'bb22'))).nlink).toBe(1);
    // A third one, which shares it with both.
    await put('newest', 'aa11');
    for (const other of ['old', 'new']) await shareBlobs(path.join(folder, 'newest'), path.join(folder, other));
    expect((await stat(blob('newest', 'aa11'))).nlink).toBe(3);
    expect(await readdir(path.dirname(blob('newest', 'aa11')))).toEqual(['data']);
  });
});
