import { kubectl, namedObject } from '../commands.ts';
import type { Rule } from '../rule.ts';

/** A release is locked by an unfinished operation. */
export const rule: Rule = {
  code: 'helm-operation-in-progress',
  title: 'A Helm release is locked',
  retry: 'after-change',
  domains: ['helm'],
  wordings: [
    {
      pattern:
        /another operation \(install\/upgrade\/rollback\) is in progress|release .{0,80}(?:pending-(?:install|upgrade|rollback)|is locked|locked in)|pending-(?:install|upgrade|rollback)|previous (?:release )?operation .{0,40}(?:not finished|in progress)/i,
      source: 'Helm pkg/action errPending',
    },
  ],
  reason: ({ object }) =>
    `${object} is locked by a Helm operation that was begun and never finished (the controller was killed in the middle of it).`,
  nextAction: (context) => {
    const name = namedObject(context.object)?.name ?? context.facts?.release ?? '<release>';
    return (
      `Remove the record of the unfinished operation, and only that one: \`${kubectl(context, `-n msp get secrets -l owner=helm,name=${name} -L status,version`)}\` shows which has the status pending-…; ` +
      `\`${kubectl(context, `-n msp delete secret sh.helm.release.v1.${name}.v<version>`)}\` deletes it. Then \`${kubectl(context, `-n alga-system annotate helmrelease ${name} --overwrite reconcile.fluxcd.io/requestedAt="$(date +%s)" reconcile.fluxcd.io/forceAt="$(date +%s)"`)}\`.`
    );
  },
};
