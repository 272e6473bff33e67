import { createHash } from 'node:crypto';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { LAB_ADMINISTRATOR } from '../../lab/lab.ts';
import { programPath } from '../../lab/parts/programs.ts';
import { applianceOf } from './appliance.ts';
import { SITE } from './bench.ts';
import type { Bench } from './bench.ts';
import { FLUX_KINDS, clusterOf } from './cluster.ts';
import type { LabCluster } from './cluster.ts';
import { MAIL_PASSWORD, mailPassword } from './mail-password.ts';

const RELEASES = ['alga-core', 'pgbouncer', 'temporal', 'workflow-worker', 'email-service', 'temporal-worker'];
const TIERS = ['alga-platform', 'alga-core', 'alga-background'];

const fluxObject = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string(),
    uid: z.string(),
    annotations: z.record(z.string(), z.string()).default({}),
  }),
  status: z
    .object({
      lastHandledReconcileAt: z.string().optional(),
      conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]),
      history: z.array(z.object({ version: z.number().optional() })).optional(),
    })
    .prefault({}),
});
type FluxObject = z.infer<typeof fluxObject>;

/** An installed appliance after everything that restarts it without being asked to change anything. */
export function describeRestarts(given: () => Bench): void {
  describe('an installed appliance', () => {
    test("keeps a tenant's mail password when its server is restarted", async () => {
      const bench = given();
      const { core } = clusterOf(bench);
      await writeMailPassword(bench);
      const server = { namespace: 'msp', labelSelector: 'app.kubernetes.io/name=alga-core-sebastian' };
      const uids = async () => (await core.listNamespacedPod(server)).items.map(({ metadata }) => metadata?.uid);
      const [old] = await uids();
      await core.deleteCollectionNamespacedPod(server);
      await expect.poll(uids, { timeout: 120_000 }).not.toContain(old);
      await applianceOf(bench).until('full health', ({ rollup }) => rollup.state === 'fully_healthy', 240_000);
      await expectMailPassword(bench);
    }, 400_000);

    test('comes up as it was after its node was rebooted, its database shut down in order', async () => {
      const bench = given();
      const cluster = clusterOf(bench);
      const before = await cluster.kept();
      const { boots } = await bench.lab.machine.control.state();
      const started = await databaseStart(cluster);
      await talosctl(bench, 'reboot', '--wait=false');
      await bench.lab.machine.control.waitFor((state) => state.boots > boots && state.kubernetesReady, 180_000);
      await expect.poll(() => databaseStart(cluster).catch(() => started), { timeout: 120_000 }).not.toBe(started);
      await applianceOf(bench).until('full health', ({ rollup }) => rollup.state === 'fully_healthy', 240_000);
      expect(await cluster.kept()).toEqual(before);
      expect(await mailPassword(bench)).toBe(MAIL_PASSWORD);
      await expectMailPassword(bench);
      const log = await cluster.core.readNamespacedPodLog({ namespace: 'msp', name: 'db-0', container: 'postgres' });
      expect(log).toContain('database system was shut down at');
      expect(log).not.toContain('not properly shut down');
    }, 600_000);

    test('stays as it is when Flux reconciles everything again', async () => {
      const cluster = clusterOf(given());
      const before = await cluster.kept();
      const releases = await fluxObjects(cluster, 'HelmRelease');
      await cluster.reconcile('GitRepository', 'flux-system', 'alga-appliance');
      await reconcileTiers(cluster);
      for (const name of RELEASES) await cluster.reconcile('HelmRelease', 'alga-system', name);
      await untilSettled(cluster, 'HelmRelease');
      expect((await fluxObjects(cluster, 'HelmRelease')).map(versionOf)).toEqual(releases.map(versionOf));
      expect(await cluster.kept()).toEqual(before);
    }, 240_000);

    test('keeps credentials, volumes and rows when its HelmReleases are deleted and made again', async () => {
      const bench = given();
      const cluster = clusterOf(bench);
      const before = await cluster.kept();
      const old = await fluxObjects(cluster, 'HelmRelease');
      for (const name of RELEASES) await cluster.remove('HelmRelease', 'alga-system', name);
      const left = async (): Promise<string[]> => {
        const names = (await fluxObjects(cluster, 'HelmRelease')).map(({ metadata }) => metadata.name);
        return names.filter((name) => RELEASES.includes(name));
      };
      await expect.poll(left, { timeout: 180_000, interval: 1_000 }).toEqual([]);
      await reconcileTiers(cluster);
      const madeAgain = async (): Promise<number> => {
        const now = await fluxObjects(cluster, 'HelmRelease');
        return now.filter((one) => !old.some(({ metadata }) => metadata.uid === one.metadata.uid)).length;
      };
      await expect.poll(madeAgain, { timeout: 240_000, interval: 1_000 }).toBe(RELEASES.length);
      await applianceOf(bench).until('full health', ({ rollup }) => rollup.state === 'fully_healthy', 400_000);
      expect(await cluster.kept()).toEqual(before);
      expect(await mailPassword(bench)).toBe(MAIL_PASSWORD);
      await expectMailPassword(bench);
      const log = await bench.run(['logs', 'bootstrap']);
      expect(log.stdout).toContain('seeds already present, skipping (users: 1)');
    }, 900_000);
  });
}

