import { posix } from 'node:path';
import type { Reference, TreeAnswer } from '../../../ports/git.ts';
import { blockerFor } from '../../../stop.ts';
import { failed } from '../check.ts';
import type { Finding, Look } from '../check.ts';

type Tree = Extract<TreeAnswer, { reachable: true }>;

const KUSTOMIZATION = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];
/** How many missing paths are named. */
const SHOWN = 4;

/**
 * Takes what a branch holds, gives the finding when Flux could not apply it: the profile's folder, the folders of its tiers and
 * the charts. Told before anything is wiped. Null when all of it is there.
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
      `The branch ${branch} of ${url} has no ${profile}/kustomization.yaml, which Flux would apply.${hint}`,
      others[0] === undefined ? null : `--repo-path ./${others[0]}`,
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
      ? `The tree in ${branch} of ${url} lies under ${root}/, but its manifests name ${named} from the root of the repository, and Flux reads them so.`
      : `The manifests in ${branch} of ${url} name ${named}, and the branch does not have it.`,
    null,
  );

  function refusal(reason: string, flag: string | null): Finding {
    const layout =
      'the folders `flux` and `charts` of the appliance in the root of the repository (under a prefix, `chart:` and `path:` in ' +
      'the manifests of `flux` must begin with it)';
    return failed(
      blockerFor(look, 'flux-build-failed', {
        component: 'git',
        object: url,
        facts: { branch, url },
        reason,
        nextAction: flag
          ? `Start again with \`${flag}\`. The layout that is needed: ${layout}.`
          : `Name the repository and branch that have the tree (--repo-url, --repo-branch, --repo-path), or push it there. The layout that is needed: ${layout}.`,
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
