import { open, readFile, readdir, stat } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { privateFolder } from '../../site-folder/index.ts';
import { rotateLogs } from '../../worker/rotate.ts';
import { temporaryFolder } from '../client/support/run-client.ts';

test('a log that is put aside is written on by whoever has it open, and only a few are kept', async () => {
  const folder = privateFolder(await temporaryFolder());
  await folder.write('site.log', 'not ours');
  const writer = await open(folder.path('worker.log'), 'a', 0o600);
  const fill = `${'x'.repeat(1023)}\n`.repeat(9 * 1024);
  for (const round of [1, 2, 3, 4, 5]) {
    await writer.write(`round ${round}\n${fill}`);
    await rotateLogs(folder);
  }
  await writer.write('goes on\n');
  await rotateLogs(folder);
  await writer.close();
  expect(await readFile(folder.path('worker.log'), 'utf8')).toBe('goes on\n');
  expect((await readdir(folder.root)).toSorted()).toEqual([
    'site.log',
    'worker.log',
    'worker.log.1',
    'worker.log.2',
    'worker.log.3',
  ]);
  const begins = async (name: string) => (await readFile(folder.path(name), 'utf8')).slice(0, 7);
  expect([await begins('worker.log.1'), await begins('worker.log.3')]).toEqual(['round 5', 'round 3']);
  for (const name of ['worker.log', 'worker.log.1']) expect((await stat(folder.path(name))).mode & 0o777).toBe(0o600);
});
