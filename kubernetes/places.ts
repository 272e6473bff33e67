import { COMPONENTS, type Component, FLUX, NAMESPACES, OBJECTS } from '../model/appliance.ts';
import type { TierId } from '../model/tiers.ts';
import type { Job, Metadata, Pod, Workload } from './shapes.ts';
import type { View } from './view.ts';

/** What a part of the cluster is to the appliance: its component, its tier, and all that stands on it. */
export interface Place {
  readonly component: string;
  readonly tier: TierId;
  /** `Kind namespace/name`. */
  readonly object: string;
  /** Every object that waits for this one, nearest first: owner, release, Kustomization. */
  readonly above: readonly string[];
}

type Owned = Pod | Workload | Job;

/** Gives `Kind namespace/name`, as evidence and the explanation graph name objects. */
export function nameOf(object: { readonly kind: string; readonly metadata: Metadata }): string {
  const { namespace, name } = object.metadata;
  return namespace ? `${object.kind} ${namespace}/${name}` : `${object.kind} ${name}`;
}

/** Longest names first: `temporal-ui` and `temporal-worker` before `temporal`, the bootstrap job before the application. */
const byLongestName = COMPONENTS.toSorted((a, b) => b.object.length - a.object.length);

/** Null if the name belongs to no component. */
export function componentNamed(namespace: string | undefined, name: string): Component | null {
  return (
    byLongestName.find(
      (one) =>
        one.namespace === namespace &&
        (name === one.object || name.startsWith(one.kind === 'Job' ? one.object : `${one.object}-`)),
    ) ?? null
  );
}

/** For what runs there and is not a component of the appliance. */
export function tierOfNamespace(namespace: string | undefined): TierId {
  const platform: readonly string[] = [
    NAMESPACES.kubeSystem,
    NAMESPACES.flux,
    NAMESPACES.releases,
    NAMESPACES.appliance,
    NAMESPACES.storage,
  ];
  return namespace !== undefined && platform.includes(namespace) ? 'platform' : 'background';
}

/** The tier that a release's failure holds back: the release of the application also carries database and Redis. */
export function tierOfRelease(release: string): TierId {
  if (release === 'alga-core') return 'core';
  return COMPONENTS.find((one) => one.helmRelease === release)?.tier ?? 'background';
}

export function tierOfKustomization(name: string): TierId {
  if (name === FLUX.tierKustomizations.background) return 'background';
  if (name === FLUX.tierKustomizations.core) return 'core';
  return 'platform';
}

/** Nearest controller first, as far as the snapshot shows them. */
function owners(view: View, object: Owned): readonly { kind: string; namespace: string; name: string }[] {
  const chain: { kind: string; namespace: string; name: string }[] = [];
  let metadata: Metadata | undefined = object.metadata;
  const namespace = object.metadata.namespace ?? '';
  for (let depth = 0; metadata && depth < 4; depth += 1) {
    const references: NonNullable<Metadata['ownerReferences']> = metadata.ownerReferences ?? [];
    const owner = references.find((one) => one.controller) ?? references[0];
    if (!owner || owner.kind === 'Node') break;
    chain.push({ kind: owner.kind, namespace, name: owner.name });
    const next = view.controller(owner.kind, object.metadata.namespace, owner.name);
    metadata = next?.metadata;
    if (!next && owner.kind === 'ReplicaSet') {
      // The ReplicaSet itself was not listed: its name is its Deployment's and a hash.
      chain.push({ kind: 'Deployment', namespace, name: owner.name.replace(/-[a-z0-9]{5,10}$/, '') });
      break;
    }
  }
  return chain;
}

/** Names of the objects above the release. */
export function aboveRelease(view: View, release: string): string[] {
  const object = view.flux.find((one) => one.kind === 'HelmRelease' && one.metadata.name === release);
  const label = object?.metadata.labels?.['kustomize.toolkit.fluxcd.io/name'];
  const background = tierOfRelease(release) === 'background';
  const kustomization = label ?? (background ? FLUX.tierKustomizations.background : FLUX.tierKustomizations.core);
  return aboveKustomization(view, kustomization);
}

