import { NAMESPACES } from '../model/appliance.ts';
import type { BlockerContext } from './rule.ts';

/** An object as evidence names it, taken apart: `Pod msp/db-0` is kind, namespace and name. */
export interface NamedObject {
  readonly kind: string;
  readonly namespace: string | null;
  readonly name: string;
}

/** Takes the object of a context, gives its parts; null when it is not an API object. */
export function namedObject(object: string): NamedObject | null {
  const match = /^([A-Z][A-Za-z]+) (?:([a-z0-9.-]+)\/)?([A-Za-z0-9.:_-]+)/.exec(object);
  if (!match?.[1] || !match[3]) return null;
  return { kind: match[1], namespace: match[2] ?? null, name: match[3] };
}

function siteFile(context: BlockerContext, file: string): string {
  return `~/.alga-psa-appliance/${context.siteId ?? '<site>'}/${file}`;
}

/** Takes kubectl's arguments, gives a command line for this site's own kubeconfig. */
export function kubectl(context: BlockerContext, args: string): string {
  return `kubectl --kubeconfig ${siteFile(context, 'kubeconfig')} ${args}`;
}

/** Takes Helm's arguments, gives a command line for the application's releases in this site's cluster. */
export function helm(context: BlockerContext, args: string): string {
  return `helm --kubeconfig ${siteFile(context, 'kubeconfig')} -n ${NAMESPACES.workloads} ${args}`;
}

/** Takes talosctl's arguments, gives a command line for this site's own talosconfig and node. */
export function talosctl(context: BlockerContext, args: string): string {
  return `talosctl --talosconfig ${siteFile(context, 'talosconfig')} -n ${nodeOf(context)} ${args}`;
}

/** Takes the client's arguments, gives a command line for this site. */
export function appliance(context: BlockerContext, args: string): string {
  return context.siteId ? `appliance-client ${args} --site ${context.siteId}` : `appliance-client ${args}`;
}

/**
 * Takes the arguments of a `start` that asks for something else than the install that runs was ordered to do: `start` refuses, or
 * joins, while that one runs, so it is ended first. `client/render/once-installed.ts` leaves that out where none runs.
 */
export function anew(context: BlockerContext, args: string): string {
  return `\`${appliance(context, 'cancel')}\`, then \`${appliance(context, args)}\``;
}

export function nodeOf(context: BlockerContext): string {
  return context.nodeIp ?? '<node-ip>';
}

/** Gives the path of a file of this site as a person types it. */
export function fileOf(context: BlockerContext, file: string): string {
  return siteFile(context, file);
}

/** Gives the command that shows all there is about the context's object. */
export function describe(context: BlockerContext): string {
  const named = namedObject(context.object);
  if (!named) return kubectl(context, 'get events -A --sort-by=.lastTimestamp');
  const namespace = named.namespace ? `-n ${named.namespace} ` : '';
  return kubectl(context, `${namespace}describe ${named.kind.toLowerCase()} ${named.name}`);
}

/** Gives the command that lets a failed pod try again at once: its controller makes it anew. */
export function recreatePod(context: BlockerContext): string {
  const named = namedObject(context.object);
  if (named?.kind !== 'Pod') return appliance(context, 'retry');
  return kubectl(context, `-n ${named.namespace ?? 'default'} delete pod ${named.name}`);
}

/** Gives the command that names another image for a component; that of collaborative editing is named whole. */
export function otherImage({ component }: BlockerContext): string {
  return component === 'hocuspocus' ? 'set --collaboration-image <image>' : 'set --image-tag <image>=<tag>';
}
