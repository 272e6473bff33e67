import type { Image, ReleaseManifest } from './release.ts';
import type { InstallSpec } from './site.ts';

/** What a site's values are made from. */
export interface ApplianceValuesInput {
  readonly spec: Pick<InstallSpec, 'siteId' | 'nodeIp' | 'appUrl' | 'release' | 'imageTags'>;
  readonly bootstrapMode: 'fresh' | 'recover';
  /** One id for one fresh install with all its retries and resumes; at most 63 of `[A-Za-z0-9._-]`. */
  readonly installId: string;
  /** Put before every image repository; left out, images come from their own registries. */
  readonly imageRegistryMirror?: string;
  /** Names of pull Secrets in the releases' target namespaces. */
  readonly imagePullSecrets?: readonly string[];
}

type VendorImages = ReleaseManifest['app']['images'];

/**
 * The site's values of every HelmRelease, as they go into the ConfigMaps `appliance-values-<release>` (key `values.yaml`).
 * Source of names and keys: flux/README.md, "What the installer must write"; the charts' schemas refuse anything else.
 * @returns values by name of the HelmRelease
 */
export function applianceValues(input: ApplianceValuesInput): Readonly<Record<string, object>> {
  const { spec, bootstrapMode, installId, imageRegistryMirror, imagePullSecrets } = input;
  const everywhere = {
    ...(imageRegistryMirror === undefined ? {} : { imageRegistryMirror }),
    ...(imagePullSecrets === undefined ? {} : { imagePullSecrets: imagePullSecrets.map((name) => ({ name })) }),
  };
  const appUrl = spec.appUrl.replace(/\/+$/, '');
  const image = (name: keyof VendorImages) => imageValues(spec.release.app.images[name], spec.imageTags[name]);
  const worker = (name: keyof VendorImages) => ({ ...everywhere, images: { worker: image(name) }, site: { appUrl } });
  return {
    'appliance-status': { ...everywhere, site: { siteId: spec.siteId, nodeIp: spec.nodeIp, appUrl } },
    'alga-core': {
      ...everywhere,
      images: { server: image('algaCore') },
      site: { appUrl },
      bootstrap: { mode: bootstrapMode, installId },
    },
    pgbouncer: everywhere,
    temporal: everywhere,
    'workflow-worker': worker('workflowWorker'),
    'email-service': worker('emailService'),
    'temporal-worker': worker('temporalWorker'),
  };
}

/** An overridden tag is another image: the release's digest is not its own. */
function imageValues(image: Image, override: string | undefined): { repository: string; tag: string; digest: string } {
  const { repository } = image;
  if (override !== undefined && override !== image.tag) return { repository, tag: override, digest: '' };
  return { repository, tag: image.tag, digest: image.digest ?? '' };
}