/** The Kustomization and the root that created it. */
export function aboveKustomization(view: View, name: string): string[] {
  const object = view.flux.find((one) => one.kind === 'Kustomization' && one.metadata.name === name);
  const parent = object?.metadata.labels?.['kustomize.toolkit.fluxcd.io/name'] ?? FLUX.rootKustomization;
  const own = `Kustomization ${NAMESPACES.flux}/${name}`;
  return parent === name ? [own] : [own, `Kustomization ${NAMESPACES.flux}/${parent}`];
}

function deployer(view: View, metadata: Metadata, component: Component | null): string[] {
  const labels = metadata.labels ?? {};
  const release =
    labels['helm.toolkit.fluxcd.io/name'] ??
    metadata.annotations?.['meta.helm.sh/release-name'] ??
    component?.helmRelease;
  if (release) return [`HelmRelease ${NAMESPACES.releases}/${release}`, ...aboveRelease(view, release)];
  const kustomization = labels['kustomize.toolkit.fluxcd.io/name'];
  if (kustomization) return aboveKustomization(view, kustomization);
  return component?.tier === 'platform' ? aboveKustomization(view, FLUX.tierKustomizations.platform) : [];
}

/** Every look at a pod asks where it belongs: it is found out once for a view. */
const found = new WeakMap<View, WeakMap<Owned, Place>>();

/** Cached for each view: many findings ask for the same object. */
export function placeOf(view: View, object: Owned): Place {
  const known = found.get(view) ?? new WeakMap<Owned, Place>();
  found.set(view, known);
  const place = known.get(object) ?? findPlace(view, object);
  known.set(object, place);
  return place;
}

function findPlace(view: View, object: Owned): Place {
  const chain = owners(view, object);
  const top = chain.at(-1);
  const { namespace, name, labels } = object.metadata;
  const component =
    componentNamed(namespace, top?.name ?? name) ??
    componentNamed(namespace, name) ??
    componentNamed(namespace, labels?.['app.kubernetes.io/name'] ?? labels?.['app'] ?? '');
  const topObject = top && view.controller(top.kind, namespace, top.name);
  // The provisioner makes each volume through a pod of its own (rancher/local-path-provisioner, helper-pod-create-pvc-…).
  const isHelper = namespace === NAMESPACES.storage && name.startsWith('helper-pod-');
  return {
    component: component?.name ?? (isHelper ? 'local-path-provisioner' : (top?.name ?? name)),
    tier: component?.tier ?? tierOfNamespace(namespace),
    object: nameOf(object),
    above: [
      ...chain.map((one) => `${one.kind} ${one.namespace}/${one.name}`),
      ...deployer(view, topObject?.metadata ?? object.metadata, component),
    ],
  };
}

/** The claims of docs/contract.md, "Volumes", and the component whose data each holds. */
const CLAIMS: readonly [prefix: string, component: string][] = [
  [OBJECTS.postgresClaim, 'db'],
  ['alga-core-sebastian-redis-data', 'redis'],
  ['alga-core-sebastian-storage', 'alga-core'],
  ['alga-core-sebastian-tenant-secrets', 'alga-core'],
];

/** Above it are the pods that mount it and everything above them. */
export function placeOfClaim(view: View, namespace: string | undefined, name: string): Place {
  const users = view.pods.filter(
    (pod) =>
      pod.metadata.namespace === namespace &&
      pod.spec?.volumes?.some((volume) => volume.persistentVolumeClaim?.claimName === name),
  );
  const places = users.map((pod) => placeOf(view, pod));
  const known = CLAIMS.find(([prefix]) => name === prefix)?.[1];
  const component = COMPONENTS.find((one) => one.name === known) ?? null;
  return {
    component: component?.name ?? places[0]?.component ?? name,
    tier: component?.tier ?? places[0]?.tier ?? tierOfNamespace(namespace),
    object: `PersistentVolumeClaim ${namespace ?? 'default'}/${name}`,
    above: [...new Set(places.flatMap((place) => [place.object, ...place.above]))],
  };
}
