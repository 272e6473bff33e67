import type { Response } from 'undici';
import { z } from 'zod';
import { digestOf, insistOnDigest } from './digest.ts';
import { RegistryFault } from './fault.ts';
import { ask, bodyOf, registryWays, repositoryUrl } from './http.ts';
import type { Way } from './http.ts';
import type { ImageReference } from './reference.ts';
import { registryToken } from './token.ts';

/** The OCI distribution specification requires registries to accept manifests of 4 MiB. */
export const MANIFEST_LIMIT_BYTES = 4 * 1024 * 1024;
const ERROR_LIMIT_BYTES = 16 * 1024;
export const TIMEOUT_MS = 15_000;

export const INDEX_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];
export const MANIFEST_TYPES = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];

/** A manifest as a registry returned it; its digest is computed here. */
export interface Manifest {
  readonly bytes: Buffer;
  readonly digest: string;
}

/** Reads of registries, without credentials. Every method throws RegistryFault, or the reason of a signal that is aborted. */
export interface RegistryClient {
  /** A manifest or an index. It is refused if its digest differs from the one in the reference or the answer. */
  manifest(reference: ImageReference, signal: AbortSignal): Promise<Manifest>;
  /** The blob of a digest; `limit` in bytes. */
  blob(reference: ImageReference, digest: string, limit: number, signal: AbortSignal): Promise<Buffer>;
}

export interface RegistryClientOptions {
  /** Use plain HTTP with a registry that is not on this machine. */
  readonly plainHttp: boolean;
  readonly timeoutMs?: number;
}

/** Reads proxies and APPLIANCE_REGISTRY_MIRROR from the environment. */
export function registryClient(
  environment: NodeJS.ProcessEnv,
  { plainHttp, timeoutMs = TIMEOUT_MS }: RegistryClientOptions,
): RegistryClient {
  const ways = registryWays(environment, { timeoutMs, plainHttp });
  const tokens = new Map<string, string>();
  const get = async (
    reference: ImageReference,
    path: string,
    accept: string,
    signal: AbortSignal,
  ): Promise<Response> => {
    const way = ways(reference);
    const base = repositoryUrl(way, reference);
    const once = (): Promise<Response> => {
      const token = tokens.get(base);
      const headers = { accept, ...(token !== undefined && { authorization: `Bearer ${token}` }) };
      return ask(way, `${base}/${path}`, { headers, signal });
    };
    const response = await once();
    if (response.ok) return response;
    if (response.status !== 401 || tokens.has(base)) throw await faultOf(way, response);
    const token = await registryToken(way, response, reference, signal);
    if (token === null)
      throw new RegistryFault('denied', `${way.host} issues no token for ${reference.repository} without credentials`);
    tokens.set(base, token);
    const again = await once();
    if (again.ok) return again;
    throw await faultOf(way, again);
  };
  const wrapped = async <Value>(
    reference: ImageReference,
    signal: AbortSignal,
    act: () => Promise<Value>,
  ): Promise<Value> => {
    try {
      return await act();
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof RegistryFault) throw error;
      throw new RegistryFault('unreachable', `${ways(reference).host} cannot be reached`, { cause: error });
    }
  };
  const manifest: RegistryClient['manifest'] = async (reference, signal) => {
    const name = nameOf(reference);
    const accept = [...MANIFEST_TYPES, ...INDEX_TYPES].join(', ');
    const response = await get(reference, `manifests/${reference.reference}`, accept, signal);
    const bytes = await bodyOf(response, MANIFEST_LIMIT_BYTES, `the manifest of ${name}`);
    if (reference.reference.startsWith('sha256:')) insistOnDigest(bytes, reference.reference, name);
    const told = response.headers.get('docker-content-digest');
    if (told?.startsWith('sha256:')) insistOnDigest(bytes, told, `the manifest of ${name}`);
    return { bytes, digest: digestOf(bytes) };
  };
  const blob: RegistryClient['blob'] = async (reference, digest, limit, signal) => {
    const what = `a blob of ${reference.registry}/${reference.repository}`;
    const bytes = await bodyOf(await get(reference, `blobs/${digest}`, '*/*', signal), limit, what);
    insistOnDigest(bytes, digest, what);
    return bytes;
  };
  return {
    manifest: (reference, signal) => wrapped(reference, signal, () => manifest(reference, signal)),
    blob: (reference, digest, limit, signal) =>
      wrapped(reference, signal, () => blob(reference, digest, limit, signal)),
  };
}

function nameOf({ registry, repository, reference }: ImageReference): string {
  return `${registry}/${repository}${reference.startsWith('sha256:') ? '@' : ':'}${reference}`;
}

const errors = z.object({ errors: z.array(z.object({ code: z.string(), message: z.string().default('') })) });

/** ghcr.io answers 401 or 403 both for a private repository and for one that does not exist. */
async function faultOf({ host }: Way, response: Response): Promise<RegistryFault> {
  const text = (await bodyOf(response, ERROR_LIMIT_BYTES, `an error of ${host}`)).toString('utf8');
  const parsed = errors.safeParse(parseJson(text));
  const [first] = parsed.success ? parsed.data.errors : [];
  const said = first ? ` ${first.code}${first.message && `: ${first.message}`}` : '';
  const message = `${host} answered ${response.status}${said}`;
  if (response.status === 404) return new RegistryFault('missing', message);
  if (response.status === 401 || response.status === 403) return new RegistryFault('denied', message);
  if (response.status === 429 || response.status >= 500) return new RegistryFault('busy', message);
  return new RegistryFault('refused', message);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
