import { globSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  COMPONENTS,
  FLUX,
  HELM_RELEASES,
  NAMESPACES,
  OBJECTS,
  PRIVILEGED_NAMESPACES,
  STORAGE,
} from '../../model/appliance.ts';
import { createConformance, type Conformance } from '../charts/kubeconform.ts';
import { parseManifests, the, workloads, type Manifest } from '../charts/objects.ts';
import { ROOT, run } from '../charts/programs.ts';
import { repositoryFile } from '../charts/values.ts';
import { entry } from './cluster.ts';
import { needs } from '../support/needs.ts';

needs('kustomize');

const PROFILE = 'flux/profiles/talos-single-node';
const PROFILES = globSync('flux/profiles/*', { cwd: ROOT }).toSorted();
const TIERS = ['platform', 'core', 'background'] as const;
const FOLDERS = [
  'flux/base',
  ...TIERS.map((tier) => `flux/tiers/${tier}`),
  ...PROFILES.flatMap((profile) => [profile, ...TIERS.map((tier) => `${profile}/${tier}`)]),
];

let conformance: Conformance;
beforeAll(async () => {
  conformance = await createConformance();
});
afterAll(() => conformance.remove());

async function build(folder: string): Promise<string> {
  const { ok, stdout, stderr } = await run('kustomize', ['build', join(ROOT, folder)]);
  if (!ok) throw new Error(stderr);
  return stdout;
}

const names = (manifests: readonly Manifest[], kind: string) =>
  manifests.filter((each) => each.kind === kind).map(({ metadata }) => metadata.name);

const helmRelease = z.looseObject({
  targetNamespace: z.string(),
  releaseName: z.string(),
  dependsOn: z.array(z.object({ name: z.string() })).default([]),
  chart: z.object({
    spec: z.looseObject({
      chart: z.string(),
      reconcileStrategy: z.string(),
      sourceRef: z.record(z.string(), z.string()),
    }),
  }),
  valuesFrom: z.array(z.object({ kind: z.string(), name: z.string() })),
  install: z.looseObject({
    strategy: z.object({ name: z.string(), retryInterval: z.string() }),
    disableWait: z.boolean(),
  }),
  upgrade: z.looseObject({
    strategy: z.object({ name: z.string(), retryInterval: z.string() }),
    disableWait: z.boolean(),
  }),
});

const kustomization = z.looseObject({
  path: z.string(),
  dependsOn: z.array(z.object({ name: z.string() })).default([]),
  healthChecks: z.array(
    z.object({ apiVersion: z.string(), kind: z.string(), name: z.string(), namespace: z.string() }),
  ),
});

test.each(PROFILES)('the tiers of %s lie in its own folder', async (profile) => {
  const tiers = parseManifests(await build(profile)).filter(({ kind }) => kind === 'Kustomization');
  const paths = tiers.map(({ spec }) => kustomization.parse(spec).path);
  expect(paths.toSorted()).toEqual(TIERS.map((tier) => `./${profile}/${tier}`).toSorted());
});

describe.each(FOLDERS)('%s', (folder) => {
  test("builds, and conforms to Kubernetes and to Flux' CRDs", async () => {
    const outcome = await conformance.check(await build(folder));
    expect(outcome.stdout).toContain('Invalid: 0, Errors: 0, Skipped: 0');
  });
});

describe('entry manifests', () => {
  test('conform once they are filled in', async () => {
    const objects = entry({ url: 'https://git.example/alga.git', branch: 'main', profile: 'talos-single-node' });
    const outcome = await conformance.check(objects.map((object) => JSON.stringify(object)).join('\n---\n'));
    expect(outcome.stdout).toContain('Valid: 2, Invalid: 0');
  });
});

