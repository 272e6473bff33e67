import { PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import { describe, expect, test, vi } from 'vitest';
import { applianceOf } from './appliance.ts';
import type { Bench } from './bench.ts';
import { dataIdOf } from './data-id.ts';
import { clusterOf } from './cluster.ts';

const NAMESPACE = 'msp';
const HOLD = 'test.local/hold';

/** What a person deletes by hand, and what a wipe has deleted that was cancelled, on the real controllers. */
export function describeDrift(given: () => Bench): void {
  describe('workloads that are deleted', () => {
    test('by hand: the release that lost them is named, and makes them again when Flux next looks; data is kept', async () => {
      const bench = given();
      const { apps, kept, reconcile } = clusterOf(bench);
      const before = await kept();
      await apps.deleteNamespacedDeployment({ namespace: NAMESPACE, name: 'email-service' });
      await apps.deleteNamespacedStatefulSet({ namespace: NAMESPACE, name: 'redis' });
      const missing = [
        { code: 'release-objects-missing', component: 'redis' },
        { code: 'release-objects-missing', component: 'email-service' },
      ] as const;
      await applianceOf(bench).blockedBy(missing, 60_000);
      for (const name of ['alga-core', 'email-service']) await reconcile('HelmRelease', 'alga-system', name);
      await applianceOf(bench).until('full health', ({ rollup }) => rollup.state === 'fully_healthy', 120_000);
      expect(await kept()).toEqual(before);
    }, 240_000);

    test('by a wipe that is cancelled: it says so, and `start --recover` brings them back with the data', async () => {
      const bench = given();
      const { apps, core, kept } = clusterOf(bench);
      const before = await kept();
      // The wipe waits for every pod to be gone before it deletes data: this one stays until it is let go.
      const hold = async (finalizers: string[]): Promise<void> => {
        const body = { metadata: { finalizers } };
        const options = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);
        await core.patchNamespacedPod({ namespace: NAMESPACE, name: 'redis-0', body }, options);
      };
      await hold([HOLD]);
      const start = await bench.run([
        'start',
        '--fresh',
        '--destroy',
        await dataIdOf(bench),
        '--yes',
        '--detach',
        ...bench.lab.flags,
      ]);
      expect(start.exitCode, start.all).toBe(0);
      const gone = async (): Promise<boolean> =>
        (await apps.listNamespacedDeployment({ namespace: NAMESPACE })).items.length === 0;
      await vi.waitUntil(gone, { timeout: 60_000, interval: 200 });
      const cancel = await bench.run(['cancel', '--yes']);
      expect(cancel.exitCode, cancel.all).toBe(0);
      expect(cancel.all).toContain('The wipe of the earlier appliance had started');
      await hold([]);
      const recover = await bench.run(['start', '--recover']);
      expect(recover.exitCode, recover.all).toBe(0);
      await applianceOf(bench).until('full health', ({ rollup }) => rollup.state === 'fully_healthy', 60_000);
      expect(await kept()).toEqual(before);
    }, 400_000);
  });
}
