import { access, constants } from 'node:fs/promises';
import { SITE_FILES } from '../../../../site-folder/index.ts';
import { keysGone, keysLost } from '../../host/key-material.ts';
import { knownAuthority } from '../../host/site-record.ts';
import { blockerFor } from '../../../stop.ts';
import { failed, passed } from '../check.ts';
import type { Check } from '../check.ts';
import { advise } from '../../../../model/advice.ts';

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
            reason: `The file ${path} was given for an existing cluster, but it cannot be read.`,
            advice: advise`Give a file that exists and that you can read, or omit the flag.`,
          }),
        ),
      );
    }
    if (named.length > 0) return passed(`${named.join(', ')} will be used and not changed`);
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
    const known = names.length === 0 ? await knownAuthority(look) : null;
    if (known !== null) return failed(keysGone(look, known));
    return passed(
      names.length > 0 ? `${names.join(', ')} exist and will be used again` : 'none yet: they will be created once',
    );
  },
};
