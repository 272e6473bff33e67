import { SHELL_NOW, advise, kubectl, named, oneWord } from '../../model/advice.ts';
import { NAMESPACES } from '../../model/appliance.ts';
import type { Rule } from '../rule.ts';

/** A release is Ready and a workload of its chart does not exist: it was deleted. */
export const rule: Rule = {
  code: 'release-objects-missing',
  title: 'Objects of a release are missing',
  retry: 'automatic',
  domains: [],
  wordings: [],
  reason: ({ object, facts }) =>
    `${object} does not exist, although the release ${facts?.release ?? 'that creates it'} is Ready: it was deleted after it was installed.`,
  advice: (context) => {
    const release = named(context.facts?.release, 'release');
    const command = kubectl(
      '-n',
      NAMESPACES.releases,
      'annotate',
      'helmrelease',
      release,
      '--overwrite',
      oneWord('reconcile.fluxcd.io/requestedAt=', SHELL_NOW),
    );
    return advise`Flux creates it again automatically within about five minutes. To create it now: ${command}.`;
  },
};
