import { KubeConfig, RequestContext } from '@kubernetes/client-node';
import { request as send } from 'undici';
import type { Dispatcher } from 'undici';
import { z } from 'zod';
import { ClusterError } from '../ports/kubernetes.ts';
import type { ClusterFault } from '../ports/kubernetes.ts';
import { causeOf, wordsOf } from './network-error.ts';

/** Long enough for a busy single node, short enough that a dead one is noticed. */
const TIMEOUT_MS = 20_000;

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** From `/api` or `/apis` on. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
  readonly contentType?: string;
  /** The user as whom it is sent; by default the kubeconfig's own. */
  readonly as?: string | undefined;
  /** What the request is about, for errors: `Secret msp/db-credentials`. */
  readonly object: string;
  readonly signal: AbortSignal;
}

/** One connection to an API server: a request in, the answer's text out. Throws ClusterError, or the signal's reason. */
export type ApiConnection = (request: ApiRequest) => Promise<string>;

/**
 * A connection by this kubeconfig and nothing else: no environment variable and no default file is read.
 * @kubernetes/client-node reads the file and creates TLS and credentials. Its object API is not used, because its
 * serializer knows the fields of its own types only: of a CustomResourceDefinition it drops `default`, `enum` and
 * every `x-kubernetes-` field, and it opens a new connection for every request.
 */
export function connectApi(kubeconfig: string): ApiConnection {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const server = config.getCurrentCluster()?.server;
  if (!server) throw new Error(`${kubeconfig} has no current cluster`);
  let credentials: Promise<Credentials> | null = null;

  return async (request) => {
    credentials ??= credentialsOf(config, server);
    const first = await ask(server, request, await credentials);
    if (first.code !== 401) return accepted(first, request);
    // A token that a credential program gave may have expired: ask once with a new one.
    credentials = credentialsOf(config, server);
    return accepted(await ask(server, request, await credentials), request);
  };
}

interface Credentials {
  readonly headers: Record<string, string>;
  readonly dispatcher: Dispatcher | undefined;
}

async function credentialsOf(config: KubeConfig, server: string): Promise<Credentials> {
  const context = new RequestContext(server, 'GET');
  await config.applySecurityAuthentication(context);
  return { headers: context.getHeaders(), dispatcher: context.getDispatcher() };
}

interface Answer {
  readonly code: number;
  readonly text: string;
}

async function ask(server: string, request: ApiRequest, credentials: Credentials): Promise<Answer> {
  const url = new URL(server.replace(/\/$/, '') + request.path);
  for (const [key, value] of Object.entries(request.query ?? {})) {
    if (value !== undefined) url.searchParams.set(key, value);
  }
  try {
    const response = await send(url, {
      method: request.method,
      headers: {
        ...credentials.headers,
        accept: 'application/json',
        ...(request.as !== undefined && { 'impersonate-user': request.as }),
        ...(request.body !== undefined && { 'content-type': request.contentType ?? 'application/json' }),
      },
      signal: AbortSignal.any([request.signal, AbortSignal.timeout(TIMEOUT_MS)]),
      ...(request.body !== undefined && { body: JSON.stringify(request.body) }),
      ...(credentials.dispatcher && { dispatcher: credentials.dispatcher }),
    });
    return { code: response.statusCode, text: await response.body.text() };
  } catch (error) {
    throw transportError(error, server, request);
  }
}

function accepted({ code, text }: Answer, request: ApiRequest): string {
  if (code < 300) return text;
  throw refusal(code, text, request);
}

const status = z.object({
  reason: z.string().default(''),
  message: z.string().default(''),
  details: z
    .object({ causes: z.array(z.object({ reason: z.string().optional(), field: z.string().optional() })).default([]) })
    .optional(),
});

const FAULT_OF_REASON: Record<string, ClusterFault> = {
  NotFound: 'not-found',
  AlreadyExists: 'already-exists',
  Conflict: 'conflict',
  Invalid: 'invalid',
  BadRequest: 'invalid',
  Forbidden: 'forbidden',
  Unauthorized: 'unauthorized',
  Timeout: 'timeout',
  ServerTimeout: 'timeout',
  ServiceUnavailable: 'unreachable',
};

const FAULT_OF_CODE: Record<number, ClusterFault> = {
  400: 'invalid',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not-found',
  409: 'conflict',
  422: 'invalid',
  502: 'unreachable',
  503: 'unreachable',
  504: 'timeout',
};

function refusal(code: number, text: string, { method, object }: ApiRequest): ClusterError {
  const parsed = status.safeParse(parseJson(text));
  const { reason, message, details } = parsed.success ? parsed.data : { reason: '', message: '', details: undefined };
  const causes = details?.causes ?? [];
  const isTerminating = causes.some((cause) => cause.reason === 'NamespaceTerminating');
  const fault = isTerminating ? 'conflict' : (FAULT_OF_REASON[reason] ?? FAULT_OF_CODE[code] ?? 'other');
  // What the server says about a Secret it refuses may quote the Secret.
  const said = object.startsWith('Secret ')
    ? causes.map((cause) => cause.field ?? cause.reason ?? '').join(', ')
    : message;
  return new ClusterError(
    fault,
    object,
    `${VERBS[method]} ${object}: the API server answered ${code}${reason && ` ${reason}`}${said && `: ${said}`}`,
  );
}

const VERBS = { GET: 'reading', POST: 'creating', PATCH: 'writing', DELETE: 'deleting' } as const;

/** Node's codes for a certificate that is not accepted (OpenSSL's X.509 verification and TLS itself). */
const TLS_CODE = /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH|INVALID_CA|EPROTO)/;

function transportError(error: unknown, server: string, { method, object, signal }: ApiRequest): Error {
  signal.throwIfAborted();
  const cause = causeOf(error);
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const isTimeout = error instanceof Error && error.name === 'TimeoutError';
  const fault: ClusterFault = isTimeout ? 'timeout' : TLS_CODE.test(code) ? 'tls' : 'unreachable';
  const why = isTimeout ? `no answer within ${TIMEOUT_MS / 1000} s` : wordsOf(cause);
  return new ClusterError(fault, object, `${VERBS[method]} ${object}: ${server}: ${why || code}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // a proxy in between answers in HTML: the HTTP code then says all there is to say
  }
}
