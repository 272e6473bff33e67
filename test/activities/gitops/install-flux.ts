import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { ref } from '../../../kubernetes/addresses.ts';
import { kubernetesPort } from '../../../activities/adapters/kubernetes.ts';
import { manifestsPort } from '../../../activities/adapters/manifests.ts';
import { installFlux } from '../../../activities/phases/gitops/install-flux.ts';
import type { Cluster } from '../../../activities/ports/kubernetes.ts';
import { FLUX } from '../../../model/appliance.ts';
import { fluxCrds } from '../../flux/crds.ts';
import { TEST_RELEASE } from '../../support/spec.ts';
import { plainNamespace, signal, versionsOf } from '../support/objects.ts';
import { players } from '../support/players.ts';
import { testBed } from '../support/test-bed.ts';
import type { TestBed } from '../support/test-bed.ts';
import { server } from './server.ts';

const KINDS: [string, string][] = [
  ['v1', 'Namespace'],
  ['apps/v1', 'Deployment'],
  ['apiextensions.k8s.io/v1', 'CustomResourceDefinition'],
];

let cluster: Cluster;
let manifests = '';
beforeAll(async () => {
  cluster = await kubernetesPort().connect(server.kubeconfig);
  const objects = [...(await fluxCrds()), plainNamespace('flux-system'), ...FLUX.controllers.map(controller)];
  manifests = objects.map((object) => stringify(object)).join('---\n');
});

describe('Flux', () => {
  test('is installed from the operator’s file, definitions whole, and left alone by a second run', async () => {
    const bed = await fluxBed();
    const file = await written(bed, manifests);
    expect(await installFlux(bed.context({ spec: { fluxManifests: file } }))).toMatchObject({ did: 'acted' });
    // A definition loses nothing on its way: defaults, enumerations and extensions included.
    const definition = (await fluxCrds()).find(
      ({ metadata }) => metadata.name === 'gitrepositories.source.toolkit.fluxcd.io',
    );
    const at = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      name: definition?.metadata.name ?? '',
    };
    const schemas = { spec: { versions: definition?.spec.versions.map(({ schema }) => ({ schema })) } };
    expect(await cluster.get(at, signal)).toMatchObject(schemas);
    expect(JSON.stringify(schemas)).toMatch(/"default":.*"enum":|"enum":.*"default":/);
    // Wanted by the Flux tree: a new commit ends a health check that waits for an old one.
    const kustomize = await cluster.get(ref.deployment('flux-system', 'kustomize-controller'), signal);
    expect(JSON.stringify(kustomize?.['spec'])).toContain('CancelHealthCheckOnNewRevision=true');

    const before = await versionsOf(cluster, ...KINDS);
    expect(await installFlux(bed.context({ spec: { fluxManifests: '/not/read/again' } }))).toMatchObject({
      did: 'nothing-to-do',
    });
    expect(await versionsOf(cluster, ...KINDS)).toEqual(before);
  });

  test('controllers that a wipe has left stopped are started again', async () => {
    const bed = await fluxBed();
    const spec = { fluxManifests: await written(bed, manifests) };
    await installFlux(bed.context({ spec }));
    await cluster.patch(ref.deployment('flux-system', 'helm-controller'), { spec: { replicas: 0 } }, signal);
    expect(await installFlux(bed.context({ spec }))).toMatchObject({ did: 'acted' });
    expect(await cluster.get(ref.deployment('flux-system', 'helm-controller'), signal)).toMatchObject({
      spec: { replicas: 1 },
    });
  });
});

describe('manifests that are refused', () => {
  const flux = { version: 'v2.7.3', manifestsDigest: null };
  const port = manifestsPort({ APPLIANCE_TOOLS_CACHE: '/nowhere' });

  test('a digest that is not the release’s names both, and the file', async () => {
    const bed = await fluxBed();
    const file = await written(bed, manifests);
    const wanted = `sha256:${'0'.repeat(64)}`;
    const actual = `sha256:${createHash('sha256').update(manifests).digest('hex')}`;
    const release = { ...TEST_RELEASE, flux: { ...flux, manifestsDigest: wanted } };
    await expect(port.flux(release, file, signal)).rejects.toMatchObject({
      fault: 'digest',
      message: `${file} has the digest ${actual}, but the release has ${wanted}`,
    });
  });

  test.each([
    [
      'another version',
      (text: string) => text.replaceAll('v2.7.3', 'v2.6.0'),
      'version',
      'of Flux v2.6.0, but the release has v2.7.3',
    ],
    [
      'a controller is missing',
      (text: string) => text.replaceAll('name: helm-controller', 'name: other'),
      'version',
      'contains no Deployment flux-system/helm-controller',
    ],
    ['not YAML', () => 'a: [', 'unreadable', ''],
    ['not manifests', () => 'just: text\n', 'unreadable', 'apiVersion'],
  ])('%s', async (_, change, fault, words) => {
    const bed = await fluxBed();
    const file = await written(bed, change(manifests));
    await expect(port.flux({ ...TEST_RELEASE, flux }, file, signal)).rejects.toMatchObject({
      fault,
      message: expect.stringMatching(new RegExp(`^${file}.*${words}`, 's')),
    });
  });

  test('a file that is not there', async () => {
    await expect(port.flux({ ...TEST_RELEASE, flux }, '/not/there.yaml', signal)).rejects.toMatchObject({
      fault: 'unreadable',
      message: expect.stringContaining('/not/there.yaml cannot be read'),
    });
  });
});

async function fluxBed(): Promise<TestBed> {
  const bed = await testBed(server.kubeconfig);
  const { play, rolledOut } = players(server.kubeconfig);
  play(async () => {
    for (const name of FLUX.controllers) {
      const found = await cluster.get(ref.deployment('flux-system', name), signal);
      if (found) await rolledOut(found);
    }
  });
  return bed;
}

async function written({ folder }: TestBed, text: string): Promise<string> {
  await folder.write('flux.yaml', '');
  await writeFile(folder.path('flux.yaml'), text);
  return folder.path('flux.yaml');
}

function controller(name: string): object {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'flux-system', labels: { ...labels, 'app.kubernetes.io/version': 'v2.7.3' } },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [{ name: 'manager', image: `ghcr.io/fluxcd/${name}:v1`, args: ['--watch-all-namespaces=true'] }],
        },
      },
    },
  };
}
