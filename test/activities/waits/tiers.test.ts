import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { kubernetesPort } from '../../../activities/adapters/kubernetes.ts';
import { awaitBackground } from '../../../activities/phases/background.ts';
import { awaitBootstrap } from '../../../activities/phases/bootstrap/await-bootstrap.ts';
import { awaitCore } from '../../../activities/phases/core.ts';
import { awaitLogin } from '../../../activities/phases/login.ts';
import type { HttpPort } from '../../../activities/ports/http.ts';
import type { Cluster } from '../../../activities/ports/kubernetes.ts';
import { installFluxDefinitions } from '../support/flux.ts';
import { signal } from '../support/objects.ts';
import { players } from '../support/players.ts';
import { realCluster } from '../support/real-cluster.ts';
import { testBed } from '../support/test-bed.ts';
import type { TestBed } from '../support/test-bed.ts';
import { REVISION, imageMissing, playedAppliance, pulling, waiting } from './played-appliance.ts';
import type { PlayedAppliance } from './played-appliance.ts';

const server = realCluster(false);
const FACTS = { installId: 'install-1', gitRevision: REVISION };
const CORE = ['db', 'redis', 'pgbouncer'];
const BACKGROUND = ['temporal', 'temporal-ui', 'email-service', 'workflow-worker', 'temporal-worker'];

let cluster: Cluster;
beforeAll(async () => {
  cluster = await kubernetesPort().connect(server.kubeconfig);
  await installFluxDefinitions(cluster);
}, 180_000);

describe('core', () => {
  test('ends within a second of the signal (p95 of 10)', async () => {
    const { bed, appliance } = await readyBed({ speed: 1 });
    const took: number[] = [];
    for (let round = 0; round < 10; round += 1) {
      await appliance.set('db', false);
      const done = awaitCore(bed.context({ facts: FACTS }));
      // Looked at, found wanting, and waiting now for a change.
      await expect.poll(() => bed.seen.at(-1), { timeout: 10_000 }).toContain('Database');
      bed.seen.length = 0;
      await delay(Math.random() * 300, undefined, { signal });
      const at = performance.now();
      await appliance.set('db', true);
      await done;
      took.push(performance.now() - at);
    }
    const p95 = took.toSorted((left, right) => left - right)[9] ?? Number.NaN;
    console.log(
      `signal to phase end: p95 ${Math.round(p95)} ms, median ${Math.round(took.toSorted((a, b) => a - b)[5] ?? 0)} ms`,
    );
    expect(p95).toBeLessThan(1_000);
  });

  test('does not count what ran before Flux took up the asked revision', async () => {
    const { bed, appliance } = await readyBed();
    await appliance.revision(REVISION, 'release/1.0-rc4@sha1:old');
    const done = awaitCore(bed.context({ facts: FACTS }));
    await expect.poll(() => bed.seen.at(-1), { timeout: 10_000 }).toContain('Flux uses release/1.0-rc4@sha1:old');
    await appliance.revision(REVISION);
    expect(await done).toMatchObject({ did: 'acted' });
    // A commit that came since this install has looked is as good as the one it saw.
    await appliance.revision('release/1.0-rc5@sha1:bbb');
    expect(await awaitCore(bed.context({ facts: FACTS }))).toMatchObject({ did: 'acted' });
  });

  test('is blocked by what keeps people from logging in, and by nothing else', async () => {
    const { bed, appliance } = await readyBed();
    await appliance.set('db', false);
    await appliance.set('workflow-worker', false);
    await appliance.pod('workflow-worker', imageMissing());
    const done = awaitCore(bed.context({ facts: FACTS }));
    const warned = (): string[] => bed.reports.flatMap(({ warnings = [] }) => warnings.map(({ code }) => code));
    await expect.poll(warned, { timeout: 10_000 }).toContain('image-tag-missing');
    await appliance.pod('db', imageMissing());
    await expect(done).rejects.toMatchObject({
      blockers: [{ code: 'image-tag-missing', component: 'db', loginBlocking: true }],
    });
    await appliance.noPods();
  });
});

describe('bootstrap', () => {
  test("ends with the job that has ended well, and keeps neither the first administrator's password nor the licence's file", async () => {
    const { bed } = await readyBed();
    await bed.folder.write('initial-tenant.json', '{}');
    await bed.folder.write('license-token', 'a.b.c');
    expect(await awaitBootstrap(bed.context({ facts: FACTS }))).toMatchObject({ did: 'acted' });
    expect(await bed.folder.exists('initial-tenant.json')).toBe(false);
    expect(await bed.folder.exists('license-token')).toBe(false);
  });
});

