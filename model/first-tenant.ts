import { knownCapabilities } from './capabilities.ts';
import type { Capabilities } from './capabilities.ts';
import type { InstallSpec } from './site.ts';

type Maker = Capabilities['algaCore']['createTenant'];

/** What a tag of the server's image can make the first tenant with; undefined where nobody knows. */
function makerOf({ release, imageTags }: Ordered): Maker | undefined {
  const own = release.app.images.algaCore;
  const tag = imageTags.algaCore ?? own.tag;
  const claimed = tag === own.tag ? own.capabilities?.createTenant : undefined;
  // What was read of the image is true whatever a release that was recorded before says; charts see nothing of it.
  return knownCapabilities('algaCore', tag)?.createTenant ?? claimed;
}

type Ordered = Pick<InstallSpec, 'release' | 'imageTags'>;

/**
 * Takes a spec, gives why a fresh install of it could not make its first tenant, or null. The job runs create-tenant.ts alone. A
 * tag that nobody knows is not refused: nothing was read of it.
 */
export function firstTenantFault(spec: Ordered): string | null {
  const maker = makerOf(spec);
  if (maker === undefined || maker === 'create-tenant.ts') return null;
  const { releaseVersion, app } = spec.release;
  const tag = spec.imageTags.algaCore ?? app.images.algaCore.tag;
  return `the server image ${tag} cannot make the first tenant, so that nobody could log in to a fresh install of release ${releaseVersion}`;
}
