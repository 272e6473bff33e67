import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ref, refOf } from '../../../kubernetes/addresses.ts';
import { Blocked } from '../../../activities/blocked.ts';
import { keepAfterCancelledWipe } from '../../../activities/phases/storage/cancelled-wipe.ts';
import { wipeApplicationData } from '../../../activities/phases/storage/wipe-application-data.ts';
import { readMarker, writeMarker } from '../../../activities/phases/storage/wipe-marker.ts';
import { kubernetesPort } from '../../../activities/adapters/kubernetes.ts';
import type { Cluster } from '../../../activities/ports/kubernetes.ts';
import type { Blocker } from '../../../model/blocker.ts';
import { giveConsent, useConsent } from '../../../site-folder/consent.ts';
import { siteRecord } from '../../../model/site.ts';
import { installFluxDefinitions } from '../support/flux.ts';
import { Killed, meddler } from '../support/meddler.ts';
import { secretOf, signal, versionsOf } from '../support/objects.ts';
import { players } from '../support/players.ts';
import { realCluster } from '../support/real-cluster.ts';
import { testBed } from '../support/test-bed.ts';
import type { ContextChanges, TestBed } from '../support/test-bed.ts';
import {
  CLAIM,
  CREDENTIALS,
  OTHER_SECRET,
  TALOS_CA,
  boundClaim,
  consentTo,
  clearAppliance,
  oldAppliance,
  recordCluster,
  recordThisCluster,
  startedPod,
  workload,
} from './appliance.ts';
import { needs } from '../../support/needs.ts';

needs('kube-controller-manager');

const server = realCluster(true);
const SUSPENDABLE: [string, string][] = [['kustomize.toolkit.fluxcd.io/v1', 'Kustomization']];
const EVERYTHING: [string, string][] = [
  ...SUSPENDABLE,
  ['helm.toolkit.fluxcd.io/v2', 'HelmRelease'],
  ['v1', 'PersistentVolumeClaim'],
  ['v1', 'PersistentVolume'],
  ['v1', 'Secret'],
  ['v1', 'ConfigMap'],
  ['batch/v1', 'Job'],
  ['apps/v1', 'StatefulSet'],
];

beforeAll(async () => {
  const cluster = await kubernetesPort().connect(server.kubeconfig);
  await installFluxDefinitions(cluster);
  await cluster.reader.close();
}, 180_000);

