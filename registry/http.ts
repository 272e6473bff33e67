import { EnvHttpProxyAgent, fetch } from 'undici';
import type { Dispatcher, Response } from 'undici';
import { RegistryFault } from './fault.ts';
import { apiHost } from './reference.ts';
import type { ImageReference } from './reference.ts';

/** How one registry is asked. */
export interface Way {
  /** `host:port` of its API. */
  readonly host: string;
  /** Plain HTTP is used with it. */
  readonly isPlain: boolean;
  /** For one request with its answer's body, redirects included. */
  readonly timeoutMs: number;
  readonly dispatcher: Dispatcher | undefined;
}

export interface WayOptions {
  readonly timeoutMs: number;
  /** Use plain HTTP with a registry that is not on this machine. */
  readonly plainHttp?: boolean;
}

/**
 * The way to the registry of each reference. A mirror named by APPLIANCE_REGISTRY_MIRROR (`host:port`, plain HTTP) replaces every
 * registry, for installs without the internet.
 */
export function registryWays(
  environment: NodeJS.ProcessEnv,
  { timeoutMs, plainHttp = false }: WayOptions,
): (reference: ImageReference) => Way {
  const mirror = environment['APPLIANCE_REGISTRY_MIRROR'] || null;
  const dispatcher = proxyOf(environment);
  return ({ registry }) => {
    const host = mirror ?? apiHost(registry);
    return { host, isPlain: mirror !== null || plainHttp || isLocal(host), timeoutMs, dispatcher };
  };
}

/** The base URL of a repository's manifests and blobs. */
export function repositoryUrl({ host, isPlain }: Way, { repository }: ImageReference): string {
  return `${isPlain ? 'http' : 'https'}://${host}/v2/${repository}`;
}

export interface Asked {
  readonly method?: 'GET' | 'HEAD';
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** How many redirects are followed; blobs are often at a storage provider. */
  readonly redirects?: number;
}

const REDIRECTS = 5;

/**
 * One request, with redirects followed by hand: a bounded number, never to plain HTTP unless the registry itself uses it, never from
 * elsewhere to this machine, and without the token for another host. Gives the last answer, whatever its status. Throws RegistryFault,
 * or what the connection failed with.
 */
export async function ask(way: Way, url: string, asked: Asked): Promise<Response> {
  const { method = 'GET', redirects = REDIRECTS, headers = {} } = asked;
  const signal = AbortSignal.any([asked.signal, AbortSignal.timeout(way.timeoutMs)]);
  const first = new URL(url);
  let [at, sent] = [first, headers];
  for (let followed = 0; ; followed += 1) {
    const response = await fetch(at.toString(), {
      method,
      headers: { ...sent, 'accept-encoding': 'identity' },
      redirect: 'manual',
      signal,
      ...(way.dispatcher && { dispatcher: way.dispatcher }),
    });
    const location = REDIRECT_STATUS.has(response.status) ? response.headers.get('location') : null;
    if (location === null) return response;
    await response.body?.cancel();
    if (followed >= redirects) {
      const why =
        redirects === 0
          ? 'where redirects are not followed'
          : `again after ${redirects} redirects, which is not followed`;
      throw new RegistryFault('refused', `${first.host} redirects ${why}`);
    }
    at = redirectTarget(way, at, location);
    if (at.origin !== first.origin) sent = withoutToken(sent);
  }
}

const REDIRECT_STATUS = new Set([301, 302, 303, 307, 308]);

function redirectTarget(way: Way, from: URL, location: string): URL {
  if (!URL.canParse(location, from.toString()))
    throw new RegistryFault('refused', `${from.host} redirects to an invalid URL`);
  const target = new URL(location, from);
  const fault = addressFault(way, target);
  if (fault !== null)
    throw new RegistryFault('refused', `${from.host} redirects to ${target.host || target.protocol}, ${fault}`);
  return target;
}

/** Why an address that a registry names must not be requested; null if it may. */
export function addressFault(way: Way, target: URL): string | null {
  const isOwn = target.host === way.host;
  if (target.username !== '' || target.password !== '') return 'with credentials in the URL';
  if (target.protocol !== 'https:' && !(target.protocol === 'http:' && way.isPlain && isOwn)) return 'not over https';
  if (isLocal(target.host) && !isOwn) return 'which is this machine';
  return null;
}

function withoutToken(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'authorization'));
}

/** The body of an answer; a longer one than `limit` bytes is cut off and refused, compressed or not. */
export async function bodyOf(response: Response, limit: number, what: string): Promise<Buffer> {
  const tooLarge = (): RegistryFault =>
    new RegistryFault('refused', `${what} is larger than ${limit} bytes and was discarded`);
  if (Number(response.headers.get('content-length') ?? 0) > limit) {
    await response.body?.cancel();
    throw tooLarge();
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop cancels the rest.
  for await (const chunk of response.body ?? []) {
    const bytes = chunk instanceof Uint8Array ? chunk : Buffer.from(String(chunk));
    length += bytes.length;
    if (length > limit) throw tooLarge();
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/** Docker, containerd and crane use plain HTTP for a registry on this machine; so does this. */
function isLocal(host: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[::1?\]|\[::ffff:[^\]]*\]|.*\.localhost)(:\d+)?$/.test(host);
}

function proxyOf(environment: NodeJS.ProcessEnv): Dispatcher | undefined {
  const of = (name: string): string | undefined => environment[name] || environment[name.toUpperCase()] || undefined;
  const [httpProxy, httpsProxy, noProxy] = [of('http_proxy'), of('https_proxy'), of('no_proxy')];
  if (!httpProxy && !httpsProxy) return undefined;
  return new EnvHttpProxyAgent({
    ...(httpProxy && { httpProxy }),
    ...(httpsProxy && { httpsProxy }),
    ...(noProxy && { noProxy }),
  });
}
