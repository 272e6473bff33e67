import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { programPath } from '../parts/programs.ts';

const CHECKOUT = path.join(import.meta.dirname, '..', '..');
/** What Flux and the client read of the checkout. */
const SERVED = ['flux', 'charts', 'releases'];
const TIMEOUT_MS = 60_000;

/**
 * Commits what Flux reads of this checkout, as it lies there now, to branches of a bare repository.
 * @param change edits the tree before the commit, in the folder that it is given
 * @returns the revision
 */
export async function commitCheckout(
  repository: string,
  branches: readonly string[],
  change?: (folder: string) => Promise<void>,
): Promise<string> {
  const program = await programPath('git');
  // Beside the repository, so that it is removed with the lab.
  const work = await mkdtemp(`${repository}.work-`);
  const env = {
    GIT_DIR: repository,
    GIT_WORK_TREE: work,
    GIT_AUTHOR_NAME: 'lab',
    GIT_AUTHOR_EMAIL: 'lab@localhost',
    GIT_COMMITTER_NAME: 'lab',
    GIT_COMMITTER_EMAIL: 'lab@localhost',
    GIT_CONFIG_GLOBAL: '/dev/null',
  };
  const git = async (...args: string[]): Promise<string> =>
    (await execa(program, args, { env, cwd: work, timeout: TIMEOUT_MS })).stdout;
  try {
    await execa(program, ['init', '--quiet', '--bare', '--initial-branch=main', repository], { timeout: TIMEOUT_MS });
    for (const folder of SERVED) await execa('cp', ['-a', path.join(CHECKOUT, folder), work], { timeout: TIMEOUT_MS });
    await change?.(work);
    await git('add', '--all', '--force', '.');
    const tree = await git('write-tree');
    const parent = await git('rev-parse', '--verify', '--quiet', `refs/heads/${branches[0]}`).catch(() => null); // none yet
    // A client that follows the branch ignores an identical tree.
    if (parent !== null && (await git('rev-parse', `${parent}^{tree}`)) === tree) return parent;
    const parents = parent === null ? [] : ['-p', parent];
    const revision = await git('commit-tree', tree, ...parents, '-m', 'The checkout as it lies on this machine');
    for (const branch of branches) await git('update-ref', `refs/heads/${branch}`, revision);
    return revision;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
