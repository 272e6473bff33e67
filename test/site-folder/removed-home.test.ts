import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { takeLock } from '../../system/lock.ts';
import { serverFolder } from '../../temporal/server-state.ts';

async function homes(): Promise<{ readonly removed: string; readonly present: string }> {
  const root = await mkdtemp(join(tmpdir(), 'removed-home-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  return { removed: join(root, 'removed'), present: root };
}

const late = {
  'a record': (home: string) => serverFolder(home).write('worker.json', '{}'),
  'a record in a folder below': (home: string) => serverFolder(home).write(join('config', 'server.yaml'), ''),
  'a file of which there is to be one': (home: string) => serverFolder(home).createOnce('first.json', '{}'),
  'the folder itself': (home: string) => serverFolder(home).make(),
  'a lock': (home: string) => takeLock(serverFolder(home).path('server.lock')),
};

test.each(Object.entries(late))('%s written late does not bring back a home that was removed', async (_, write) => {
  const { removed, present } = await homes();
  await expect(write(removed)).rejects.toMatchObject({ code: 'ENOENT' });
  expect(existsSync(removed)).toBe(false);
  await write(present);
  expect(existsSync(join(present, '.temporal'))).toBe(true);
});