describe('a wipe that must not be', () => {
  test('there is nothing: it is said, and nothing is done, without any consent', async () => {
    const bed = await wipeBed();
    const before = await versionsOf(bed.cluster, ...EVERYTHING);
    expect(await wipeApplicationData(bed.context())).toEqual({
      did: 'nothing-to-do',
      detail: 'No application data found: nothing to wipe',
      facts: { wipe: 'nothing-to-wipe' },
    });
    expect(await versionsOf(bed.cluster, ...EVERYTHING)).toEqual(before);
  });

  test('there is nothing, and nothing on record: from then on the cluster is on record', async () => {
    const bed = await wipeBed();
    await recordCluster(bed, null);
    expect(await wipeApplicationData(bed.context())).toMatchObject({ facts: { wipe: 'nothing-to-wipe' } });
    const uid = (await bed.cluster.get(ref.namespace('kube-system'), signal))?.metadata.uid;
    const record = siteRecord.parse(JSON.parse((await bed.folder.read('site.json')) ?? ''));
    expect(record.cluster?.kubeSystemUid).toBe(uid);
  });

  describe('there is data', () => {
    beforeAll(async () => {
      const cluster = await kubernetesPort().connect(server.kubeconfig);
      await oldAppliance(cluster);
      await cluster.reader.close();
    });

    test('and nobody has agreed, to none or to other data, whatever the inputs say: nothing is touched', async () => {
      const bed = await wipeBed();
      const id = await consentTo(bed);
      await useConsent(bed.folder);
      for (const agree of [async () => {}, () => giveConsent(bed.folder, 'data-000000000000', new Date())]) {
        await agree();
        for (const wipeConfirmed of [false, true])
          expect(await refusal(bed, { spec: { wipeConfirmed } })).toMatchObject({
            code: 'confirmation-needed',
            reason: expect.stringContaining(CLAIM),
            nextAction: expect.stringContaining(`start --fresh --destroy ${id} --site`),
            changed: [],
          });
      }
      expect(bed.reports).toContainEqual({ facts: { dataId: id } });
    });

    test.each([
      ['it is another cluster', { kubeSystemUid: 'x', talosCaFingerprint: null }, 'has x'],
      ['nothing is on record about the cluster', null, 'it cannot be proven'],
    ] as const)('and %s: nothing is touched', async (_, recorded, words) => {
      const bed = await wipeBed();
      await consentTo(bed);
      await recordCluster(bed, recorded);
      expect(await refusal(bed, {})).toMatchObject({
        code: 'foreign-cluster',
        reason: expect.stringContaining(words),
        changed: [],
      });
    });

    test('and the Talos authority is another one: nothing is touched', async () => {
      const bed = await wipeBed();
      const uid = (await bed.cluster.get(ref.namespace('kube-system'), signal))?.metadata.uid ?? '';
      await recordCluster(bed, { kubeSystemUid: uid, talosCaFingerprint: TALOS_CA });
      const spec = { existingCluster: { kubeconfig: server.kubeconfig, talosconfig: bed.folder.path('talosconfig') } };
      const talos = { caFingerprint: async () => 'ff:ff' };
      expect(await refusal(bed, { spec, talos })).toMatchObject({
        code: 'foreign-cluster',
        reason: expect.stringContaining('belongs to the Talos authority ff:ff'),
        changed: [],
      });
    });

    test.each(['/', '/var/mnt/alga-data', '/var/mnt/alga-data/local-path-provisioner', '/srv/other'])(
      'and a volume lies at %s: nothing is touched',
      async (path) => {
        const bed = await wipeBed();
        const odd = await boundClaim(bed.cluster, { name: `odd-${path.length}`, path });
        await consentTo(bed);
        expect(await refusal(bed, {})).toMatchObject({
          code: 'input-invalid',
          reason: expect.stringContaining('Nothing was wiped'),
          changed: [],
        });
        for (const object of [odd.claim, odd.volume]) {
          await bed.cluster.patch(refOf(object), { metadata: { finalizers: null } }, signal);
          await bed.cluster.delete(refOf(object), {}, signal);
          // Kubernetes may have protected it again meanwhile, and lets go of it when it likes: not during the next test.
          await expect.poll(() => bed.cluster.get(refOf(object), signal)).toBeNull();
        }
      },
    );
  });
});

