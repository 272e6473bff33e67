import type { ManifestsPort } from '../../activities/ports/manifests.ts';
import { FLUX, NAMESPACES, STORAGE } from '../../model/appliance.ts';
import { imageReference } from '../../model/release.ts';
import { deploymentOf } from '../cluster/manifests.ts';
import type { ApiObject } from '../cluster/objects.ts';

const DEFINITIONS = [
  ['source.toolkit.fluxcd.io', 'v1', 'GitRepository', 'gitrepositories'],
  ['source.toolkit.fluxcd.io', 'v1', 'HelmRepository', 'helmrepositories'],
  ['source.toolkit.fluxcd.io', 'v1', 'HelmChart', 'helmcharts'],
  ['kustomize.toolkit.fluxcd.io', 'v1', 'Kustomization', 'kustomizations'],
  ['helm.toolkit.fluxcd.io', 'v2', 'HelmRelease', 'helmreleases'],
] as const;

/** The least that the storage provisioner and Flux consist of: what the simulated cluster looks at, and no more. */
export function manifestsPort(): ManifestsPort {
  return {
    storage: async (release) => [
      namespace(NAMESPACES.storage, { 'pod-security.kubernetes.io/enforce': 'privileged' }),
      {
        apiVersion: 'storage.k8s.io/v1',
        kind: 'StorageClass',
        metadata: {
          name: STORAGE.className,
          annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
        },
        provisioner: STORAGE.provisioner,
        reclaimPolicy: 'Retain',
        volumeBindingMode: 'WaitForFirstConsumer',
      },
      deploymentOf({
        name: 'local-path-provisioner',
        namespace: NAMESPACES.storage,
        image: imageReference(release.dependencies.localPathProvisioner),
      }),
    ],
    flux: async (release, _file, signal) => {
      signal.throwIfAborted();
      return [
        namespace(NAMESPACES.flux, {}),
        ...fluxDefinitions(),
        ...FLUX.controllers.map((name) =>
          deploymentOf({
            name,
            namespace: NAMESPACES.flux,
            image: `ghcr.io/fluxcd/${name}:${release.flux.version}`,
            labels: { app: name, 'app.kubernetes.io/version': release.flux.version },
            container: { args: ['--watch-all-namespaces'] },
          }),
        ),
      ];
    },
    entry: async ({ url, branch, path }) => [
      {
        apiVersion: 'source.toolkit.fluxcd.io/v1',
        kind: 'GitRepository',
        metadata: { name: FLUX.source, namespace: NAMESPACES.flux },
        spec: { interval: '5m', timeout: '60s', url, ref: { branch } },
      },
      {
        apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
        kind: 'Kustomization',
        metadata: { name: FLUX.rootKustomization, namespace: NAMESPACES.flux },
        spec: {
          interval: '10m',
          timeout: '5m',
          prune: true,
          path,
          sourceRef: { kind: 'GitRepository', name: FLUX.source },
        },
      },
    ],
  };
}

function namespace(name: string, labels: Record<string, string>): ApiObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
}

/** The definitions of Flux's kinds, as far as the simulated API server reads them. */
export function fluxDefinitions(): ApiObject[] {
  return DEFINITIONS.map(definition);
}

function definition([group, version, kind, plural]: (typeof DEFINITIONS)[number]): ApiObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, plural },
      versions: [{ name: version, served: true, storage: true }],
    },
  };
}
