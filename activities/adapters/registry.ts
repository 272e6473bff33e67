import type { Response } from 'undici';
import { z } from 'zod';
import { redact } from '../../redaction/index.ts';
import { INDEX_TYPES, MANIFEST_LIMIT_BYTES, MANIFEST_TYPES } from '../../registry/client.ts';
import { ask, bodyOf, registryWays, repositoryUrl } from '../../registry/http.ts';
import type { Way } from '../../registry/http.ts';
import { parseReference } from '../../registry/reference.ts';
import type { ImageReference } from '../../registry/reference.ts';
import { registryToken } from '../../registry/token.ts';
import type { ImageAnswer, RegistryPort } from '../ports/registry.ts';
import { isUnresolved, wordsOf } from './network-error.ts';

const TIMEOUT_MS = 15_000;
const LONGEST_MESSAGE = 500;

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

/** Gives the port to registries: the OCI distribution protocol, asked as a node without credentials asks. */
export function registryPort(environment: NodeJS.ProcessEnv, timeoutMs: number = TIMEOUT_MS): RegistryPort {
  const ways = registryWays(environment, { timeoutMs });
  return {
    lookUp: async (text, signal) => {
      const reference = parseReference(text);
      if (!reference) return notFound('name-invalid', `${text} is not an image reference`);
      const way = ways(reference);
      try {
        return await answerOf({ way, reference, signal });
      } catch (error) {
        signal.throwIfAborted();
        return unreachable(way.host, error, timeoutMs);
      }
    },
  };
}

interface Question {
  readonly way: Way;
  readonly reference: ImageReference;
  readonly signal: AbortSignal;
}

/** The digest by HEAD, which no registry counts as a pull; what more there is to say, by GET. */
async function answerOf(question: Question): Promise<ImageAnswer> {
  const { way, signal } = question;
  const { reference } = question.reference;
  const challenge = await request(question, 'HEAD', reference, null);
  const token = challenge.status === 401 ? await registryToken(way, challenge, question.reference, signal) : null;
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
  const text = await textOf(response);
  const parsed = manifest.safeParse(parseJson(text));
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
  const url = `${repositoryUrl(question.way, question.reference)}/manifests/${reference}`;
  return ask(question.way, url, { method, headers, signal: question.signal });
}

async function textOf(response: Response): Promise<string> {
  return (await bodyOf(response, MANIFEST_LIMIT_BYTES, 'the answer')).toString('utf8');
}

const errors = z.object({ errors: z.array(z.object({ code: z.string(), message: z.string().default('') })) });

/**
 * ghcr.io answers 401 UNAUTHORIZED or 403 DENIED for a repository that is private or not there at all, and the two cannot be
 * told apart without credentials; only a 404 says that a repository is there and the tag is not.
 */
async function refusal(response: Response): Promise<ImageAnswer> {
  const text = await textOf(response);
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
  return notFound('unreachable', `${host} cannot be reached: ${wordsOf(error)}`);
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
