import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { awaitCore } from '../../../activities/phases/core.ts';
import { awaitStatusPage } from '../../../activities/phases/status-page.ts';
import { startApiServer } from '../../support/api-server.ts';
import { installFluxDefinitions } from '../support/flux.ts';
import { players } from '../support/players.ts';
import { testBed } from '../support/test-bed.ts';
import { REVISION, imageMissing, playedAppliance } from './played-appliance.ts';

test('the API server goes away and comes back: the wait goes on, and a page is told from a missing one', async () => {
  const stateDir = await mkdtemp(join(tmpdir(), 'appliance-outage-'));
  onTestFinished(() => rm(stateDir, { recursive: true, force: true }));
  const node = { name: 'appliance', address: '192.0.2.10' };
  let plane = await startApiServer({ stateDir, node });
  onTestFinished(() => plane.kill());
  const bed = await testBed(plane.kubeconfigPath, 2);
  await installFluxDefinitions(bed.cluster);
  const appliance = await playedAppliance(bed.cluster, players(plane.kubeconfigPath));
  await appliance.revision(REVISION);
  for (const name of ['redis', 'pgbouncer']) await appliance.set(name, true);
  const done = awaitCore(bed.context({ facts: { installId: 'install-1', gitRevision: REVISION } }));
  await expect.poll(() => bed.seen.at(-1), { timeout: 10_000 }).toContain('Database');

  const port = Number(new URL(plane.url).port);
  await plane.kill();
  await expect.poll(() => bed.seen.at(-1), { timeout: 20_000 }).toContain('the API server does not answer');
  plane = await startApiServer({ stateDir, port, node });
  await expect.poll(() => bed.seen.at(-1), { timeout: 30_000 }).toContain('Database');
  await appliance.set('db', true);
  expect(await done).toMatchObject({ did: 'acted' });

  // The page answers: proof at once.
  const answers = { get: async () => ({ status: 200, location: null, date: null, error: null }) };
  expect(await awaitStatusPage(bed.context({ http: answers }))).toMatchObject({
    did: 'acted',
    facts: { statusPageSeen: true },
  });
  // It is late: a warning after ten minutes.
  const patient = await testBed(plane.kubeconfigPath, 600);
  expect(await awaitStatusPage(patient.context())).toMatchObject({
    did: 'degraded',
    facts: { statusPageSeen: false },
    warnings: [{ component: 'appliance-status', severity: 'warning', loginBlocking: false }],
  });
  // Its image is missing: nobody waits for ten minutes.
  await appliance.pod('appliance-status', imageMissing());
  expect(await awaitStatusPage(bed.context())).toMatchObject({
    did: 'degraded',
    facts: { statusPageSeen: false },
    warnings: [{ code: 'image-tag-missing', component: 'appliance-status', severity: 'warning' }],
  });
}, 120_000);
