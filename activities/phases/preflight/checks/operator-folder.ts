import { whyUnwritable } from '../../../../site-folder/index.ts';
import { blockerFor } from '../../../stop.ts';
import { failed, passed } from '../check.ts';
import type { Check } from '../check.ts';

/** Keys, kubeconfig and the site's record are written there. */
export const operatorFolder: Check = {
  id: 'operator-folder',
  title: "The site's folder can be written",
  group: 'operator',
  run: async (look) => {
    const path = look.folder.root;
    const problem = await whyUnwritable(path);
    if (problem === null) return passed(path);
    return failed(
      blockerFor(look, 'operator-folder-unwritable', {
        component: 'operator',
        object: path,
        facts: { path },
        reason: `The site's folder cannot be written: ${problem}.`,
      }),
    );
  },
};
