import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { wipeJob } from '../../../activities/phases/storage/wipe-job.ts';
import { folderBelow } from '../../../activities/phases/storage/wipe-plan.ts';
import { STORAGE } from '../../../model/appliance.ts';
import { TEST_RELEASE } from '../../support/spec.ts';

const FOLDER = 'pvc-2b9a1c9e-6f0f-4a52-9d3e-0c6a4d8b7f11_msp_alga-core-sebastian-postgres-data';

test('a folder of the provisioner, directly below the storage path, is one to wipe', () => {
  expect(folderBelow(STORAGE.path, `${STORAGE.path}/${FOLDER}`)).toBe(FOLDER);
});

// Lesson 3: an empty storage path made the wipe delete the root of the host.
test.each([
  ['', `/${FOLDER}`],
  ['/', `/${FOLDER}`],
  ['.', FOLDER],
  [STORAGE.root, `${STORAGE.root}/${FOLDER}`],
  ['/var/mnt/alga-data/..', `/var/mnt/alga-data/../${FOLDER}`],
  ['/var/mnt/alga-data/x/../..', `/var/mnt/alga-data/x/../../${FOLDER}`],
  ['/var/mnt/alga-database', `/var/mnt/alga-database/${FOLDER}`],
  [`${STORAGE.path}/`, `${STORAGE.path}/${FOLDER}`],
  [STORAGE.path, STORAGE.path],
  [STORAGE.path, `${STORAGE.path}/`],
  [STORAGE.path, `${STORAGE.path}/..`],
  [STORAGE.path, `${STORAGE.path}/${FOLDER}/`],
  [STORAGE.path, `${STORAGE.path}/${FOLDER}/data`],
  [STORAGE.path, `${STORAGE.path}/../${FOLDER}`],
  [STORAGE.path, `${STORAGE.path}/lost+found`],
  [STORAGE.path, `/srv/${FOLDER}`],
  [STORAGE.path, ''],
])('below %j the path %j is none', (root, path) => {
  expect(folderBelow(root, path)).toBeNull();
});

test('whatever the path: what is to wipe is one plain folder directly below the storage path', () => {
  const piece = fc.oneof(fc.constantFrom('..', '.', '', '/', FOLDER, STORAGE.path, '-rf', '*'), fc.string());
  fc.assert(
    fc.property(fc.array(piece), fc.boolean(), (pieces, below) => {
      const path = (below ? `${STORAGE.path}/` : '') + pieces.join('/');
      const folder = folderBelow(STORAGE.path, path);
      expect(folder === null || (`${STORAGE.path}/${folder}` === path && /^pvc-[^/]+$/.test(folder))).toBe(true);
    }),
  );
});

test('the Job’s own program removes the named folders, follows no link, and refuses every other name', async () => {
  const data = await mkdtemp(join(tmpdir(), 'appliance-data-'));
  onTestFinished(() => rm(data, { recursive: true, force: true }));
  const outside = join(data, 'outside');
  await mkdir(join(data, FOLDER, 'pgdata'), { recursive: true });
  await mkdir(outside);
  await writeFile(join(outside, 'precious'), '');
  await symlink(outside, join(data, FOLDER, 'link'));
  await symlink(outside, join(data, `${FOLDER}-link`));
  await mkdir(join(data, 'another'));
  const run = async (...folders: string[]): Promise<number | undefined> => {
    const [command = '', ...args] = commandOf(folders).map((word) => word.replaceAll('/data/', `${data}/`));
    return (await execa(command, args, { reject: false, timeout: 10_000 })).exitCode;
  };
  for (const bad of ['', '.', '..', '../x', '/etc', 'a/b']) expect(await run(bad)).toBe(64);
  expect(await run(FOLDER, `${FOLDER}-link`)).toBe(0);
  expect((await readdir(data)).toSorted()).toEqual(['another', 'outside']);
  expect(await readdir(outside)).toEqual(['precious']);
  // A second run finds nothing and does no harm.
  expect(await run(FOLDER, `${FOLDER}-link`)).toBe(0);
});

function commandOf(folders: readonly string[]): string[] {
  const shape = z.object({
    template: z.object({ spec: z.object({ containers: z.array(z.object({ command: z.array(z.string()) })) }) }),
  });
  const { template } = shape.parse(wipeJob('install-1', folders, TEST_RELEASE.dependencies.busybox)['spec']);
  return template.spec.containers[0]?.command ?? [];
}
