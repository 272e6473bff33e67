import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { apiHost, parseReference } from '../../../registry/reference.ts';
import { registryPort } from '../../../activities/adapters/registry.ts';

const signal = AbortSignal.timeout(60_000);
const DIGEST = `sha256:${'a'.repeat(64)}`;
const AMD64 = `sha256:${'b'.repeat(64)}`;
const INDEX = 'application/vnd.oci.image.index.v1+json';
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

type Answer = (request: IncomingMessage, response: ServerResponse, origin: string) => void;

/** A registry on this machine that stands in for every other; gives its `host:port` and what it was asked. */
async function registry(answer: Answer): Promise<{ host: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    answer(request, response, `http://${host}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  );
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { host, asked };
}

const lookUp = (host: string, reference = 'ghcr.io/nine-minds/alga-psa-ee:94446747', timeoutMs?: number) =>
  registryPort({ APPLIANCE_REGISTRY_MIRROR: host }, timeoutMs).lookUp(reference, signal);

function json(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** Answers as GHCR and Docker Hub do: a challenge first, a token from elsewhere, then what there is. */
function withTokens(answer: Answer, tokenStatus = 200): Answer {
  return (request, response, origin) => {
    if (request.url?.startsWith('/token')) {
      return json(
        response,
        tokenStatus,
        tokenStatus === 200 ? { token: 'anonymous' } : { errors: [{ code: 'DENIED' }] },
      );
    }
    if (request.headers.authorization === 'Bearer anonymous') return answer(request, response, origin);
    const challenge = `Bearer realm="${origin}/token",service="ghcr.io",scope="repository:nine-minds/alga-psa-ee:pull"`;
    json(
      response,
      401,
      { errors: [{ code: 'UNAUTHORIZED', message: 'authentication required' }] },
      { 'www-authenticate': challenge },
    );
  };
}

const image: Answer = (request, response) => {
  const isIndex = request.url?.endsWith('/94446747');
  const body = isIndex
    ? {
        manifests: [
          { digest: AMD64, platform: { os: 'linux', architecture: 'amd64' } },
          { digest: DIGEST, platform: { os: 'unknown', architecture: 'unknown' } },
        ],
      }
    : { config: { size: 10 }, layers: [{ size: 1_000 }, { size: 2_000 }] };
  json(response, 200, body, { 'content-type': isIndex ? INDEX : MANIFEST, 'docker-content-digest': DIGEST });
};

const refusal =
  (status: number, code: string): Answer =>
  (_, response) =>
    json(response, status, { errors: [{ code, message: 'as the registry says it' }] });

describe('an image at its registry', () => {
  test('is there: digest, size and platforms, by the anonymous token flow', async () => {
    const { host, asked } = await registry(withTokens(image));
    expect(await lookUp(host)).toEqual({ found: true, digest: DIGEST, sizeBytes: 3_010, platforms: ['linux/amd64'] });
    expect(asked[0]).toBe('HEAD /v2/nine-minds/alga-psa-ee/manifests/94446747');
    expect(asked[1]).toContain('/token?service=ghcr.io&scope=repository%3Anine-minds%2Falga-psa-ee%3Apull');
  });

  test('at Docker Hub is asked by HEAD alone, which is no pull', async () => {
    const { host, asked } = await registry(image);
    expect(await lookUp(host, 'redis:94446747')).toMatchObject({ found: true, digest: DIGEST, sizeBytes: null });
    expect(asked).toEqual(['HEAD /v2/library/redis/manifests/94446747']);
  });

  test.each([
    { name: 'no such tag', answer: refusal(404, 'MANIFEST_UNKNOWN'), why: 'missing' },
    { name: 'no such repository', answer: refusal(404, 'NAME_UNKNOWN'), why: 'missing' },
    { name: 'a private one', answer: refusal(403, 'DENIED'), why: 'unauthorized' },
    { name: 'no token flow', answer: refusal(401, 'UNAUTHORIZED'), why: 'unauthorized' },
    { name: 'a token that is refused', answer: withTokens(image, 403), why: 'unauthorized' },
    {
      name: 'a tag that is missing behind a token',
      answer: withTokens(refusal(404, 'MANIFEST_UNKNOWN')),
      why: 'missing',
    },
    { name: 'too many pulls', answer: refusal(429, 'TOOMANYREQUESTS'), why: 'rate-limited' },
    { name: 'a registry in trouble', answer: refusal(503, 'UNAVAILABLE'), why: 'unreachable' },
  ])('$name: $why', async ({ answer, why }) => {
    const { host } = await registry(answer);
    const found = await lookUp(host);
    expect(found).toMatchObject({ found: false, why });
    expect(!found.found && found.message).toMatch(/^the registry answered \d{3}/);
  });

  test('no connection, no name, no answer and no reference are told apart', async () => {
    expect(await lookUp('127.0.0.1:1')).toMatchObject({ why: 'unreachable' });
    const named = await registryPort({}).lookUp('registry.no-such-place.invalid/a/b:1', signal);
    expect(named).toMatchObject({ why: 'dns', message: expect.stringContaining('registry.no-such-place.invalid') });
    const { host } = await registry(() => {});
    expect(await lookUp(host, undefined, 200)).toMatchObject({
      why: 'unreachable',
      message: `${host} did not answer within 0.2 s`,
    });
    expect(await lookUp(host, 'Not An Image')).toMatchObject({ why: 'name-invalid' });
  });

  test('ends at once when it is aborted', async () => {
    const { host } = await registry(() => {});
    const controller = new AbortController();
    const asked = registryPort({ APPLIANCE_REGISTRY_MIRROR: host }).lookUp('redis:7', controller.signal);
    controller.abort(new Error('changed my mind'));
    await expect(asked).rejects.toThrow('changed my mind');
  });
});

describe('image references', () => {
  test.each([
    ['redis', 'docker.io', 'library/redis', 'latest'],
    ['redis:7.4', 'docker.io', 'library/redis', '7.4'],
    ['ankane/pgvector:v0.5.1', 'docker.io', 'ankane/pgvector', 'v0.5.1'],
    ['docker.io/library/node:20-alpine', 'docker.io', 'library/node', '20-alpine'],
    ['index.docker.io/redis:7', 'docker.io', 'library/redis', '7'],
    ['ghcr.io/nine-minds/alga-psa-ee:94446747', 'ghcr.io', 'nine-minds/alga-psa-ee', '94446747'],
    ['localhost:5000/a/b', 'localhost:5000', 'a/b', 'latest'],
    [`ghcr.io/a/b:1@${DIGEST}`, 'ghcr.io', 'a/b', DIGEST],
  ])('%s', (text, registryName, repository, reference) => {
    expect(parseReference(text)).toEqual({ registry: registryName, repository, reference });
  });

  test('Docker Hub answers at another name', () => {
    expect(apiHost('docker.io')).toBe('registry-1.docker.io');
    expect(apiHost('ghcr.io')).toBe('ghcr.io');
  });

  test('any text is either a reference that can stand in a URL as it is, or none', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webPath(), fc.constantFrom('a/../b', 'a//b:1', 'A/b', 'a:b:c')), (text) => {
        const parsed = parseReference(text);
        if (!parsed) return;
        const path = `/v2/${parsed.repository}/manifests/${parsed.reference}`;
        expect(new URL(path, 'http://x').pathname).toBe(path);
      }),
    );
  });
});
