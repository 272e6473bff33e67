import { access, constants } from 'node:fs/promises';
import { SITE_FILES } from '../../../../site-folder/index.ts';
import { keysLost } from '../../host/key-material.ts';
import { blockerFor } from '../../../stop.ts';
import { failed, passed } from '../check.ts';
import type { Check } from '../check.ts';

/** The files of a cluster that was named can be read; keys that are here already belong together. */
export const keyMaterial: Check = {
  id: 'key-material',
  title: "The site's keys",
  group: 'operator',
  needsPrograms: true,
  run: async (look) => {
    const { spec, folder } = look;
    const named = [spec.existingCluster.kubeconfig, spec.existingCluster.talosconfig].filter((path) => path !== null);
    const unreadable = await Promise.all(
      named.map(async (path) => {
        const readable = await access(path, constants.R_OK).then(
          () => true,
          () => false,
        );
        return readable ? [] : [path];
      }),
    );
    const lost = unreadable.flat();
    if (lost.length > 0) {
      return failed(
        ...lost.map((path) =>
          blockerFor(look, 'key-material-missing', {
            component: path === spec.existingCluster.kubeconfig ? 'kubeconfig' : 'talosconfig',
            object: path,
            reason: `The file ${path} was named for an existing cluster and cannot be read.`,
            nextAction: 'Name a file that is there and that you may read, or leave the flag out.',
          }),
        ),
      );
    }
    if (named.length > 0) return passed(`${named.join(', ')} will be used and not written`);
    const here = await Promise.all(
      [SITE_FILES.secrets, SITE_FILES.machineConfig, SITE_FILES.talosconfig].map(async (name) =>
        (await folder.exists(name)) ? [name] : [],
      ),
    );
    const names = here.flat();
    if (names.length === 1 && names[0] === SITE_FILES.talosconfig) {
      const found = await look.node().catch(() => null);
      if (found?.state === 'empty') return failed(keysLost(look));
    }
    return passed(
      names.length > 0 ? `${names.join(', ')} are here and will be used again` : 'none yet: they will be made once',
    );
  },
};