describe('names of the contract', () => {
  test('the tiers follow one another', async () => {
    const manifests = parseManifests(await build(PROFILE));
    const { platform, core, background } = FLUX.tierKustomizations;
    expect(names(manifests, 'Kustomization')).toEqual(expect.arrayContaining([platform, core, background]));
    const spec = (name: string) => kustomization.parse(the(manifests, 'Kustomization', name).spec);
    expect(spec(platform).dependsOn).toEqual([]);
    expect(spec(core).dependsOn).toEqual([{ name: platform }]);
    expect(spec(background).dependsOn).toEqual([{ name: core }]);
    for (const { metadata } of manifests) expect(metadata.namespace).toBe(NAMESPACES.flux);
  });

  test('a tier waits for its own components only, and for all that it runs', async () => {
    const manifests = parseManifests(await build(PROFILE));
    const checked = (name: string) =>
      kustomization.parse(the(manifests, 'Kustomization', name).spec).healthChecks.map((each) => each.name);
    const objects = (tiers: readonly string[]) =>
      COMPONENTS.filter(
        ({ tier, optional, kind, namespace }) =>
          tiers.includes(tier) && !optional && kind !== 'Job' && namespace === NAMESPACES.workloads,
      ).map(({ object }) => object);
    expect(checked('alga-core').toSorted()).toEqual(
      [...objects(['core', 'login']), 'alga-core', 'pgbouncer'].toSorted(),
    );
    expect(checked('alga-background').toSorted()).toEqual(
      [...objects(['background']), 'temporal', 'workflow-worker', 'email-service', 'temporal-worker'].toSorted(),
    );
  });

  test('HelmReleases: where they are, what they wait for, where their values come from', async () => {
    const manifests = parseManifests(await build('flux/base'));
    const releases = names(manifests, 'HelmRelease');
    expect(releases.toSorted()).toEqual(HELM_RELEASES.toSorted());
    const dependsOn: Record<string, string[]> = {};
    for (const name of releases) {
      const { metadata, spec } = the(manifests, 'HelmRelease', name);
      const parsed = helmRelease.parse(spec);
      // Helm's memory of a release lies beside what it made, and goes and stays with it.
      expect(parsed['storageNamespace'], name).toBe(parsed.targetNamespace);
      expect(metadata.namespace).toBe(NAMESPACES.releases);
      expect(parsed.releaseName).toBe(name);
      expect(parsed.targetNamespace).toBe(name === OBJECTS.statusService ? NAMESPACES.appliance : NAMESPACES.workloads);
      expect(parsed.chart.spec).toMatchObject({
        chart: `./charts/${name}`,
        reconcileStrategy: 'Revision',
        sourceRef: { kind: 'GitRepository', name: FLUX.source, namespace: NAMESPACES.flux },
      });
      expect(parsed.valuesFrom.map((each) => each.name)).toEqual([
        `profile-values-${name}`,
        `${OBJECTS.valuesPrefix}${name}`,
      ]);
      dependsOn[name] = parsed.dependsOn.map((each) => each.name);
    }
    expect(dependsOn).toEqual({
      'appliance-status': [],
      'alga-core': [],
      pgbouncer: ['alga-core'],
      temporal: ['alga-core'],
      'email-service': ['alga-core', 'pgbouncer'],
      'workflow-worker': ['alga-core', 'pgbouncer', 'temporal'],
      'temporal-worker': ['alga-core', 'pgbouncer', 'temporal'],
    });
  });

  test('a failed HelmRelease is never uninstalled or rolled back, and none waits for pods', async () => {
    const manifests = parseManifests(await build('flux/base'));
    for (const name of names(manifests, 'HelmRelease')) {
      const { spec } = the(manifests, 'HelmRelease', name);
      const { install, upgrade } = helmRelease.parse(spec);
      for (const action of [install, upgrade]) {
        expect(action).toMatchObject({
          strategy: { name: 'RetryOnFailure' },
          disableWait: true,
          disableWaitForJobs: true,
        });
        expect(action).not.toHaveProperty('remediation');
        expect(action.strategy.retryInterval).toMatch(/^[2-5]m$/);
      }
      // What a release that cannot succeed may cost: test/flux/retry.test.ts shows it with the real controllers.
      expect(spec).toMatchObject({ maxHistory: 3, timeout: '5m' });
    }
  });

  test('namespaces: privileged where host ports and host paths are, and never pruned', async () => {
    const manifests = parseManifests(await build(`${PROFILE}/platform`)).filter(({ kind }) => kind === 'Namespace');
    expect(manifests.map(({ metadata }) => metadata.name).toSorted()).toEqual(
      [...PRIVILEGED_NAMESPACES, NAMESPACES.releases].toSorted(),
    );
    for (const { metadata } of manifests) {
      expect(metadata.annotations).toMatchObject({ 'kustomize.toolkit.fluxcd.io/prune': 'disabled' });
      const enforced = z.record(z.string(), z.string()).default({}).parse(metadata['labels'])[
        'pod-security.kubernetes.io/enforce'
      ];
      expect(enforced).toBe(PRIVILEGED_NAMESPACES.includes(metadata.name) ? 'privileged' : undefined);
    }
  });
});

