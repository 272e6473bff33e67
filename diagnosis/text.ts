import type { Blocker } from '../model/blocker.ts';
import { makeBlocker } from './blockers.ts';
import { matchText } from './classify.ts';
import { readTalos } from './findings/host/words.ts';
import type { BlockerContext, Domain } from './rule.ts';

/** Where a message from outside Kubernetes was said, as an activity knows it. */
export interface TextContext extends Omit<BlockerContext, 'evidence'> {
  /** The program or system that said it: `talosctl`, `git`, `registry`, `kubernetes`, `flux`, `helm`, `postgres`, `operator`. */
  readonly source: string;
  /** For talosctl: the call was made with `--insecure`, to the maintenance API. */
  readonly insecure?: boolean;
}

const domainOfSource: readonly [RegExp, Domain][] = [
  [/talos/i, 'talos'],
  [/\bgit\b/i, 'git'],
  [/registry|image|crane|skopeo/i, 'registry'],
  [/kube|k8s|api.?server/i, 'kube-api'],
  [/helm/i, 'helm'],
  [/source/i, 'flux-source'],
  [/flux|kustom/i, 'flux-apply'],
  [/postgres|database|knex|redis|pgbouncer|temporal|log/i, 'log'],
  [/operator|local|file/i, 'operator'],
];

/**
 * For a message from outside Kubernetes (a talosctl stderr, a git or registry error). Null if no rule matches. An
 * `insecure` call of talosctl that gets no answer, or is asked for a certificate, is about the maintenance API.
 */
export function classifyText(text: string, context: TextContext): Blocker | null {
  const domain = domainOfSource.find(([pattern]) => pattern.test(context.source))?.[1] ?? 'operator';
  const match = domain === 'talos' ? null : matchText(domain, text);
  const found =
    domain === 'talos' ? readTalos(text, context.insecure ?? false) : match && { match, code: match.rule.code };
  if (!found) return null;
  const evidence = [{ source: context.source, object: context.object, message: text.trim(), at: context.at }];
  return makeBlocker(found.code, { ...context, facts: { ...found.match.facts, ...context.facts }, evidence });
}