describe('a wipe', () => {
  beforeEach(async () => {
    const cluster = await kubernetesPort().connect(server.kubeconfig);
    await clearAppliance(cluster);
    await cluster.reader.close();
  }, 60_000);

  test('cancelled before its end: data is kept while the claim is the old one, refused once it is gone; a fresh one ends it', async () => {
    const bed = await wipeBed();
    await oldAppliance(bed.cluster);
    const claim = await bed.cluster.get(ref.claim('msp', CLAIM), signal);
    if (!claim?.metadata.uid) throw new Error('the old appliance has no database');
    const claims = [{ ...refOf(claim), uid: claim.metadata.uid }];
    const plan = { workloads: [], claims, volumes: [], folders: [], credentials: [], releases: [] };
    await writeMarker(bed.cluster, { installId: 'an-earlier-one', state: 'wiping', plan }, null, signal);

    const keep = () => keepAfterCancelledWipe(bed.context({ spec: { mode: 'recover' } }), bed.cluster);
    await keep();
    await bed.cluster.delete(ref.claim('msp', CLAIM), {}, signal);
    await expect.poll(() => bed.cluster.get(ref.claim('msp', CLAIM), signal)).toBeNull();
    await expect(keep()).rejects.toMatchObject({
      blockers: [{ code: 'input-invalid', nextAction: expect.stringContaining('start --fresh') as unknown }],
    });

    // Another one begins, and is cancelled before it has a plan: what the first has taken is not forgotten.
    await consentTo(bed);
    const { cluster } = meddler(bed.cluster, {
      after: async (write) => {
        if (write === 'patch ConfigMap appliance-wipe') throw new Killed(write);
      },
    });
    await expect(wipeApplicationData(bed.context({ cluster, facts: { installId: 'a-second-one' } }))).rejects.toThrow(
      Killed,
    );
    expect((await readMarker(bed.cluster, signal))?.is.state).toBe('holding');
    await expect(keep()).rejects.toMatchObject({ blockers: [{ code: 'input-invalid' }] });

    expect(await wipeApplicationData(bed.context())).toMatchObject({ did: 'acted', facts: { wipe: 'wiped' } });
    // None of them says that the data is there.
    expect(new Set(stagesOf(bed))).toEqual(new Set(['data']));
    expect((await readMarker(bed.cluster, signal))?.is.state).toBe('finished');
    await keep();
  }, 60_000);

  test('says how far it is before it is so: what is left when it is cancelled is named truthfully', async () => {
    const bed = await wipeBed();
    await oldAppliance(bed.cluster);
    await consentTo(bed);
    const told = new Map<string, unknown>();
    const { cluster } = meddler(bed.cluster, {
      before: async (write) => {
        if (!told.has(write)) told.set(write, stagesOf(bed).at(-1));
      },
    });
    await wipeApplicationData(bed.context({ cluster }));
    expect(told.get('patch Kustomization alga-appliance')).toBe('holding');
    expect(told.get('delete StatefulSet db')).toBe('application');
    expect(told.get(`delete PersistentVolumeClaim ${CLAIM}`)).toBe('data');
    expect(stagesOf(bed)).toEqual(['holding', 'application', 'data']);
  });

  test('takes the application, its data and its credentials, nothing else, and that once an install', async () => {
    const bed = await wipeBed();
    const { data, elsewhere } = await oldAppliance(bed.cluster);
    await consentTo(bed);
    const old = await boundClaim(bed.cluster, { name: 'from-before' });
    await consentTo(bed);
    await bed.cluster.delete(ref.claim('msp', 'from-before'), {}, signal);
    const application = await bed.cluster.get(ref.deployment('msp', 'alga-core-sebastian'), signal);
    if (application) await bed.cluster.create(startedPod('migration', application), signal);
    const { cluster, writes } = meddler(bed.cluster);

    const wiping = wipeApplicationData(bed.context({ cluster }));
    // Lesson 4: nothing is wiped under a pod that has not stopped.
    await expect.poll(() => bed.seen.join('\n'), { timeout: 20_000 }).toContain('still running: migration');
    expect(writes.join('\n')).not.toContain('PersistentVolumeClaim');
    await players(server.kubeconfig).ended({ namespace: 'msp', name: 'migration' });
    expect(await wiping).toMatchObject({ did: 'acted', facts: { wipe: 'wiped' } });

    expect(await names(bed.cluster, 'v1', 'PersistentVolumeClaim')).toEqual(['of-somebody-else']);
    expect(await names(bed.cluster, 'v1', 'PersistentVolume')).toEqual([elsewhere.volume.metadata.name]);
    expect(await names(bed.cluster, 'apps/v1', 'StatefulSet')).toEqual([]);
    // The page goes on telling what happens to the application.
    expect(await names(bed.cluster, 'helm.toolkit.fluxcd.io/v2', 'HelmRelease')).toEqual(['appliance-status']);
    expect(await bed.cluster.get(CREDENTIALS, signal)).toBeNull();
    expect(await bed.cluster.get(OTHER_SECRET, signal)).not.toBeNull();
    // The node removes these very folders, old and new, and sees no other part of the machine.
    const job = jobShape.parse((await bed.cluster.list(JOBS, {}, signal))[0]);
    const [container] = job.spec.template.spec.containers;
    expect(container?.command.slice(4).toSorted()).toEqual([...data, old].map(({ folder }) => folder).toSorted());
    expect(job.spec.template.spec.volumes).toEqual([
      { name: 'data', hostPath: { path: '/var/mnt/alga-data/local-path-provisioner', type: 'DirectoryOrCreate' } },
    ]);
    // Flux is still until the source is connected; its controllers are back.
    for (const each of await bed.cluster.list(KUSTOMIZATIONS, {}, signal)) {
      expect(each).toMatchObject({ spec: { suspend: true } });
    }
    await expectControllersBack(bed);
    // Lesson 5: first everything stands still, then the data goes.
    const order = [
      'create ConfigMap appliance-wipe',
      'patch Kustomization alga-appliance',
      'patch Deployment helm-controller',
      'patch ConfigMap appliance-wipe',
      'delete StatefulSet db',
      `delete PersistentVolumeClaim ${CLAIM}`,
      'create Job appliance-wipe-',
      'delete PersistentVolume pvc-',
      'delete Secret db-credentials',
    ].map((write) => writes.findIndex((each) => each.startsWith(write)));
    expect(order).toEqual(order.toSorted((left, right) => left - right));
    expect(order).not.toContain(-1);

    // The answer was lost with the worker; the install went on by another way, and there is data again.
    await boundClaim(bed.cluster, { name: CLAIM });
    const before = await versionsOf(bed.cluster, ...EVERYTHING);
    expect(await wipeApplicationData(bed.context())).toMatchObject({ did: 'nothing-to-do', facts: { wipe: 'wiped' } });
    expect(await versionsOf(bed.cluster, ...EVERYTHING)).toEqual(before);
    // Another install, ordered and confirmed anew, wipes anew.
    const next = { installId: 'install-2' };
    // The first consent is used up, and was for what is gone.
    expect(await refusal(bed, { facts: next })).toMatchObject({ code: 'confirmation-needed', changed: [] });
    await consentTo(bed);
    expect(await wipeApplicationData(bed.context({ facts: next }))).toMatchObject({ did: 'acted' });
    expect(await names(bed.cluster, 'v1', 'PersistentVolumeClaim')).toEqual(['of-somebody-else']);
  });

  test('killed after every single write, and begun again each time, ends as if it had never been', async () => {
    const bed = await wipeBed();
    const { elsewhere } = await oldAppliance(bed.cluster);
    await consentTo(bed);
    let kills = 0;
    for (let reached = 1; ; reached += 1) {
      const { cluster } = meddler(bed.cluster, {
        after: async (write, index) => {
          if (index + 1 === reached) throw new Killed(write);
        },
      });
      try {
        await wipeApplicationData(bed.context({ cluster }));
        break;
      } catch (error) {
        if (!(error instanceof Killed)) throw error;
        kills += 1;
      }
    }
    expect(kills).toBeGreaterThan(8);
    expect(await names(bed.cluster, 'v1', 'PersistentVolume')).toEqual([elsewhere.volume.metadata.name]);
    expect(await bed.cluster.get(CREDENTIALS, signal)).toBeNull();
    expect(await wipeApplicationData(bed.context())).toMatchObject({ did: 'nothing-to-do', facts: { wipe: 'wiped' } });
    await expectControllersBack(bed);
  });

  // After a sleep an old and a new attempt overlap for seconds (docs/decisions.md, D9).
  test('attempts that fell asleep anywhere, while another one finished, harm nothing of what came after', async () => {
    const bed = await wipeBed();
    await oldAppliance(bed.cluster);
    await consentTo(bed);
    const awake = Promise.withResolvers<void>();
    const late: Promise<unknown>[] = [];
    for (const at of [
      'create ConfigMap appliance-wipe',
      'patch Kustomization alga-core',
      'delete StatefulSet db',
      `delete PersistentVolumeClaim ${CLAIM}`,
      'delete Secret db-credentials',
    ]) {
      const asleep = Promise.withResolvers<void>();
      const { cluster } = meddler(bed.cluster, {
        before: async (write) => {
          if (write !== at) return;
          asleep.resolve();
          await awake.promise;
        },
      });
      late.push(wipeApplicationData(bed.context({ cluster })).catch((error: unknown) => error));
      await asleep.promise;
    }
    await wipeApplicationData(bed.context());
    // The install has gone on since: Flux works again, and there is new data under the old names.
    for (const each of await bed.cluster.list(KUSTOMIZATIONS, {}, signal)) {
      await bed.cluster.patch(refOf(each), { spec: { suspend: false } }, signal);
    }
    await bed.cluster.create(workload('StatefulSet', 'msp', 'db'), signal);
    await bed.cluster.create(secretOf(CREDENTIALS, { DB_PASSWORD_SUPERUSER: 'new' }), signal);
    await boundClaim(bed.cluster, { name: CLAIM });
    const before = await versionsOf(bed.cluster, ...EVERYTHING);
    awake.resolve();
    for (const each of late) expect(await each).toMatchObject({ fault: 'conflict' });
    expect(await versionsOf(bed.cluster, ...EVERYTHING)).toEqual(before);
    await expectControllersBack(bed);
  });

  test('a Job that fails on the node is told, and tried again at the next look', async () => {
    const bed = await wipeBed();
    bed.jobsEnd = 'Failed';
    await oldAppliance(bed.cluster);
    await consentTo(bed);
    await expect(wipeApplicationData(bed.context())).rejects.toMatchObject({
      blockers: [{ code: 'storage-provisioner-failed', severity: 'error' }],
    });
    expect(await bed.cluster.get(CREDENTIALS, signal)).not.toBeNull();
    bed.jobsEnd = 'Succeeded';
    expect(await wipeApplicationData(bed.context())).toMatchObject({ did: 'acted' });
  });
});

