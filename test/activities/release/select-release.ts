import { stat } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ref } from '../../../kubernetes/addresses.ts';
import { kubernetesPort } from '../../../activities/adapters/kubernetes.ts';
import { selectRelease } from '../../../activities/phases/release/select-release.ts';
import type { Cluster } from '../../../activities/ports/kubernetes.ts';
import { configValue, plainNamespace, signal, versionsOf } from '../support/objects.ts';
import { testBed } from '../support/test-bed.ts';
import { server } from './server.ts';

const SELECTION = ref.configMap('alga-system', 'appliance-release-selection');
const CORE = ref.configMap('alga-system', 'appliance-values-alga-core');

let cluster: Cluster;
beforeAll(async () => {
  cluster = await kubernetesPort().connect(server.kubeconfig);
  await cluster.apply(plainNamespace('alga-system'), signal);
});

describe('the release', () => {
  test('is written where Flux finds it, with copies for people, and a second run changes nothing', async () => {
    const bed = await testBed(server.kubeconfig);
    const spec = { channel: 'stable', imageTags: { workflowWorker: 'hotfix-1' } } as const;
    expect(await selectRelease(bed.context({ spec }))).toMatchObject({ did: 'acted' });
    expect(await cluster.get(SELECTION, signal)).toMatchObject({
      data: {
        releaseVersion: '1.0-rc5',
        selectedChannel: 'stable',
        appVersion: '1.0-rc5',
        releaseBranch: 'release/1.0-rc5',
        algaCoreTag: '94446747',
        workflowWorkerTag: 'hotfix-1',
        emailServiceTag: '61e4a00e',
        temporalWorkerTag: '61e4a00e',
      },
    });
    expect(await valuesIn('alga-core')).toEqual({
      images: { server: { repository: 'ghcr.io/nine-minds/alga-psa-ee', tag: '94446747', digest: '' } },
      site: { appUrl: 'http://192.0.2.10:3000' },
      bootstrap: {
        mode: 'fresh',
        installId: 'install-1',
        seedsDir: '/app/ee/server/seeds/onboarding',
      },
    });
    // Lesson 21: a tag of digits stays a string.
    expect(await configValue(cluster, CORE, 'values.yaml')).toMatch(/tag: "94446747"/);
    expect(await valuesIn('workflow-worker')).toMatchObject({ images: { worker: { tag: 'hotfix-1' } } });
    expect((await cluster.get(CORE, signal))?.metadata.labels).toEqual({ 'reconcile.fluxcd.io/watch': 'Enabled' });
    expect(await bed.folder.read('values/alga-core.yaml')).toBe(await configValue(cluster, CORE, 'values.yaml'));
    expect((await stat(bed.folder.path('values/alga-core.yaml'))).mode & 0o777).toBe(0o600);

    const before = await versionsOf(cluster, ['v1', 'ConfigMap']);
    expect(await selectRelease(bed.context({ spec }))).toMatchObject({ did: 'nothing-to-do' });
    expect(await versionsOf(cluster, ['v1', 'ConfigMap'])).toEqual(before);
  });

  test('a changed tag reaches the values of that service alone', async () => {
    const bed = await testBed(server.kubeconfig);
    await selectRelease(bed.context());
    const before = await versionsOf(cluster, ['v1', 'ConfigMap']);
    await selectRelease(bed.context({ spec: { imageTags: { emailService: 'next' } } }));
    const after = await versionsOf(cluster, ['v1', 'ConfigMap']);
    expect(after.filter((line) => !before.includes(line)).map((line) => line.split(' ')[1])).toEqual([
      'appliance-release-selection',
      'appliance-values-email-service',
    ]);
  });

  test('the database setup is told one id for all runs of an install, and another for the next', async () => {
    const bed = await testBed(server.kubeconfig);
    await selectRelease(bed.context({ facts: { installId: 'first' } }));
    await selectRelease(bed.context({ facts: { installId: 'second' } }));
    expect(await valuesIn('alga-core')).toMatchObject({ bootstrap: { mode: 'fresh', installId: 'second' } });
    // To recover is no new setup: the id stays, and with it the Job's inputs.
    await selectRelease(bed.context({ spec: { mode: 'recover' }, facts: { installId: 'third' } }));
    expect(await valuesIn('alga-core')).toMatchObject({ bootstrap: { mode: 'recover', installId: 'second' } });
  });

  test('an install that is promoted is never fresh again', async () => {
    const bed = await testBed(server.kubeconfig);
    await selectRelease(bed.context({ facts: { installId: 'first', promoted: true } }));
    expect(await valuesIn('alga-core')).toMatchObject({ bootstrap: { mode: 'recover' } });
  });
});

async function valuesIn(release: string): Promise<unknown> {
  return parse(
    (await configValue(cluster, ref.configMap('alga-system', `appliance-values-${release}`), 'values.yaml')) ?? '',
  );
}
