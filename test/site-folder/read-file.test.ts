import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { siteFolder } from '../../site-folder/index.ts';
import { orderedHome } from '../client/support/ordered-home.ts';
import { runClient } from '../client/support/run-client.ts';

test.each([
  ['a pipe', (path: string) => execa('mkfifo', [path])],
  ['a device', (path: string) => symlink('/dev/zero', path)],
])('%s in the place of a file of ours is refused at once, and named', async (_, put) => {
  const { home, siteId } = await orderedHome();
  const folder = siteFolder(home, siteId);
  for (const name of ['holder.json', 'site.json']) {
    await folder.remove(name);
    await put(folder.path(name));
    const { exit, stderr } = await runClient(['status', '--site', siteId], { home, env: {} });
    expect([exit, stderr]).toEqual([
      2,
      expect.stringContaining(`${join(home, siteId, name)} is a pipe or a device, but must be a file: move it away.`),
    ]);
  }
});

test('a folder whose record is gone is told as that, and is no new site', async () => {
  const { home, siteId } = await orderedHome();
  const folder = siteFolder(home, siteId);
  await folder.write('handover.json', '{}');
  await folder.remove('site.json');
  for (const call of ['status', 'resume', 'cancel']) {
    const { exit, stderr } = await runClient([call, '--site', siteId], { home, env: {} });
    expect([call, exit, stderr]).toEqual([
      call,
      2,
      expect.stringContaining(
        `${join(home, siteId, 'site.json')} is missing, but ${join(home, siteId)} belongs to an install`,
      ),
    ]);
  }
});