const JOBS = { apiVersion: 'batch/v1', kind: 'Job' };
const KUSTOMIZATIONS = { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization' };
const jobShape = z.looseObject({
  spec: z.looseObject({
    template: z.looseObject({
      spec: z.looseObject({
        containers: z.array(z.looseObject({ command: z.array(z.string()) })),
        volumes: z.array(z.unknown()),
      }),
    }),
  }),
});

function stagesOf({ reports }: TestBed): unknown[] {
  return reports.flatMap(({ facts }) => facts?.wipeStage ?? []);
}

type WipeBed = TestBed & { jobsEnd: 'Succeeded' | 'Failed' };

/** A bed on whose node the wipe's Job runs, and ends as told. */
async function wipeBed(): Promise<WipeBed> {
  const bed: WipeBed = Object.assign(await testBed(server.kubeconfig, 10), { jobsEnd: 'Succeeded' as const });
  await recordThisCluster(bed);
  const { play, status } = players(server.kubeconfig);
  play(async () => {
    const pods = await bed.cluster.list({ apiVersion: 'v1', kind: 'Pod' }, { namespace: 'local-path-storage' }, signal);
    for (const pod of pods.filter((each) => podShape.parse(each).status.phase === 'Pending')) {
      await status(pod, { phase: bed.jobsEnd });
    }
  });
  return bed;
}

const podShape = z.object({ status: z.object({ phase: z.string() }) });

async function names(cluster: Cluster, apiVersion: string, kind: string): Promise<string[]> {
  return (await cluster.list({ apiVersion, kind }, {}, signal)).map(({ metadata }) => metadata.name).toSorted();
}

/** Gives the one blocker with which a wipe is refused, and everything that it changed all the same. */
async function refusal(bed: TestBed, changes: ContextChanges): Promise<Blocker & { changed: string[] }> {
  const before = await versionsOf(bed.cluster, ...EVERYTHING);
  const error: unknown = await wipeApplicationData(bed.context(changes)).catch((refused: unknown) => refused);
  const [only, ...others] = error instanceof Blocked ? error.blockers : [];
  if (!only || others.length > 0) throw error;
  const after = await versionsOf(bed.cluster, ...EVERYTHING);
  return {
    ...only,
    changed: after.filter((line) => !before.includes(line)).concat(before.filter((line) => !after.includes(line))),
  };
}

async function expectControllersBack({ cluster }: TestBed): Promise<void> {
  for (const name of ['kustomize-controller', 'helm-controller']) {
    expect(await cluster.get(ref.deployment('flux-system', name), signal)).toMatchObject({ spec: { replicas: 1 } });
  }
}