const MAILBOX = { mailbox: 'help', mailPassword: 'canary0mail0password' };

/** The server writes it among the secrets of the administrator's tenant. */
async function writeMailPassword(bench: Bench): Promise<void> {
  const url = `http://${bench.lab.record.nodeAddress}:3000/api/stand-in/mail-password`;
  const body = JSON.stringify({ ...LAB_ADMINISTRATOR, ...MAILBOX });
  expect((await fetch(url, { method: 'POST', body })).status).toBe(200);
}

/** Email-service reads what the server wrote. */
export async function expectMailPassword(bench: Bench): Promise<void> {
  const sha256 = createHash('sha256').update(MAILBOX.mailPassword).digest('hex');
  const answer = await clusterOf(bench).ask(
    'email-service',
    8080,
    `/stand-in/mail-password?mailbox=${MAILBOX.mailbox}`,
  );
  expect(answer).toMatchObject({ passwords: [{ readable: true, sha256 }] });
}

async function talosctl(bench: Bench, ...words: readonly string[]): Promise<void> {
  const talosconfig = path.join(bench.home, SITE, 'talosconfig');
  await execa(await programPath('talosctl'), ['--talosconfig', talosconfig, ...words], { timeout: 60_000 });
}

/** One after the other: a tier that meets an unready one before it looks again only after half a minute. */
async function reconcileTiers(cluster: LabCluster): Promise<void> {
  for (const name of TIERS) {
    await cluster.reconcile('Kustomization', 'flux-system', name);
    await untilSettled(cluster, 'Kustomization');
  }
}

async function untilSettled(cluster: LabCluster, kind: keyof typeof FLUX_KINDS): Promise<void> {
  const open = async (): Promise<string[]> =>
    (await fluxObjects(cluster, kind)).filter((one) => !isSettled(one)).map(({ metadata }) => metadata.name);
  await expect.poll(open, { timeout: 300_000, interval: 1_000 }).toEqual([]);
}

async function databaseStart({ core }: LabCluster): Promise<string | undefined> {
  const pod = await core.readNamespacedPod({ namespace: 'msp', name: 'db-0' });
  return pod.status?.containerStatuses?.[0]?.state?.running?.startedAt?.toISOString();
}

async function fluxObjects({ objects }: LabCluster, kind: keyof typeof FLUX_KINDS): Promise<FluxObject[]> {
  const { items } = await objects.list(FLUX_KINDS[kind], kind);
  return items.map((item) => fluxObject.parse(item));
}

function isSettled({ metadata, status }: FluxObject): boolean {
  const asked = metadata.annotations['reconcile.fluxcd.io/requestedAt'];
  const isReady = status.conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True');
  return isReady && (asked === undefined || asked === status.lastHandledReconcileAt);
}

function versionOf({ metadata, status }: FluxObject): string {
  return `${metadata.name} ${status.history?.[0]?.version}`;
}
