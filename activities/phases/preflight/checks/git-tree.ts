import { posix } from 'node:path';
import type { Reference, TreeAnswer } from '../../../ports/git.ts';
import { blockerFor } from '../../../stop.ts';
import { failed } from '../check.ts';
import type { Finding, Look } from '../check.ts';
import { advise, anew, asCode } from '../../../../model/advice.ts';

type Tree = Extract<TreeAnswer, { reachable: true }>;

const KUSTOMIZATION = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];
/** How many missing paths are named. */
const SHOWN = 4;

/**
 * A finding if Flux could not apply the branch: the profile's folder, the folders of its tiers or the charts are
 * missing. Reported before anything is wiped. Null if all of it exists.
 */
export function lacking(look: Look, tree: Tree): Finding | null {
  const { url, branch, path } = look.spec.repo;
  const profile = posix.join(path, '.').replace(/\/$/, '');
  const files = new Set(tree.files);
  const isThere = (folder: string, names: readonly string[]): boolean =>
    names.some((name) => files.has(posix.join(folder, name)));
  const names = (kind: Reference['kind']): readonly string[] => (kind === 'chart' ? ['Chart.yaml'] : KUSTOMIZATION);

  if (!isThere(profile, KUSTOMIZATION)) {
    const others = tree.files
      .filter((file) => /(?:^|\/)flux\/profiles\/[^/]+\/kustomization\.yaml$/.test(file))
      .map((file) => posix.dirname(file));
    const hint = others.length > 0 ? ` It has ${others.slice(0, SHOWN).join(', ')}.` : '';
    return refusal(
      `The branch ${branch} of ${url} has no ${profile}/kustomization.yaml, which Flux must apply.${hint}`,
      others[0] === undefined ? null : `./${others[0]}`,
    );
  }
  const missing = tree.references.filter(({ kind, target }) => !isThere(target, names(kind)));
  if (missing.length === 0) return null;
  const root = posix.join(profile, '..', '..', '..');
  const isMoved = root !== '.' && missing.every(({ kind, target }) => isThere(posix.join(root, target), names(kind)));
  const targets = [...new Set(missing.map(({ target }) => target))];
  const named =
    targets.slice(0, SHOWN).join(', ') + (targets.length > SHOWN ? ` and ${targets.length - SHOWN} more` : '');
  return refusal(
    isMoved
      ? `The tree in ${branch} of ${url} is under ${root}/, but its manifests refer to ${named} from the root of the repository, and so does Flux.`
      : `The manifests in ${branch} of ${url} refer to ${named}, which the branch does not contain.`,
    null,
  );

  function refusal(reason: string, folder: string | null): Finding {
    const layout = advise`the folders ${asCode('flux')} and ${asCode('charts')} of the appliance in the root of the repository (under a prefix, ${asCode('chart:')} and ${asCode('path:')} in the manifests of ${asCode('flux')} must begin with it)`;
    return failed(
      blockerFor(look, 'flux-build-failed', {
        component: 'git',
        object: url,
        facts: { branch, url },
        reason,
        advice: folder
          ? advise`Give that folder: ${anew('--fresh', '--repo-path', folder)}. The required layout: ${layout}.`
          : advise`Give the repository and branch that have the tree (${asCode('--repo-url')}, ${asCode('--repo-branch')}, ${asCode('--repo-path')}), or push it there. The required layout: ${layout}.`,
        evidence: [
          {
            source: 'git',
            object: url,
            message: `${tree.files.length} files in ${branch}`,
            at: look.ports.clock.now().toISOString(),
          },
        ],
      }),
    );
  }
}
