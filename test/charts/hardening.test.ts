import { describe, expect, test } from 'vitest';
import { parseManifests, rendered, workloads } from './objects.ts';
import { RELEASES, repositoryFile } from './values.ts';

/** Images whose programs write into their own folders, or may: their root filesystem stays writable, and that is all. */
const WRITABLE = [
  'alga-core',
  'hocuspocus',
  'temporal',
  'temporal-ui',
  'workflow-worker',
  'email-service',
  'temporal-worker',
];

/** Containers of the vendor's images, of which nobody outside knows the user: `runAsUser` sets one. */
const VENDORS = [
  'alga-core',
  'bootstrap',
  'wait-for-bootstrap',
  'hocuspocus',
  'workflow-worker',
  'email-service',
  'temporal-worker',
];

const charts = Object.keys(RELEASES);
const hocuspocus = (chart: string) =>
  chart === 'alga-core' ? ['--set', 'hocuspocus.enabled=true,images.hocuspocus.tag=1.0'] : [];

describe.each([...charts.map((chart) => [chart]), ['local-path-storage']])('pods of %s', (chart) => {
  const objects = async () =>
    chart === 'local-path-storage'
      ? parseManifests(repositoryFile('flux/base/local-path-storage/local-path-storage.yaml'))
      : rendered(chart, hocuspocus(chart));

  test('never meet a NAME_PORT variable of a Service (lesson: TEMPORAL_UI_PORT=tcp://…)', async () => {
    for (const { pod } of workloads(await objects())) expect(pod.enableServiceLinks).toBe(false);
  });

  test('drop every capability, cannot gain rights, run under the default seccomp profile', async () => {
    for (const { pod } of workloads(await objects())) {
      expect(pod.securityContext.seccompProfile.type).toBe('RuntimeDefault');
      for (const each of [...pod.initContainers, ...pod.containers]) {
        expect(each.securityContext.allowPrivilegeEscalation).toBe(false);
        expect(each.securityContext.capabilities.drop).toEqual(['ALL']);
        const { readOnlyRootFilesystem } = each.securityContext;
        expect(readOnlyRootFilesystem || WRITABLE.includes(each.name)).toBe(true);
      }
    }
  });

  test('run as somebody other than root, wherever it is known whom the image is made for', async () => {
    for (const { pod } of workloads(await objects())) {
      const asRoot = [...pod.initContainers, ...pod.containers].filter(
        ({ securityContext: own }) => !(own.runAsNonRoot ?? pod.securityContext.runAsNonRoot ?? false),
      );
      expect(asRoot.map(({ name }) => name).filter((name) => !VENDORS.includes(name))).toEqual([]);
    }
  });

  test('ask for what they need and are bounded', async () => {
    for (const { pod } of workloads(await objects())) {
      for (const { resources } of [...pod.initContainers, ...pod.containers]) {
        expect(Object.keys(resources.requests).toSorted()).toEqual(['cpu', 'memory']);
        expect(Object.keys(resources.limits).toSorted()).toEqual(['cpu', 'memory']);
      }
    }
  });

  test('name their images by a version, never latest', async () => {
    for (const { pod } of workloads(await objects())) {
      for (const { image } of [...pod.initContainers, ...pod.containers])
        expect(image).toMatch(/^[a-z0-9.-]+\.[a-z]+\/.+:(?!latest)[\w.-]+$/);
    }
  });

  test('are one of each, with no disruption budget that would block a drain', async () => {
    const manifests = await objects();
    expect(manifests.map(({ kind }) => kind)).not.toContain('PodDisruptionBudget');
    const lasting = workloads(manifests).filter(({ kind }) => kind !== 'Job');
    expect(lasting.map(({ replicas }) => replicas)).toEqual(lasting.map(() => 1));
  });

  test('may take as long as a 1.8 GB image over a slow line, without being called stuck', async () => {
    for (const { kind, metadata, spec } of await objects())
      if (kind === 'Deployment') expect(spec, metadata.name).toMatchObject({ progressDeadlineSeconds: 4 * 60 * 60 });
  });

  test('carry no cluster token unless they ask the cluster', async () => {
    for (const { pod } of workloads(await objects())) {
      expect(pod.automountServiceAccountToken === false || pod.serviceAccountName !== undefined).toBe(true);
    }
  });
});

describe.each(charts)('settings of %s', (chart) => {
  test('give a slow disk minutes to start, and tell ready from alive', async () => {
    const lasting = workloads(await rendered(chart, hocuspocus(chart))).filter(({ kind }) => kind !== 'Job');
    for (const { startupProbe, readinessProbe, livenessProbe } of lasting.flatMap(({ pod }) => pod.containers)) {
      expect((startupProbe?.periodSeconds ?? 0) * (startupProbe?.failureThreshold ?? 0)).toBeGreaterThanOrEqual(180);
      expect(readinessProbe && livenessProbe).toBeTruthy();
    }
  });

  test('a registry mirror goes before every image', async () => {
    for (const { pod } of workloads(
      await rendered(chart, [...hocuspocus(chart), '--set', 'imageRegistryMirror=mirror.example/proxy/']),
    )) {
      for (const { image } of [...pod.initContainers, ...pod.containers])
        expect(image).toMatch(/^mirror\.example\/proxy\/[a-z0-9.-]+\.[a-z]+\//);
    }
  });

  test('pull secrets reach every pod', async () => {
    for (const { pod } of workloads(
      await rendered(chart, [...hocuspocus(chart), '--set', 'imagePullSecrets[0].name=registry']),
    )) {
      expect(pod.imagePullSecrets).toEqual([{ name: 'registry' }]);
    }
  });

  test('no password stands in a manifest other than a generated Secret, and no default is a password', async () => {
    expect(repositoryFile(`charts/${chart}/values.yaml`)).not.toMatch(/change[-_]?me/i);
    const texts = (await rendered(chart))
      .filter(({ kind }) => kind === 'ConfigMap')
      .flatMap(({ data }) => Object.values(data ?? {}));
    expect(texts.filter((text) => /(password|secret|token)\s*[:=]\s*["']?[A-Za-z0-9]{12,}/i.test(text))).toEqual([]);
  });
});
