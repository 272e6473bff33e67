import { knownCapabilities } from './capabilities.ts';
import type { Capabilities } from './capabilities.ts';
import type { InstallSpec } from './site.ts';

type Maker = Capabilities['algaCore']['createTenant'];

/** The script with which a tag of the server's image can create the first tenant; undefined if unknown. */
function makerOf({ release, imageTags }: Ordered): Maker | undefined {
  const own = release.app.images.algaCore;
  const tag = imageTags.algaCore ?? own.tag;
  const claimed = tag === own.tag ? own.capabilities?.createTenant : undefined;
  // What was read of the image wins over a release that was recorded before; charts see nothing of it.
  return knownCapabilities('algaCore', tag)?.createTenant ?? claimed;
}

type Ordered = Pick<InstallSpec, 'release' | 'imageTags'>;

/**
 * Why a fresh install could not create its first tenant, or null. The job runs only create-tenant.ts. An unknown tag is not refused:
 * its source was not read.
 */
export function firstTenantFault(spec: Ordered): string | null {
  const maker = makerOf(spec);
  if (maker === undefined || maker === 'create-tenant.ts') return null;
  const { releaseVersion, app } = spec.release;
  const tag = spec.imageTags.algaCore ?? app.images.algaCore.tag;
  return `the server image ${tag} cannot create the first tenant, so no one could log in to a fresh install of release ${releaseVersion}`;
}
