import semver from 'semver';
import { blockerFor } from '../../../stop.ts';
import { failed, passed } from '../check.ts';
import type { Check } from '../check.ts';

/** The release fits together: its installer image is that of its own Talos version. */
export const release: Check = {
  id: 'release',
  title: 'The release',
  group: 'release',
  run: async (look) => {
    const { release: manifest, channel } = look.spec;
    const installer = manifest.os.installer.image;
    const tag = installer.split(':').at(-1) ?? '';
    if (semver.coerce(tag)?.version !== semver.coerce(manifest.talos.version)?.version) {
      return failed(
        blockerFor(look, 'release-invalid', {
          component: 'release',
          object: `release ${manifest.releaseVersion}`,
          facts: {
            release: manifest.releaseVersion,
            detail: `it has Talos ${manifest.talos.version}, and its installer is ${installer}`,
          },
        }),
      );
    }
    const by = channel === null ? '' : ` (channel ${channel})`;
    return passed(
      `${manifest.releaseVersion}${by}: Alga PSA ${manifest.app.version}, Talos ${manifest.talos.version}, Kubernetes ${manifest.kubernetes.version}`,
    );
  },
};
