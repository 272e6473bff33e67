import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { specDigest } from '../../site-folder/inputs.ts';
import { openSite, recordSite } from '../../client/site/site.ts';
import { ADMINISTRATOR } from '../../model/initial-tenant.ts';
import { installProgress } from '../../model/progress.ts';
import { siteRecord } from '../../model/site.ts';
import { statusDocument } from '../../model/status.ts';
import { NOW, runClient, temporaryFolder } from '../client/support/run-client.ts';
import { running, scriptedInstalls } from '../client/support/scripted-installs.ts';
import { PAST, pastDocument } from './fixtures.ts';

const RECORDS = ['everything', 'existing-cluster', 'office', 'parked', 'complete'];

test('the records of sites are listed with their nodes', async () => {
  const home = await temporaryFolder();
  const ids: string[] = [];
  for (const name of RECORDS) {
    const { siteId } = siteRecord.parse(await pastDocument(`site.${name}.json`));
    await mkdir(join(home, siteId));
    await copyFile(join(PAST, `site.${name}.json`), join(home, siteId, 'site.json'));
    ids.push(siteId);
  }
  const { exit, stdout } = await runClient(['sites', '-o', 'json'], { home });
  expect(exit).toBe(0);
  const listed = z
    .array(z.object({ siteId: z.string(), nodeIp: z.string(), release: z.string() }))
    .parse(JSON.parse(stdout));
  expect(listed.map(({ siteId }) => siteId)).toEqual(ids.toSorted());
});

/** The record after the current client has read it and written it back. */
async function writtenAgain(document: unknown): Promise<unknown> {
  const home = await temporaryFolder();
  const { siteId } = z.object({ siteId: z.string() }).parse(document);
  const file = join(home, siteId, 'site.json');
  await mkdir(join(home, siteId));
  await writeFile(file, JSON.stringify(document));
  const site = await openSite(home, siteId);
  if (!site.record) throw new Error('there is no record');
  await recordSite(site, site.record.spec, NOW);
  return JSON.parse(await readFile(file, 'utf8'));
}

const recordOf = z.looseObject({
  spec: z.looseObject({
    repo: z.looseObject({}),
    release: z.looseObject({
      flux: z.looseObject({}),
      app: z.looseObject({ images: z.looseObject({ algaCore: z.looseObject({}) }) }),
    }),
  }),
});

test.each(RECORDS)(
  'the record %s is written back with the version of its spec, and nothing else changed',
  async (name) => {
    const before = recordOf.parse(await pastDocument(`site.${name}.json`));
    expect(await writtenAgain(before)).toEqual({
      ...before,
      updatedAt: NOW.toISOString(),
      spec: { ...before.spec, specVersion: 2 },
    });
  },
);

test('what a newer client wrote into a record is read past, and kept', async () => {
  const before = recordOf.parse(await pastDocument('site.office.json'));
  const { spec } = before;
  const { images } = spec.release.app;
  const newer = {
    ...before,
    owner: 'night shift',
    spec: {
      ...spec,
      specVersion: 3,
      proxy: 'none',
      repo: { ...spec.repo, depth: 1 },
      release: {
        ...spec.release,
        sealedBy: 'cosign',
        flux: { ...spec.release.flux, provider: 'generic' },
        app: { ...spec.release.app, images: { ...images, algaCore: { ...images.algaCore, platform: 'linux/amd64' } } },
      },
    },
  };
  expect(await writtenAgain(newer)).toEqual({ ...newer, updatedAt: NOW.toISOString() });
});

test('an install that runs is joined by the inputs that it was begun with', async () => {
  const memos = z
    .record(z.string(), z.object({ specDigest: z.string() }))
    .parse(await pastDocument('progress-memo.json'));
  for (const name of ['parked', 'office']) {
    const { spec } = siteRecord.parse(await pastDocument(`site.${name}.json`));
    expect([name, spec.specVersion, specDigest(spec)]).toEqual([name, 2, memos[name]?.specDigest]);
  }
});

test('the same order as then, from the record alone, joins the install', async () => {
  const memos = z
    .record(z.string(), z.object({ specDigest: z.string() }))
    .parse(await pastDocument('progress-memo.json'));
  const home = await temporaryFolder();
  await mkdir(join(home, 'office'));
  await copyFile(join(PAST, 'site.office.json'), join(home, 'office', 'site.json'));
  const installs = scriptedInstalls({ scenes: [] });
  const argv = ['start', '--fresh', '--yes', '--detach', '--admin-password-stdin'];
  await runClient(argv, { home, services: installs.services, stdin: 'Sample-Word-4711' });
  expect(installs.ordered.map(specDigest)).toEqual([memos['office']?.specDigest]);
});

test('to join it nobody is asked for the administrator that it was begun without', async () => {
  const home = await temporaryFolder();
  await mkdir(join(home, 'office'));
  await copyFile(join(PAST, 'site.office.json'), join(home, 'office', 'site.json'));
  const memos = z
    .record(z.string(), z.object({ progress: installProgress }))
    .parse(await pastDocument('progress-memo.json'));
  const scenes = [{ at: 0, view: running(memos['office']?.progress ?? null) }];
  const installs = scriptedInstalls({ scenes, outcome: { kind: 'joined' } });
  const env = Object.fromEntries(ADMINISTRATOR.map(({ variable }) => [variable, '']));
  const { exit, stderr } = await runClient(['start', '--fresh', '--detach'], {
    home,
    env,
    services: installs.services,
  });
  expect(stderr).toContain('Joined the running install of office.');
  expect([exit, installs.calls.includes('start')]).toEqual([0, true]);
});

test('the progress of an install is read, wherever it stood', async () => {
  const memos = z
    .record(z.string(), z.object({ progress: installProgress }))
    .parse(await pastDocument('progress-memo.json'));
  expect(Object.entries(memos).map(([name, { progress }]) => [name, progress.state, progress.phase])).toEqual([
    ['parked', 'parked', 'host'],
    ['pulling', 'running', 'bootstrap'],
    ['complete', 'complete', 'finish'],
    ['office', 'parked', 'preflight'],
  ]);
});

test('a status document is read', async () => {
  const { rollup, topBlockers } = statusDocument.parse(await pastDocument('status.json'));
  expect([rollup.state, topBlockers[0]?.code]).toEqual(['failed_action_required', 'dns-resolution-failure']);
});

test('a snapshot leads to the cause that it led to then', async () => {
  const { exit, stdout } = await runClient(['diagnose', '--from', join(PAST, 'snapshot.json'), '-o', 'json']);
  expect(exit).toBe(4);
  expect(statusDocument.parse(JSON.parse(stdout)).topBlockers[0]?.code).toBe('volume-subpath-failed');
});

test('a report says what was installed', async () => {
  const report = z.looseObject({ apiVersion: z.string(), kind: z.string() }).parse(await pastDocument('report.json'));
  expect([report.apiVersion, report.kind]).toEqual(['appliance.alga-psa/v1', 'InstallReport']);
});
