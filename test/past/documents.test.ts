import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { installProgress } from '../../model/progress.ts';
import { siteRecord } from '../../model/site.ts';
import { statusDocument } from '../../model/status.ts';
import { runClient, temporaryFolder } from '../client/support/run-client.ts';
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
