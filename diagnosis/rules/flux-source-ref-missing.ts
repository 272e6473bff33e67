import { advise, holeFor, kubectl, set } from '../../model/advice.ts';
import type { Rule } from '../rule.ts';

/** The branch, tag or commit is not in the source. */
export const rule: Rule = {
  code: 'flux-source-ref-missing',
  title: 'The branch or tag does not exist in the source',
  retry: 'after-change',
  domains: ['flux-source'],
  wordings: [
    {
      pattern:
        /couldn't find remote ref:? "?(?<ref>[\w/.-]+)?|remote branch (?<branch>[\w/.-]+) not found|reference not found|unknown revision|did not match any file/i,
      source: 'go-git, git',
    },
    {
      pattern:
        /unable to (?:resolve|find) (?:ref|commit|tag|branch|reference)[^:]*|ref(?:erence)? '?(?<ref>[\w/.-]+)?'? (?:not found|does not exist)|(?:branch|tag|commit) '?"?(?<branch>[\w/.-]+)?"?'? (?:not found|does not exist)|object not found/i,
      source: 'fluxcd/pkg git gogit clone.go',
    },
    {
      pattern:
        /no match found for semver|no tags? (?:match|found)|could not find.{0,30}(?:tag|digest)|MANIFEST_UNKNOWN|manifest unknown|no .{0,20}matching.{0,20}(?:version|tag|digest)/i,
      source: 'source-controller semver and OCI references',
    },
  ],
  reason: ({ object, facts }) =>
    `The branch, tag or commit ${facts?.ref ?? facts?.branch ?? ''} that ${object} uses does not exist in the source.`.replace(
      / {2,}/g,
      ' ',
    ),
  advice: () =>
    advise`Push the branch, or choose one that exists: ${set('--branch', holeFor('branch'))}. The current one: ${kubectl('-n', 'flux-system', 'get', 'gitrepository', 'alga-appliance', '-o', 'jsonpath={.spec.ref}')}.`,
};
