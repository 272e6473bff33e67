import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { InstallSpec } from '../../model/site.ts';
import { siteFolder } from '../../site-folder/index.ts';
import { inputsFile, keepInputs, readInputs } from '../../site-folder/inputs.ts';
import { temporaryFolder } from '../client/support/run-client.ts';
import { testSpec } from '../support/spec.ts';

const folderOf = async (siteId: string) => siteFolder(await temporaryFolder(), siteId);

test('inputs are read as they were kept, and are private; equal ones are one file, however their keys are sorted', async () => {
  const spec = testSpec({ dnsServers: ['192.0.2.53'], imageTags: { algaCore: 'a1' } });
  const folder = await folderOf(spec.siteId);
  const digest = await keepInputs(folder, spec);
  expect(await readInputs(folder, { siteId: spec.siteId, digest })).toEqual({ spec });
  const turned = Object.fromEntries(Object.entries(spec).toReversed()) as InstallSpec;
  expect(await keepInputs(folder, turned)).toBe(digest);
  expect(await folder.list()).toEqual(['inputs']);
  expect((await stat(folder.path(inputsFile(digest)))).mode & 0o777).toBe(0o600);
  expect((await stat(folder.path('inputs'))).mode & 0o777).toBe(0o700);
});

test('inputs that differ in anything, the consent to wipe too, are another file: none is written over', async () => {
  const spec = testSpec();
  const folder = await folderOf(spec.siteId);
  const first = await keepInputs(folder, spec);
  const second = await keepInputs(folder, { ...spec, wipeConfirmed: !spec.wipeConfirmed });
  expect(second).not.toBe(first);
  expect(await readInputs(folder, { siteId: spec.siteId, digest: first })).toEqual({ spec });
});

test('what a newer client says beside is kept and read past', async () => {
  const spec = { ...testSpec(), later: { than: 'this' } };
  const folder = await folderOf(spec.siteId);
  expect(await readInputs(folder, { siteId: spec.siteId, digest: await keepInputs(folder, spec) })).toEqual({ spec });
});

test('inputs that are gone, were changed by hand or are of another site are not believed', async () => {
  const spec = testSpec();
  const folder = await folderOf(spec.siteId);
  const digest = await keepInputs(folder, spec);
  const file = folder.path(inputsFile(digest));
  expect(await readInputs(folder, { siteId: 'other', digest })).toMatchObject({ fault: 'changed' });

  await writeFile(file, (await readFile(file, 'utf8')).replace('192.0.2.10', '192.0.2.11'));
  expect(await readInputs(folder, { siteId: spec.siteId, digest })).toEqual({
    fault: 'changed',
    detail: `${file} was changed after it was written`,
  });
  // A file that is cut off by hand is made whole by the next order of the same inputs.
  expect(await keepInputs(folder, spec)).toBe(digest);
  expect(await readInputs(folder, { siteId: spec.siteId, digest })).toEqual({ spec });

  const gone = siteFolder(join(folder.root, 'elsewhere'), spec.siteId);
  expect(await readInputs(gone, { siteId: spec.siteId, digest })).toMatchObject({ fault: 'missing' });
});
