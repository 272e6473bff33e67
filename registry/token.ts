import type { Response } from 'undici';
import { z } from 'zod';
import { RegistryFault } from './fault.ts';
import { addressFault, ask, bodyOf } from './http.ts';
import type { Way } from './http.ts';
import type { ImageReference } from './reference.ts';

const TOKEN_LIMIT_BYTES = 64 * 1024;
/** Characters that are valid in a header. */
const token = z.string().regex(/^[\x21-\x7e]+$/);
const answer = z.object({ token: token.optional(), access_token: token.optional() });

/**
 * An anonymous token for reading the repository, after a registry's 401; null when the registry offers none that way or refuses. The
 * CNCF distribution "Token Authentication Specification": the challenge names realm, service and scope, the realm issues the token. The
 * realm comes from the registry: it is requested over https only, at the registry's own host or at one beside it, without redirects.
 * Throws RegistryFault for another realm and for an answer that is too long.
 */
export async function registryToken(
  way: Way,
  challenge: Response,
  { repository }: ImageReference,
  signal: AbortSignal,
): Promise<string | null> {
  const header = challenge.headers.get('www-authenticate') ?? '';
  await challenge.body?.cancel();
  if (!/^bearer\s/i.test(header)) return null;
  const parameters = Object.fromEntries(
    [...header.matchAll(/([a-z_]+)="([^"]*)"/gi)].map(([, name = '', value = '']) => [name.toLowerCase(), value]),
  );
  if (!parameters['realm'] || !URL.canParse(parameters['realm'])) return null;
  const url = new URL(parameters['realm']);
  const fault = realmFault(way, url);
  if (fault !== null)
    throw new RegistryFault(
      'refused',
      `${way.host} refers to ${url.host || url.protocol} for a token, ${fault}: no request was sent there`,
    );
  if (parameters['service']) url.searchParams.set('service', parameters['service']);
  url.searchParams.set('scope', parameters['scope'] ?? `repository:${repository}:pull`);
  const response = await ask(way, url.toString(), { signal, redirects: 0 });
  if (!response.ok) {
    await response.body?.cancel();
    return null;
  }
  const text = (await bodyOf(response, TOKEN_LIMIT_BYTES, `the token of ${url.host}`)).toString('utf8');
  const parsed = answer.safeParse(parseJson(text));
  return parsed.success ? (parsed.data.token ?? parsed.data.access_token ?? null) : null;
}

function realmFault(way: Way, realm: URL): string | null {
  const fault = addressFault(way, realm);
  if (fault !== null || realm.host === way.host) return fault;
  if (realm.port !== '' || !isBeside(way.host.replace(/:\d+$/, ''), realm.hostname)) return 'which is not beside it';
  return null;
}

/**
 * Docker Hub's tokens come from auth.docker.io for registry-1.docker.io, GitLab's from gitlab.com for registry.gitlab.com: a host is
 * beside another one in the domain above it, or below it. A top-level domain does not count.
 */
function isBeside(host: string, other: string): boolean {
  if (/^[\d.]+$/.test(host)) return false;
  const above = host.slice(host.indexOf('.') + 1);
  const isIn = (domain: string): boolean => other === domain || other.endsWith(`.${domain}`);
  return isIn(host) || (above.includes('.') && isIn(above));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
