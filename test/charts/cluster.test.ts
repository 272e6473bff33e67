import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { OBSERVED } from '../../observation/resources.ts';
import { done, startHelmCluster, type HelmCluster } from './helm-cluster.ts';
import { RELEASES } from './values.ts';

let cluster: HelmCluster;
beforeAll(async () => {
  cluster = await startHelmCluster();
});
afterAll(() => cluster.stop());
beforeEach(() => cluster.nextNamespace());

/** Status of a Job whose pod has ended well. */
const DONE = { startTime: new Date(), succeeded: 1, uncountedTerminatedPods: {} };

describe('a change of the bootstrap mode', () => {
  const mode = (is: string) => ['--set', `bootstrap.mode=${is}`];
  const server = async () =>
    (await cluster.apps.readNamespacedDeployment({ name: 'alga-core-sebastian', namespace: cluster.namespace }))
      .metadata?.generation;
  const nextRun = async () =>
    (
      await cluster.core.readNamespacedConfigMap({
        name: 'alga-core-sebastian-bootstrap',
        namespace: cluster.namespace,
      })
    ).data?.['mode'];

  test('makes one new Job while the old one has not done its work (fresh was refused), and leaves the server as it is', async () => {
    await done(cluster.helm('install', 'alga-core', mode('fresh')));
    const before = await server();
    const [refused] = await cluster.jobNames();
    await done(cluster.helm('upgrade', 'alga-core', mode('recover')));
    expect(await cluster.jobNames()).toEqual([expect.not.stringMatching(refused ?? '')]);
    expect(await nextRun()).toBe('recover');
    expect(await server()).toBe(before);
  });

  test('keeps a Job that has done its work: it is about the next run, which another image brings', async () => {
    await done(cluster.helm('install', 'alga-core', mode('fresh')));
    const before = await server();
    const [job] = (await cluster.batch.listNamespacedJob({ namespace: cluster.namespace })).items;
    await cluster.batch.replaceNamespacedJobStatus({
      name: job?.metadata?.name ?? '',
      namespace: cluster.namespace,
      body: { metadata: job?.metadata, spec: job?.spec, status: DONE },
    });
    for (const again of ['recover', 'recover']) {
      await done(cluster.helm('upgrade', 'alga-core', mode(again)));
      const jobs = (await cluster.batch.listNamespacedJob({ namespace: cluster.namespace })).items;
      expect(jobs.map(({ metadata }) => metadata?.uid)).toEqual([job?.metadata?.uid]);
      expect(await nextRun()).toBe('recover');
      expect(await server()).toBe(before);
    }
    await done(cluster.helm('upgrade', 'alga-core', [...mode('recover'), '--set', 'images.server.tag=other']));
    expect(await cluster.jobNames()).toEqual([expect.not.stringMatching(job?.metadata?.name ?? '')]);
  });
});

test('every chart is taken by the API server, upgrades to itself without a change, and says what comes next', async () => {
  for (const release of Object.keys(RELEASES)) {
    const notes = (await done(cluster.helm('install', release)))
      .split('NOTES:\n')[1]
      ?.replaceAll(cluster.namespace, 'msp');
    await expect(notes).toMatchFileSnapshot(`golden/${release}.notes.txt`);
  }
  const generations = async () =>
    (await cluster.apps.listNamespacedDeployment({ namespace: cluster.namespace })).items.map(({ metadata }) => [
      metadata?.name,
      metadata?.generation,
    ]);
  const before = await generations();
  for (const release of Object.keys(RELEASES)) await done(cluster.helm('upgrade', release));
  expect(await generations()).toEqual(before);
  // Its ClusterRole belongs to one release only.
  await done(cluster.helm('uninstall', 'appliance-status'));
});

describe("the status page's account", () => {
  /** Asks the API server what the account may do. */
  const may = async (
    verb: string,
    resource: string,
    where: { group?: string; namespace?: string; name?: string } = {},
  ) => {
    const [name, subresource] = resource.split('/');
    const { status } = await cluster.authorization.createSubjectAccessReview({
      body: {
        spec: {
          user: `system:serviceaccount:${cluster.namespace}:appliance-status`,
          resourceAttributes: { verb, resource: name ?? '', subresource: subresource ?? '', group: '', ...where },
        },
      },
    });
    return status?.allowed ?? false;
  };

  test('reads what the diagnosis reads, and no Secret; changes and runs nothing (lesson: a read-only account that could create Jobs)', async () => {
    await done(cluster.helm('install', 'appliance-status'));
    for (const { resource, namespace: inside, fieldSelector } of OBSERVED) {
      const [group = ''] = resource.apiVersion.includes('/') ? resource.apiVersion.split('/') : [];
      const name = /^metadata\.name=(.*)$/.exec(fieldSelector ?? '')?.[1];
      const where = { group, ...(inside ? { namespace: inside } : {}), ...(name ? { name } : {}) };
      for (const verb of ['list', 'watch'])
        expect([resource.plural, verb, await may(verb, resource.plural, where)]).toEqual([resource.plural, verb, true]);
    }
    for (const other of ['services', 'serviceaccounts', 'endpoints', 'persistentvolumes', 'namespaces'])
      expect(await may('list', other)).toBe(false);
    expect(await may('get', 'pods/log', { namespace: 'msp' })).toBe(true);
    const selection = { namespace: 'alga-system', name: 'appliance-release-selection' };
    expect(await may('get', 'configmaps', selection)).toBe(true);
    expect(await may('get', 'configmaps', { ...selection, name: 'appliance-values-alga-core' })).toBe(false);
    for (const verb of ['get', 'list', 'watch']) expect(await may(verb, 'secrets', { namespace: 'msp' })).toBe(false);
    for (const verb of ['create', 'update', 'patch', 'delete', 'deletecollection']) {
      for (const resource of ['pods', 'configmaps', 'events', 'secrets', 'namespaces'])
        expect(await may(verb, resource)).toBe(false);
      expect(await may(verb, 'jobs', { group: 'batch' })).toBe(false);
    }
    for (const resource of ['pods/exec', 'pods/attach', 'pods/portforward', 'pods/eviction'])
      expect(await may('create', resource)).toBe(false);
  });
});