describe('login', () => {
  test('counts when it has been stable for half a minute; an answer in between that is none begins it anew', async () => {
    const { bed } = await readyBed({ speed: 20 });
    let status = 200;
    let asked = 0;
    const http: HttpPort = {
      get: async () => {
        asked += 1;
        return { status, location: null, date: null, error: null };
      },
    };
    const context = bed.context({ facts: FACTS, http });
    const begun = context.ports.clock.now().getTime();
    const done = awaitLogin(context);
    await expect.poll(() => bed.seen.at(-1), { timeout: 10_000 }).toMatch(/ready for \d+ s of 30 s/);
    status = 502;
    await expect.poll(() => bed.seen.at(-1), { timeout: 10_000 }).not.toMatch(/ready for/);
    status = 200;
    const again = context.ports.clock.now().getTime();
    const { facts } = await done;
    expect(Date.parse(facts?.loginReadyAt ?? '') - again).toBeGreaterThanOrEqual(30_000);
    expect(again - begun).toBeGreaterThan(0);
    expect(asked).toBeGreaterThan(2);
  });

  test('is not the old version’s page', async () => {
    const { bed } = await readyBed({ speed: 100 });
    const http: HttpPort = { get: async () => ({ status: 200, location: null, date: null, error: null }) };
    const done = awaitLogin(bed.context({ facts: FACTS, http, spec: { imageTags: { algaCore: 'next' } } }));
    await expect.poll(() => bed.seen.at(-1), { timeout: 10_000 }).toContain('but the tag next is wanted');
    const at = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'msp', name: 'alga-core-sebastian' };
    const containers = [{ name: 'main', image: 'ghcr.io/nine-minds/alga-psa-ee:next' }];
    await cluster.patch(at, { spec: { template: { spec: { containers } } } }, signal);
    const { rolledOut } = players(server.kubeconfig);
    const changed = await cluster.get(at, signal);
    if (changed) await rolledOut(changed);
    expect(await done).toMatchObject({ did: 'acted' });
  });
});

describe('background', () => {
  test('ends when all services are ready', async () => {
    const { bed } = await readyBed();
    expect(await awaitBackground(bed.context({ facts: FACTS }))).toEqual({
      did: 'acted',
      detail: 'All background services are ready',
    });
  });

  test('ends as degraded when only a person can bring the rest up, and not before that has stood for a minute', async () => {
    const { bed, appliance } = await readyBed({ speed: 60 });
    await appliance.set('workflow-worker', false);
    await appliance.pod('workflow-worker', imageMissing());
    const context = bed.context({ facts: FACTS });
    const begun = context.ports.clock.now().getTime();
    expect(await awaitBackground(context)).toMatchObject({
      did: 'degraded',
      detail: 'Not ready: Workflow worker. People can log in.',
      warnings: [{ code: 'image-tag-missing', component: 'workflow-worker', severity: 'warning' }],
    });
    expect(context.ports.clock.now().getTime() - begun).toBeGreaterThanOrEqual(60_000);
    await appliance.noPods();
  });

  test('waits for a pull that goes on, although the pod before it still cannot start', async () => {
    const { bed, appliance } = await readyBed({ speed: 60 });
    await appliance.set('workflow-worker', false);
    await appliance.pod('workflow-worker', imageMissing());
    // A person has given another tag; the old pod stays until the new one is Ready.
    const pod = await appliance.pod('workflow-worker', waiting('ContainerCreating'));
    await cluster.create(pulling(pod), signal);
    const context = bed.context({ facts: FACTS });
    const begun = context.ports.clock.now().getTime();
    let ended = false;
    const done = awaitBackground(context).finally(() => (ended = true));
    const passed = (): number => context.ports.clock.now().getTime() - begun;
    await expect.poll(passed, { timeout: 10_000 }).toBeGreaterThan(3 * 60_000);
    expect(ended).toBe(false);
    await appliance.noPods();
    await appliance.set('workflow-worker', true);
    expect(await done).toMatchObject({ did: 'acted' });
  });
});

/** A bed whose appliance is ready in every part, so that a test takes away what it is about. */
async function readyBed({ speed = 20 } = {}): Promise<{ bed: TestBed; appliance: PlayedAppliance }> {
  const bed = await testBed(server.kubeconfig, speed);
  const appliance = await playedAppliance(cluster, players(server.kubeconfig));
  await appliance.noPods();
  await appliance.revision(REVISION);
  for (const name of [...CORE, 'alga-core', ...BACKGROUND]) await appliance.set(name, true);
  return { bed, appliance };
}
