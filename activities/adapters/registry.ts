import { EnvHttpProxyAgent, fetch } from 'undici';
import type { Dispatcher, Response } from 'undici';
import { z } from 'zod';
import { redact } from '../../redaction/index.ts';
import type { ImageAnswer, RegistryPort } from '../ports/registry.ts';
import { apiHost, parseReference } from './image-reference.ts';
import type { ImageReference } from './image-reference.ts';
import { isUnresolved, wordsOf } from './network-error.ts';
import { registryToken } from './registry-token.ts';

const TIMEOUT_MS = 15_000;
const LONGEST_MESSAGE = 500;

const INDEX_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];
const MANIFEST_TYPES = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];

const sized = z.object({ size: z.number() });
const manifest = z.object({
  config: sized.optional(),
  layers: z.array(sized).optional(),
  manifests: z
    .array(
      z.object({
        digest: z.string(),
        platform: z.object({ os: z.string(), architecture: z.string() }).optional(),
      }),
    )
    .optional(),
});
type Manifest = z.infer<typeof manifest>;

/**
 * Gives the port to registries: the OCI distribution protocol, asked as a node without credentials asks. A mirror named by
 * APPLIANCE_REGISTRY_MIRROR (`host:port`, plain http) answers in every registry's place, for installs without the internet.
 */
export function registryPort(environment: NodeJS.ProcessEnv, timeoutMs: number = TIMEOUT_MS): RegistryPort {
  const mirror = environment['APPLIANCE_REGISTRY_MIRROR'] || null;
  const dispatcher = proxyOf(environment);
  return {
    lookUp: async (text, signal) => {
      const reference = parseReference(text);
      if (!reference) return notFound('name-invalid', `${text} is not an image reference`);
      const host = mirror ?? apiHost(reference.registry);
      const base = `${mirror || isLocal(host) ? 'http' : 'https'}://${host}/v2/${reference.repository}`;
      try {
        return await ask({ base, reference, signal, timeoutMs, dispatcher });
      } catch (error) {
        signal.throwIfAborted();
        return unreachable(host, error, timeoutMs);
      }
    },
  };
}

interface Question {
  readonly base: string;
  readonly reference: ImageReference;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly dispatcher: Dispatcher | undefined;
}

/** The digest by HEAD, which no registry counts as a pull; what more there is to say, by GET. */
async function ask(question: Question): Promise<ImageAnswer> {
  const { reference } = question.reference;
  const challenge = await request(question, 'HEAD', reference, null);
  const token =
    challenge.status === 401
      ? await registryToken(challenge, question.reference, (url) => get(question, url, {}))
      : null;
  const response = token === null ? challenge : await request(question, 'HEAD', reference, token);
  if (!response.ok) return refusal(await request(question, 'GET', reference, token));
  const digest = response.headers.get('docker-content-digest') ?? '';
  return { found: true, digest, ...(await detailsOf(question, token)) };
}

/** Docker Hub lets a stranger GET a hundred manifests in six hours: those are left to the node. */
async function detailsOf(
  question: Question,
  token: string | null,
): Promise<{ sizeBytes: number | null; platforms: string[] }> {
  const unknown = { sizeBytes: null, platforms: [] };
  if (question.reference.registry === 'docker.io') return unknown;
  const body = await manifestOf(question, question.reference.reference, token);
  if (!body) return unknown;
  if (!body.manifests) return { sizeBytes: sizeOf(body), platforms: [] };
  const platforms = body.manifests
    .map(({ platform }) => (platform ? `${platform.os}/${platform.architecture}` : 'unknown/unknown'))
    .filter((name) => name !== 'unknown/unknown');
  const chosen = body.manifests.find(({ platform }) => platform?.os === 'linux' && platform.architecture === 'amd64');
  const image = chosen ? await manifestOf(question, chosen.digest, token) : null;
  return { sizeBytes: image ? sizeOf(image) : null, platforms };
}

async function manifestOf(question: Question, reference: string, token: string | null): Promise<Manifest | null> {
  const response = await request(question, 'GET', reference, token);
  const parsed = manifest.safeParse(parseJson(await response.text()));
  return response.ok && parsed.success ? parsed.data : null;
}

function sizeOf({ config, layers }: Manifest): number | null {
  return layers ? layers.reduce((sum, layer) => sum + layer.size, config?.size ?? 0) : null;
}

function request(
  question: Question,
  method: 'GET' | 'HEAD',
  reference: string,
  token: string | null,
): Promise<Response> {
  const headers = {
    accept: [...INDEX_TYPES, ...MANIFEST_TYPES].join(', '),
    ...(token !== null && { authorization: `Bearer ${token}` }),
  };
  return get(question, `${question.base}/manifests/${reference}`, headers, method);
}

function get(
  { signal, timeoutMs, dispatcher }: Question,
  url: string,
  headers: Record<string, string>,
  method: 'GET' | 'HEAD' = 'GET',
): Promise<Response> {
  return fetch(url, {
    method,
    headers,
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    ...(dispatcher && { dispatcher }),
  });
}

const errors = z.object({ errors: z.array(z.object({ code: z.string(), message: z.string().default('') })) });

/**
 * ghcr.io answers 401 UNAUTHORIZED or 403 DENIED for a repository that is private or not there at all, and the two cannot be
 * told apart without credentials; only a 404 says that a repository is there and the tag is not.
 */
async function refusal(response: Response): Promise<ImageAnswer> {
  const text = await response.text();
  const parsed = errors.safeParse(parseJson(text));
  const [first] = parsed.success ? parsed.data.errors : [];
  const said = first ? `${first.code}${first.message && `: ${first.message}`}` : text.trim();
  const message = `the registry answered ${response.status}${said && ` ${said}`}`;
  if (response.status === 404) return notFound('missing', message);
  if (response.status === 429 || first?.code === 'TOOMANYREQUESTS') return notFound('rate-limited', message);
  if (response.status === 401 || response.status === 403) return notFound('unauthorized', message);
  if (response.status === 400) return notFound('name-invalid', message);
  return notFound('unreachable', message);
}

function unreachable(host: string, error: unknown, timeoutMs: number): ImageAnswer {
  if (isUnresolved(error)) return notFound('dns', `the name ${host} cannot be resolved: ${wordsOf(error)}`);
  if (error instanceof Error && error.name === 'TimeoutError') {
    return notFound('unreachable', `${host} did not answer within ${timeoutMs / 1000} s`);
  }
  return notFound('unreachable', `${host} cannot be asked: ${wordsOf(error)}`);
}

function notFound(why: Extract<ImageAnswer, { found: false }>['why'], message: string): ImageAnswer {
  return { found: false, why, message: redact(message).slice(0, LONGEST_MESSAGE) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Docker, containerd and crane take plain http for a registry on this machine; so does this. */
function isLocal(host: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+)(:\d+)?$/.test(host);
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
