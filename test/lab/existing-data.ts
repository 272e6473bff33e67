import { copyFile, mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { PatchStrategy } from '@kubernetes/client-node';
import { describe, expect, test, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { applianceOf } from './appliance.ts';
import { SITE } from './bench.ts';
import { dataIdOf } from './data-id.ts';
import type { Bench } from './bench.ts';
import { FLUX_KINDS, clusterOf } from './cluster.ts';
import type { LabCluster } from './cluster.ts';
import { MAIL_PASSWORD, mailPassword } from './mail-password.ts';
import { expectMailPassword } from './restart.ts';
import { CLEAR_LINE, ENTER, openTerminal } from './terminal.ts';

const VALUES = { namespace: 'alga-system', name: 'appliance-values-alga-core' };
const SECRET = { namespace: 'msp', name: 'db-credentials' };

async function suspend({ objects }: LabCluster, isSuspended: boolean): Promise<void> {
  const metadata = { namespace: 'alga-system', name: 'alga-core' };
  const body = { apiVersion: FLUX_KINDS.HelmRelease, kind: 'HelmRelease', metadata, spec: { suspend: isSuspended } };
  await objects.patch(body, undefined, undefined, undefined, undefined, PatchStrategy.MergePatch);
}

/** What is asked of an appliance that holds data, by mistake or on purpose. */
export function describeExistingData(given: () => Bench): void {
  describe('data that is there', () => {
    test('is not wiped by `start --fresh` in a pipe: it says what would be wiped, and how to keep it', async () => {
      const bench = given();
      const before = await clusterOf(bench).kept();
      const dataId = await dataIdOf(bench);
      for (const agreed of [[], ['--yes'], ['--yes', '--destroy', 'data-of-another']]) {
        const start = await bench.run(['start', '--fresh', ...agreed, ...bench.lab.flags]);
        expect(start.exitCode, start.all).toBe(2);
        expect(start.stderr).toContain(dataId);
        expect(start.stderr).toContain(agreed.length < 2 ? `start --fresh --destroy ${dataId}` : 'Nothing was touched');
      }
      expect(await clusterOf(bench).kept()).toEqual(before);
    }, 60_000);

    test('is refused by the database setup of another fresh install; `start --recover` goes on with it', async () => {
      const bench = given();
      const cluster = clusterOf(bench);
      const before = await cluster.kept();
      await orderFresh(bench);
      const wanted = { code: 'bootstrap-existing-data', tier: 'bootstrap', loginBlocking: true } as const;
      const [blocker] = await applianceOf(bench).blockedBy([wanted], 120_000);
      expect(blocker?.nextAction).toContain('start --recover');
      expect(await cluster.kept()).toEqual(before);
      const recover = await bench.run(['start', '--recover']);
      expect(recover.exitCode, recover.all).toBe(0);
      expect(await cluster.kept()).toEqual(before);
      expect(await mailPassword(bench)).toBe(MAIL_PASSWORD);
      await expectMailPassword(bench);
      const { effects } = await bench.lab.machine.control.state();
      expect(effects).toMatchObject({ bootstrap: 1, install: 1 });
    }, 400_000);

    test('is kept, and nothing is touched, when its credentials are lost: told in words; they come back, and it goes on', async () => {
      const bench = given();
      const cluster = clusterOf(bench);
      const before = await cluster.kept();
      const pods = await podsOf(bench);
      // Flux would bring it back with its next look.
      await suspend(cluster, true);
      await cluster.core.deleteNamespacedSecret(SECRET);
      const recover = await bench.run(['start', '--recover']);
      expect(recover.exitCode, recover.all).toBe(3);
      expect(recover.all).toContain('credentials-lost');
      expect(recover.all).toContain('New credentials would not open the existing data');
      expect(recover.all).toContain('nothing was touched');
      expect(await podsOf(bench)).toEqual(pods);
      const { items } = await cluster.core.listNamespacedSecret({ namespace: SECRET.namespace });
      expect(items.map((secret) => secret.metadata?.name)).not.toContain(SECRET.name);
      await suspend(cluster, false);
      await vi.waitUntil(
        async () => {
          const now = await cluster.core.listNamespacedSecret({ namespace: SECRET.namespace });
          return now.items.some((secret) => secret.metadata?.name === SECRET.name);
        },
        { timeout: 60_000, interval: 200 },
      );
      const again = await bench.run(['preflight', '--recover']);
      expect(again.exitCode, again.all).toBe(0);
      expect(await cluster.kept()).toEqual(before);
    }, 300_000);

    test('is not wiped by another operator, whose folder has copied keys and no record of this cluster', async () => {
      const bench = given();
      const before = await clusterOf(bench).kept();
      const home = path.join(bench.home, 'another');
      await mkdir(path.join(home, SITE), { recursive: true, mode: 0o700 });
      for (const key of ['talosconfig', 'kubeconfig'])
        await copyFile(path.join(bench.home, SITE, key), path.join(home, SITE, key));
      const another: Bench = { ...bench, home, run: (words, options) => bench.run(words, { ...options, home }) };
      const start = await another.run([
        'start',
        '--fresh',
        '--destroy',
        await dataIdOf(bench),
        '--detach',
        ...bench.lab.flags,
      ]);
      expect(start.exitCode, start.all).toBe(0);
      const [blocker] = await applianceOf(another).blockedBy([{ code: 'foreign-cluster' }], 90_000);
      expect(blocker?.reason).toContain('it cannot be proven');
      expect(blocker?.nextAction).toContain('start --recover');
      expect((await another.run(['cancel', '--yes'])).exitCode).toBe(0);
      expect((await another.run(['worker', 'stop'])).exitCode).toBe(0);
      expect(await clusterOf(bench).kept()).toEqual(before);
    }, 180_000);

    test('is given up by its site typed by name, and by no other: wiped once, and installed anew on the same machine', async () => {
      const bench = given();
      const before = await clusterOf(bench).kept();
      const terminal = openTerminal(bench, [
        'start',
        '--fresh',
        ...bench.lab.flags.filter((flag) => /^--(?:company|admin)/.test(flag)),
      ]);
      await terminal.until(`This wipes all application data of ${SITE} on ${bench.lab.record.nodeAddress}`);
      terminal.type(`labs${ENTER}`);
      await terminal.until(`type ${SITE}, or press Ctrl-C to keep the data`);
      expect(await clusterOf(bench).kept()).toEqual(before);
      terminal.type(`${CLEAR_LINE}${SITE}${ENTER}`);
      expect(await terminal.exitCode, terminal.text()).toBe(0);
      const report = await readFile(path.join(bench.home, SITE, 'install-report.json'), 'utf8');
      expect(JSON.parse(report)).toMatchObject({ mode: 'fresh', wipe: 'wiped', usersCount: 1 });
      const after = await clusterOf(bench).kept();
      expect(Object.keys(after.claims)).toEqual(Object.keys(before.claims));
      for (const [name, claim] of Object.entries(after.claims)) expect(claim).not.toBe(before.claims[name]);
      expect(after.credentials['db-credentials']).not.toEqual(before.credentials['db-credentials']);
      expect(after.rows).toBe('1|1|1');
      expect(await mailPassword(bench)).toBeNull();
      // The promotion to recover is the last thing, and Flux still takes it up.
      await applianceOf(bench).until('full health', ({ rollup }) => rollup.state === 'fully_healthy', 60_000);
      const { effects } = await bench.lab.machine.control.state();
      expect(effects).toMatchObject({ bootstrap: 1, install: 1 });
    }, 600_000);
  });
}

/** As if another install had ordered a fresh database, and had not wiped this one. */
async function orderFresh(bench: Bench): Promise<void> {
  const { core, reconcile } = clusterOf(bench);
  const map = await core.readNamespacedConfigMap(VALUES);
  const values = z.record(z.string(), z.unknown()).parse(parse(map.data?.['values.yaml'] ?? ''));
  const text = stringify({ ...values, bootstrap: { mode: 'fresh', installId: 'another-install' } });
  map.data = { 'values.yaml': text };
  await core.replaceNamespacedConfigMap({ ...VALUES, body: map });
  await reconcile('HelmRelease', 'alga-system', 'alga-core');
}

/** Every pod of the application by its uid, the setup's own aside. */
async function podsOf(bench: Bench): Promise<string[]> {
  const { items } = await clusterOf(bench).core.listNamespacedPod({ namespace: SECRET.namespace });
  return items.map(({ metadata }) => `${metadata?.name} ${metadata?.uid}`).toSorted();
}
