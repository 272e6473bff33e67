import { NAMESPACES } from '../../model/appliance.ts';
import { kubectl } from '../commands.ts';
import type { Rule } from '../rule.ts';

/** A release is Ready and a workload of its chart does not exist: somebody has deleted it. */
export const rule: Rule = {
  code: 'release-objects-missing',
  title: 'Objects of a release are missing',
  retry: 'automatic',
  domains: [],
  wordings: [],
  reason: ({ object, facts }) =>
    `${object} does not exist, although the release ${facts?.release ?? 'that makes it'} is Ready: it was deleted after it was installed.`,
  nextAction: (context) => {
    const release = context.facts?.release ?? '<release>';
    const command = kubectl(
      context,
      `-n ${NAMESPACES.releases} annotate helmrelease ${release} --overwrite reconcile.fluxcd.io/requestedAt="$(date +%s)"`,
    );
    return `Flux makes it again by itself within about five minutes. To have it at once: \`${command}\`.`;
  },
};
