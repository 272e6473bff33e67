import semver from 'semver';
import type { Blocker } from '../../../../model/blocker.ts';
import { firstTenantFault } from '../../../../model/first-tenant.ts';
import { supportFaults, supportWarnings } from '../../../../model/support-matrix.ts';
import { blockerFor } from '../../../stop.ts';
import { failed, passed, warned } from '../check.ts';
import type { Check, Finding, Look } from '../check.ts';

/**
 * The release fits together: its installer image is that of its own Talos version, and its parts support one another. What does
 * not is refused before an install; an appliance that was installed so is told and goes on.
 */
export const release: Check = {
  id: 'release',
  title: 'The release',
  group: 'release',
  run: async (look) => {
    const { release: manifest, channel } = look.spec;
    const { origin } = manifest;
    const installer = manifest.os.installer.image;
    const tag = installer.split(':').at(-1) ?? '';
    if (semver.coerce(tag)?.version !== semver.coerce(manifest.talos.version)?.version) {
      return failed(invalid(look, `it has Talos ${manifest.talos.version}, and its installer is ${installer}`));
    }
    const faults = supportFaults(manifest);
    if (faults.length > 0) {
      const blocker = invalid(look, faults.map(({ message }) => message).join('; '));
      return look.spec.mode === 'fresh' ? failed(blocker) : warned(blocker);
    }
    const unable = look.spec.mode === 'fresh' ? firstTenantFault(look.spec) : null;
    if (unable !== null) return failed(invalid(look, unable));
    const by = channel === null ? '' : ` (channel ${channel})`;
    const what = `${manifest.releaseVersion}${by}: Alga PSA ${manifest.app.version}, Talos ${manifest.talos.version}, Kubernetes ${manifest.kubernetes.version}${origin ? `; imported from ${origin.reference}, ${origin.importedAt.slice(0, 10)}` : ''}`;
    const ended = supportWarnings(manifest, look.ports.clock.now());
    return ended.length === 0 ? passed(what) : toldOnly(`${what}; ${ended.join('; ')}`);
  },
};

function invalid(look: Look, detail: string): Blocker {
  const { releaseVersion } = look.spec.release;
  return blockerFor(look, 'release-invalid', {
    component: 'release',
    object: `release ${releaseVersion}`,
    facts: { release: releaseVersion, detail },
  });
}

/** Nobody can do anything about it on this site: it stands in the answers, and not among what is wrong with the appliance. */
function toldOnly(detail: string): Finding {
  return { result: 'warning', detail, blockers: [] };
}
