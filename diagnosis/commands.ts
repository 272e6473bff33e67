import { RETRY, holeFor, kubectl, named, oneWord, set } from '../model/advice.ts';
import type { AdvicePart, Word } from '../model/advice.ts';
import type { BlockerContext } from './rule.ts';

/** An object as evidence names it, taken apart: `Pod msp/db-0` is kind, namespace and name. */
export interface NamedObject {
  readonly kind: string;
  readonly namespace: string | null;
  readonly name: string;
}

/** Null if it is not an API object. */
export function namedObject(object: string): NamedObject | null {
  const match = /^([A-Z][A-Za-z]+) (?:([a-z0-9][a-z0-9.-]*)\/)?([A-Za-z0-9][A-Za-z0-9.:_-]*)/.exec(object);
  if (!match?.[1] || !match[3]) return null;
  return { kind: match[1], namespace: match[2] ?? null, name: match[3] };
}

/** Gives the kind as kubectl takes it. */
export function kindWord({ kind }: NamedObject): Word {
  return named(kind.toLowerCase(), 'kind');
}

export function nodeOf(context: BlockerContext): string {
  return context.nodeIp ?? '<node-ip>';
}

/** Gives the command that shows all there is about the context's object. */
export function describe(context: BlockerContext): AdvicePart {
  const seen = namedObject(context.object);
  if (!seen) return kubectl('get', 'events', '-A', '--sort-by=.lastTimestamp');
  const namespace = seen.namespace ? ['-n', named(seen.namespace, 'namespace')] : [];
  return kubectl(...namespace, 'describe', kindWord(seen), named(seen.name, 'name'));
}

/** The command that makes a failed pod retry now: its controller creates it again. */
export function recreatePod(context: BlockerContext): AdvicePart {
  const seen = namedObject(context.object);
  if (seen?.kind !== 'Pod') return RETRY;
  return kubectl('-n', named(seen.namespace ?? 'default', 'namespace'), 'delete', 'pod', named(seen.name, 'pod'));
}

/** Gives how another image is named for a component; that of collaborative editing is named whole. */
export function otherImage({ component }: BlockerContext): AdvicePart {
  return component === 'hocuspocus'
    ? set('--collaboration-image', holeFor('image'))
    : set('--image-tag', oneWord(holeFor('image'), '=', holeFor('tag')));
}
