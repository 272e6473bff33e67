import type { Response } from 'undici';
import { z } from 'zod';
import type { ImageReference } from './image-reference.ts';

const answer = z.object({ token: z.string().optional(), access_token: z.string().optional() });

/**
 * Takes a registry's 401, gives an anonymous token for reading the repository; null when the registry offers none that way or
 * refuses. The way of the CNCF distribution "Token Authentication Specification": the challenge names realm, service and
 * scope, the realm gives the token.
 */
export async function registryToken(
  challenge: Response,
  { repository }: ImageReference,
  get: (url: string) => Promise<Response>,
): Promise<string | null> {
  const header = challenge.headers.get('www-authenticate') ?? '';
  if (!/^bearer\s/i.test(header)) return null;
  const parameters = Object.fromEntries(
    [...header.matchAll(/([a-z_]+)="([^"]*)"/gi)].map(([, name = '', value = '']) => [name.toLowerCase(), value]),
  );
  if (!parameters['realm'] || !URL.canParse(parameters['realm'])) return null;
  const url = new URL(parameters['realm']);
  if (parameters['service']) url.searchParams.set('service', parameters['service']);
  url.searchParams.set('scope', parameters['scope'] ?? `repository:${repository}:pull`);
  const response = await get(url.toString());
  if (!response.ok) {
    await response.body?.cancel();
    return null;
  }
  const { token, access_token } = answer.parse(await response.json());
  return token ?? access_token ?? null;
}
