import type { VendorImage } from './appliance.ts';
import { capabilitiesOf } from './capabilities.ts';
import { collaborationImageOf } from './collaboration.ts';
import type { Image } from './release.ts';
import type { InstallSpec } from './site.ts';
import { imageOf } from './vendor-images.ts';

/** What a site's values are computed from. */
export interface ApplianceValuesInput {
  readonly spec: Pick<
    InstallSpec,
    'siteId' | 'nodeIp' | 'appUrl' | 'release' | 'imageTags' | 'collaboration' | 'collaborationImage'
  >;
  readonly bootstrapMode: 'fresh' | 'recover';
  /** One id for one fresh install with all its retries and resumes; at most 63 of `[A-Za-z0-9._-]`. */
  readonly installId: string;
  /** Put before every image repository; left out, images come from their own registries. */
  readonly imageRegistryMirror?: string;
  /** Names of pull Secrets in the releases' target namespaces. */
  readonly imagePullSecrets?: readonly string[];
}

/**
 * Where an image finds the tenants' data: through PgBouncer, or without the capability `adminConnection` as app_user, whom PgBouncer
 * refuses. Both are always named: which of them is a chart's default depends on the tag in it. An older chart accepts these keys, too;
 * the chart derives the password's key from the user's name.
 */
const THROUGH_PGBOUNCER = { host: 'pgbouncer', port: 6432, user: 'app_user_pgbouncer' };
const DIRECTLY = { host: 'db', port: 5432, user: 'app_user' };

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
  const image = (key: VendorImage) => imageValues(imageOf(spec, key));
  const { seedsFolder, idempotentSeeds } = capabilitiesOf(spec.release, 'algaCore', spec.imageTags.algaCore);
  const collaboration = collaborationImageOf(spec);
  const worker = (key: VendorImage) => ({
    ...everywhere,
    images: { worker: image(key) },
    site: { appUrl },
    database: capabilitiesOf(spec.release, key, spec.imageTags[key]).adminConnection ? THROUGH_PGBOUNCER : DIRECTLY,
  });
  return {
    'appliance-status': { ...everywhere, site: { siteId: spec.siteId, nodeIp: spec.nodeIp, appUrl } },
    'alga-core': {
      ...everywhere,
      images: { server: image('algaCore'), ...(collaboration && { hocuspocus: imageValues(collaboration) }) },
      site: { appUrl },
      ...(collaboration && { hocuspocus: { enabled: true } }),
      bootstrap: {
        mode: bootstrapMode,
        installId,
        seedsDir: `/app/${seedsFolder}`,
        // Charts refuse keys that they do not know: one that came before this key is on the branch of an install that is resumed.
        ...(idempotentSeeds && { seedsAreIdempotent: true }),
      },
    },
    pgbouncer: everywhere,
    temporal: everywhere,
    'workflow-worker': worker('workflowWorker'),
    'email-service': worker('emailService'),
    'temporal-worker': worker('temporalWorker'),
  };
}

function imageValues({ repository, tag, digest }: Image): { repository: string; tag: string; digest: string } {
  return { repository, tag, digest: digest ?? '' };
}
