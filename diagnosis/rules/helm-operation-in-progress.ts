import { SHELL_NOW, advise, holeFor, kubectl, named, oneWord } from '../../model/advice.ts';
import { namedObject } from '../commands.ts';
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
    `${object} is locked by a Helm operation that started and did not finish (the controller was killed during it).`,
  advice: (context) => {
    const name = named(namedObject(context.object)?.name ?? context.facts?.release, 'release');
    const now = (what: string) => oneWord(`reconcile.fluxcd.io/${what}=`, SHELL_NOW);
    return advise`Remove the record of the unfinished operation, and only that one: ${kubectl('-n', 'msp', 'get', 'secrets', '-l', oneWord('owner=helm,name=', name), '-L', 'status,version')} shows which has the status pending-…; ${kubectl('-n', 'msp', 'delete', 'secret', oneWord('sh.helm.release.v1.', name, '.v', holeFor('version')))} deletes it. Then ${kubectl('-n', 'alga-system', 'annotate', 'helmrelease', name, '--overwrite', now('requestedAt'), now('forceAt'))}.`;
  },
};
