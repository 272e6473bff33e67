import { stat } from 'node:fs/promises';
import { beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ref, refOf } from '../../../kubernetes/addresses.ts';
import { kubernetesPort } from '../../../activities/adapters/kubernetes.ts';
import { finishInstall } from '../../../activities/phases/finish.ts';
import { createSecrets } from '../../../activities/phases/identity/create-secrets.ts';
import { selectRelease } from '../../../activities/phases/release/select-release.ts';
import type { Cluster } from '../../../activities/ports/kubernetes.ts';
import type { PhaseProgress } from '../../../model/progress.ts';
import { siteRecord } from '../../../model/site.ts';
import { boundClaim, recordThisCluster } from '../storage/appliance.ts';
import { Killed, meddler } from '../support/meddler.ts';
import { configValue, plainNamespace, secretValue, signal, versionsOf } from '../support/objects.ts';
import { realCluster } from '../support/real-cluster.ts';
import { testBed } from '../support/test-bed.ts';

const server = realCluster(false);
const CORE = ref.configMap('alga-system', 'appliance-values-alga-core');
const FACTS = {
  installId: 'install-1',
  startedAt: '2026-05-01T12:00:00.000Z',
  loginReadyAt: '2026-05-01T12:40:00.000Z',
  gitRevision: 'release/1.0-rc5@sha1:aaa',
  usersCount: 1,
  wipe: 'wiped',
} as const;

/** The report is written while its own phase runs: that one has no end yet. */
const PHASES: PhaseProgress[] = [
  {
    id: 'preflight',
    title: 'Preflight',
    tier: 'platform',
    state: 'done',
    since: '2026-05-01T12:00:00.000Z',
    finishedAt: '2026-05-01T12:00:20.000Z',
    detail: '',
  },
  {
    id: 'finish',
    title: 'Report',
    tier: 'background',
    state: 'running',
    since: '2026-05-01T12:50:00.000Z',
    finishedAt: null,
    detail: '',
  },
];

let cluster: Cluster;
beforeAll(async () => {
  cluster = await kubernetesPort().connect(server.kubeconfig);
  for (const name of ['alga-system', 'appliance-system', 'msp']) await cluster.apply(plainNamespace(name), signal);
});

test('the mode becomes recover, the report is written without a secret, and a second run changes nothing', async () => {
  const bed = await testBed(server.kubeconfig);
  await recordThisCluster(bed);
  await createSecrets(bed.context());
  await selectRelease(bed.context({ facts: FACTS }));
  const [old, own] = await Promise.all([boundClaim(cluster, { name: 'old' }), boundClaim(cluster, { name: 'own' })]);
  const noted = (id: string) => ({ metadata: { annotations: { 'appliance.alga-psa/install-id': id } } });
  const outcome = await finishInstall(
    bed.context({ facts: FACTS, phases: PHASES, spec: { imageTags: { emailService: 'hotfix' } } }),
  );
  expect(outcome).toMatchObject({
    did: 'acted',
    facts: { promoted: true, reportFile: bed.folder.path('install-report.json'), dataId: 'install-1' },
  });
  expect(parse((await configValue(cluster, CORE, 'values.yaml')) ?? '')).toMatchObject({
    bootstrap: { mode: 'recover', installId: 'install-1' },
  });

  // Who destroys the data later names the install that made it. What is noted once stays, whoever keeps the data.
  for (const { claim } of [old, own]) expect(await cluster.get(refOf(claim), signal)).toMatchObject(noted('install-1'));
  await cluster.patch(refOf(own.claim), { metadata: { annotations: null } }, signal);
  await finishInstall(bed.context({ facts: { ...FACTS, installId: 'install-2' }, phases: PHASES }));
  for (const { claim } of [old, own]) expect(await cluster.get(refOf(claim), signal)).toMatchObject(noted('install-1'));
  await finishInstall(bed.context({ facts: FACTS, phases: PHASES, spec: { imageTags: { emailService: 'hotfix' } } }));

  const text = (await bed.folder.read('install-report.json')) ?? '';
  expect(JSON.parse(text)).toMatchObject({
    liveValidated: { notValidated: expect.arrayContaining(['a real Talos machine']) },
    kind: 'InstallReport',
    installId: 'install-1',
    mode: 'fresh',
    wipe: 'wiped',
    release: {
      version: '1.0-rc5',
      branch: 'release/1.0-rc5',
      revision: 'release/1.0-rc5@sha1:aaa',
      imageTags: { algaCore: '94446747', emailService: 'hotfix' },
    },
    urls: { statusUrl: 'http://192.0.2.10:8080/', loginUrl: 'http://192.0.2.10:3000' },
    timings: {
      startedAt: FACTS.startedAt,
      loginReadyAt: FACTS.loginReadyAt,
      secondsToLogin: 2400,
      phases: [
        {
          id: 'preflight',
          title: 'Preflight',
          state: 'done',
          startedAt: '2026-05-01T12:00:00.000Z',
          endedAt: '2026-05-01T12:00:20.000Z',
          seconds: 20,
        },
      ],
    },
    usersCount: 1,
  });
  expect((await stat(bed.folder.path('install-report.json'))).mode & 0o777).toBe(0o600);
  for (const [at, key] of [
    [ref.secret('appliance-system', 'appliance-status-auth'), 'token'],
    [ref.secret('msp', 'alga-psa-shared'), 'ALGA_AUTH_KEY'],
  ] as const) {
    const value = await secretValue(cluster, at, key);
    expect(value).toMatch(/^.{43}$/);
    expect(text).not.toContain(value);
  }
  // The consent to wipe was for this install; whoever starts the next one gives it anew.
  const record = siteRecord.parse(JSON.parse((await bed.folder.read('site.json')) ?? ''));
  expect(record.spec).toMatchObject({ mode: 'recover', wipeConfirmed: false });
  expect(record.cluster).not.toBeNull();

  const before = await versionsOf(cluster, ['v1', 'ConfigMap'], ['v1', 'Secret']);
  const again = await finishInstall(bed.context({ facts: FACTS, spec: { imageTags: { emailService: 'hotfix' } } }));
  expect(again).toMatchObject({ did: 'nothing-to-do' });
  expect(await versionsOf(cluster, ['v1', 'ConfigMap'], ['v1', 'Secret'])).toEqual(before);
  expect(await bed.folder.read('install-report.json')).toBe(text);
  // The next install has a report of its own.
  await finishInstall(bed.context({ facts: { ...FACTS, installId: 'install-2' } }));
  expect(JSON.parse((await bed.folder.read('install-report.json')) ?? '')).toMatchObject({ installId: 'install-2' });
});