describe('the profile', () => {
  test("brings every release's values, and Flux reacts when they change", async () => {
    for (const tier of TIERS) {
      const manifests = parseManifests(await build(`${PROFILE}/${tier}`));
      for (const name of names(manifests, 'HelmRelease')) {
        const values = the(manifests, 'ConfigMap', `profile-values-${name}`);
        expect(values.metadata).toMatchObject({
          namespace: NAMESPACES.releases,
          labels: { 'reconcile.fluxcd.io/watch': 'Enabled' },
        });
        expect(Object.keys(values.data ?? {})).toEqual(['values.yaml']);
      }
    }
  });

  test('has each tier look where it lies, for long enough, and take away what is no longer there', async () => {
    const manifests = parseManifests(await build(PROFILE));
    const timeouts = { platform: '10m', core: '30m', background: '15m' };
    for (const tier of TIERS) {
      expect(the(manifests, 'Kustomization', FLUX.tierKustomizations[tier]).spec).toMatchObject({
        sourceRef: { kind: 'GitRepository', name: FLUX.source },
        path: `./${PROFILE}/${tier}`,
        prune: true,
        retryInterval: '1m',
        timeout: timeouts[tier],
      });
    }
  });

  test('is entered without waiting for any tier, from a source that holds tree and charts', () => {
    const objects = entry({ url: 'https://git.example/alga.git', branch: 'main', profile: 'talos-single-node' });
    expect(objects).toContainEqual(
      expect.objectContaining({
        kind: 'Kustomization',
        spec: expect.objectContaining({ path: `./${PROFILE}`, wait: false, prune: true }),
      }),
    );
    expect(objects).toContainEqual(
      expect.objectContaining({
        kind: 'GitRepository',
        spec: expect.objectContaining({ ref: { branch: 'main' }, ignore: '/*\n!/flux\n!/charts\n' }),
      }),
    );
  });
});

describe('storage', () => {
  const manifests = parseManifests(repositoryFile('flux/base/local-path-storage/local-path-storage.yaml'));

  test('the class keeps data, binds late, and is never pruned', () => {
    expect(the(manifests, 'StorageClass', STORAGE.className)).toMatchObject({
      provisioner: STORAGE.provisioner,
      reclaimPolicy: 'Retain',
      volumeBindingMode: 'WaitForFirstConsumer',
      metadata: { annotations: { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' } },
    });
  });

  test('volumes lie in the one folder that a wipe may touch', () => {
    const config = z.object({ nodePathMap: z.array(z.object({ paths: z.array(z.string()) })) });
    const text = the(manifests, 'ConfigMap', 'local-path-config').data?.['config.json'] ?? '';
    expect(config.parse(JSON.parse(text)).nodePathMap.flatMap(({ paths }) => paths)).toEqual([STORAGE.path]);
  });

  test('its folders can be written by users other than root', () => {
    expect(the(manifests, 'ConfigMap', 'local-path-config').data?.['setup']).toContain('mkdir -m 0777 -p "$VOL_DIR"');
    expect(workloads(manifests)).toHaveLength(1);
  });

  test('takes away one folder at a time, and never another than it was given', () => {
    const commands = the(manifests, 'ConfigMap', 'local-path-config')
      .data?.['teardown']?.split('\n')
      .filter((line) => line.includes('rm '));
    expect(commands).toEqual(['rm -rf "$VOL_DIR"']);
  });

  test('may do what it does: make volumes and helper pods, tell of it, read what it needs', () => {
    const rule = z.object({ resources: z.array(z.string()), verbs: z.array(z.string()) });
    const rules = (kind: string) =>
      z
        .array(rule)
        .parse(the(manifests, kind, 'local-path-provisioner')['rules'])
        .map(({ resources, verbs }) => [resources.join(), verbs.join()]);
    const all = 'get,list,watch,create,patch,update,delete';
    expect(rules('Role')).toEqual([['pods', all]]);
    expect(rules('ClusterRole')).toEqual([
      ['nodes,persistentvolumeclaims,configmaps,pods,pods/log', 'get,list,watch'],
      ['persistentvolumes', all],
      ['events', 'create,patch'],
      ['storageclasses', 'get,list,watch'],
    ]);
  });
});
