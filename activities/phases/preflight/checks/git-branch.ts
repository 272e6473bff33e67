import type { BlockerCode, Evidence } from '../../../../model/blocker.ts';
import type { RemoteAnswer } from '../../../ports/git.ts';
import { blockerFor } from '../../../stop.ts';
import { askedInVain, failed, passed, warned } from '../check.ts';
import { lacking } from './git-tree.ts';
import type { Check, Look } from '../check.ts';
import { advise, anew, asCode, holeFor, named, oneWord, run, set } from '../../../../model/advice.ts';

type Unreachable = Extract<RemoteAnswer, { reachable: false }>;

const CODES: Record<Unreachable['why'], BlockerCode> = {
  dns: 'git-remote-unreachable',
  auth: 'git-auth-failed',
  unreachable: 'git-remote-unreachable',
  'not-a-repository': 'git-remote-unreachable',
  timeout: 'git-remote-unreachable',
  'tool-missing': 'operator-tool-missing',
};

/**
 * The remote has exactly this branch, and the branch holds what Flux will apply. A remote that does not answer and a branch that is
 * not there stop the install in any case: Flux on the node fetches from the remote and nothing else, so that an install without
 * it could only wipe, wait and fail. With --require-remote-branch it stops, too, when the files of the branch cannot be read.
 */
export const gitBranch: Check = {
  id: 'git-branch',
  title: 'The branch on the Git remote',
  group: 'git',
  needsPrograms: true,
  run: async (look) => {
    const { url, branch } = look.spec.repo;
    const answer = await look.remote();
    if (!answer.reachable) return inVain(look, answer) ?? failed(unreachable(look, answer));
    if (answer.revision === null) return failed(missing(look, answer.branches));
    const tree = await look.tree(answer.revision);
    if (!tree.reachable) return (look.spec.requireRemoteBranch ? failed : warned)(unreachable(look, tree));
    return (
      lacking(look, tree) ?? passed(`${branch} of ${url} is at ${answer.revision.slice(0, 12)}, with the tree in it`)
    );
  },
};

/** A resolver that is down hides more than this remote; a name that alone cannot be resolved is most likely misspelt. */
function inVain(look: Look, answer: Unreachable) {
  if (answer.why !== 'dns') return null;
  const own = unreachable(look, answer);
  const { url } = look.spec.repo;
  const evidence = evidenceOf(look, answer);
  return askedInVain(
    'failed',
    {
      code: 'dns-resolution-failure',
      host: hostOf(url),
      wanted: { other: 'the Git remote' },
      tier: 'platform',
      evidence,
    },
    [own],
  );
}

/** For `https://host/path`, `ssh://git@host/path` and `git@host:path`. */
function hostOf(url: string): string {
  return /^(?:[a-z+]+:\/\/)?(?:[^@/]*@)?([^:/]+)/i.exec(url)?.[1] ?? url;
}

function evidenceOf(look: Look, { message }: Unreachable): Evidence {
  return { source: 'git', object: look.spec.repo.url, message, at: look.ports.clock.now().toISOString() };
}

function missing(look: Look, branches: readonly string[]) {
  const { url, branch } = look.spec.repo;
  const alike = branches.filter((name) => name.endsWith(branch) || name.startsWith(branch)).slice(0, 5);
  const hint = alike.length > 0 ? ` Similar branches: ${alike.join(', ')}.` : '';
  // Started from the product's own checkout, whose remote has no branch of a release.
  const isRelease = branch === look.spec.release.app.releaseBranch;
  return blockerFor(look, 'git-branch-missing', {
    component: 'git',
    object: url,
    facts: { branch, url },
    ...(isRelease && {
      advice: advise`Push the folders ${asCode('flux')} and ${asCode('charts')} of the appliance to a repository of your own, from a checkout that has them: ${run('git', 'push', holeFor('url'), oneWord('HEAD:refs/heads/', named(branch, 'branch')))}; then ${anew('--fresh', '--repo-url', holeFor('url'))}. Or choose a branch that has them: ${set('--repo-branch', holeFor('branch'))}.`,
    }),
    reason: `The remote ${url} has no branch ${branch}, so Flux cannot fetch it.${hint}`,
  });
}

function unreachable(look: Look, answer: Unreachable) {
  const { url } = look.spec.repo;
  const code = CODES[answer.why];
  const isNone = answer.why === 'not-a-repository';
  return blockerFor(look, code, {
    component: 'git',
    object: url,
    facts: { url, ...(code === 'operator-tool-missing' && { tool: 'git' }) },
    ...(answer.why === 'dns' && { reason: `The name in ${url} cannot be resolved on this machine.` }),
    ...(isNone && {
      reason: `No Git repository found at ${url}.`,
      advice: advise`Test it: ${run('git', 'ls-remote', named(url, 'url'))}; then ${anew('--fresh', '--repo-url', holeFor('url'))}.`,
    }),
    evidence: [evidenceOf(look, answer)],
  });
}