test('steps that run again after it, with other inputs, keep the mode and the id, whatever the workflow knows', async () => {
  const bed = await testBed(server.kubeconfig);
  await recordThisCluster(bed);
  await selectRelease(bed.context({ facts: FACTS }));
  await finishInstall(bed.context({ facts: FACTS, phases: PHASES }));
  const spec = { imageTags: { algaCore: 'hotfix' } };
  await selectRelease(bed.context({ facts: FACTS, spec }));
  expect(parse((await configValue(cluster, CORE, 'values.yaml')) ?? '')).toMatchObject({
    images: { server: { tag: 'hotfix' } },
    bootstrap: { mode: 'recover', installId: 'install-1' },
  });
  // The report says what is installed by now.
  expect(await finishInstall(bed.context({ facts: FACTS, phases: PHASES, spec }))).toMatchObject({ did: 'acted' });
  expect(JSON.parse((await bed.folder.read('install-report.json')) ?? '')).toMatchObject({
    release: { imageTags: { algaCore: 'hotfix' } },
  });
  // The next install that begins afresh is another one.
  await selectRelease(bed.context({ facts: { ...FACTS, installId: 'install-3' } }));
  expect(parse((await configValue(cluster, CORE, 'values.yaml')) ?? '')).toMatchObject({
    bootstrap: { mode: 'fresh', installId: 'install-3' },
  });
});

test('killed after the promotion, it ends what it began', async () => {
  const bed = await testBed(server.kubeconfig);
  await recordThisCluster(bed);
  await selectRelease(bed.context({ facts: FACTS }));
  const { cluster: killed } = meddler(cluster, {
    after: async (write) => {
      if (write === `apply ConfigMap ${CORE.name}`) throw new Killed(write);
    },
  });
  await expect(finishInstall(bed.context({ facts: FACTS, cluster: killed }))).rejects.toThrow(Killed);
  const report = await bed.folder.read('install-report.json');
  expect(JSON.parse(report ?? '')).toMatchObject({ kind: 'InstallReport' });
  expect(JSON.parse((await bed.folder.read('site.json')) ?? '')).toMatchObject({ spec: { mode: 'fresh' } });
  await finishInstall(bed.context({ facts: FACTS }));
  expect(await bed.folder.read('install-report.json')).toBe(report);
  expect(JSON.parse((await bed.folder.read('site.json')) ?? '')).toMatchObject({ spec: { mode: 'recover' } });
});
