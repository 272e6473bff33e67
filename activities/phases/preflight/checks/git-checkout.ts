import { blockerFor } from '../../../stop.ts';
import { failed, passed, skipped, warned } from '../check.ts';
import type { Check } from '../check.ts';
import { advise, named, oneWord, run } from '../../../../model/advice.ts';

/**
 * What the operator has in front of them is what the node will run: with `--repo-branch current` the checkout is compared with the
 * remote. Work that is only here is said; with --require-remote-branch commits that are only here stop the install.
 */
export const gitCheckout: Check = {
  id: 'git-checkout',
  title: 'The checkout and its remote',
  group: 'git',
  needsPrograms: true,
  run: async (look) => {
    const { checkout, repo, requireRemoteBranch } = look.spec;
    if (!checkout) return skipped(`the branch ${repo.branch} was given, so no checkout was checked`);
    const answer = await look.remote();
    const remote = answer.reachable ? answer.revision : null;
    const here = checkout.revision.slice(0, 12);
    const unpushed = checkout.unpushedCommits ?? 0;
    const differs = remote !== null && remote !== checkout.revision;
    const commits = unpushed > 0 ? `${unpushed} commit${unpushed === 1 ? ' is' : 's are'} not pushed` : '';
    const committed = commits || (differs ? `the remote is at ${remote.slice(0, 12)}` : '');
    const files = checkout.uncommittedFiles;
    const open = files > 0 ? `${files} file${files === 1 ? ' is' : 's are'} not committed` : '';
    const problems = [committed, open].filter((problem) => problem !== '');
    if (problems.length === 0) return passed(`the checkout is at ${here}, and so is the remote`);
    const blocker = blockerFor(look, 'git-branch-missing', {
      component: 'git',
      object: repo.url,
      facts: { branch: repo.branch, url: repo.url },
      reason: `The checkout is at ${here}; ${problems.join(', ')}: the node will run what the remote has, without these changes.`,
      advice: advise`Commit and push (${run('git', 'push', 'origin', oneWord('HEAD:', named(repo.branch, 'branch')))}) if the node should run it.`,
    });
    return requireRemoteBranch && committed !== '' ? failed(blocker) : warned(blocker);
  },
};
