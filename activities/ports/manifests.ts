import type { ReleaseManifest } from '../../model/release.ts';
import type { KubernetesObject } from '../../model/snapshot.ts';

/** Why manifests cannot be had; the message names the file or address, and what was expected. */
export class ManifestsError extends Error {
  /** `dns`: the name of the server that has them cannot be resolved. */
  readonly fault: 'unreadable' | 'unreachable' | 'dns' | 'digest' | 'version';

  constructor(fault: ManifestsError['fault'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ManifestsError';
    this.fault = fault;
  }
}

/** Where Flux finds the tree. */
export interface EntryOrder {
  readonly url: string;
  readonly branch: string;
  /** The profile's folder in the repository, such as `./flux/profiles/talos-single-node`. */
  readonly path: string;
}

/** What the installer itself applies, before Flux can. Throws ManifestsError. */
export interface ManifestsPort {
  /** Namespace, RBAC, StorageClass, ConfigMap and Deployment of the local-path provisioner. */
  storage(release: ReleaseManifest): Promise<KubernetesObject[]>;
  /**
   * Flux's own objects at the release's version: from `file` when the operator named one, else from the cache, the official
   * download, or `flux install --export`. Throws when the digest is not the release's, or the version is another.
   */
  flux(release: ReleaseManifest, file: string | null, signal: AbortSignal): Promise<KubernetesObject[]>;
  /** GitRepository and Kustomization `alga-appliance`: where the tree lies, and where Flux begins in it. */
  entry(order: EntryOrder): Promise<KubernetesObject[]>;
}
