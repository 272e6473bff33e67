import { MockAgent, Response } from 'undici';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ask } from '../../registry/http.ts';
import type { Way } from '../../registry/http.ts';
import { registryToken } from '../../registry/token.ts';

/** What a registry on this machine cannot show: other hosts, by https. Nothing leaves this process. */
const signal = new AbortController().signal;

type Answer = { readonly status: number; readonly location?: string; readonly body?: string };

/** A way to a registry in a network of these hosts; gives it with what each host was asked, and with which token. */
function network(host: string, hosts: Record<string, Answer>): { way: Way; asked: string[] } {
  const agent = new MockAgent();
  agent.disableNetConnect();
  onTestFinished(() => agent.close());
  const asked: string[] = [];
  for (const [origin, { status, location, body = '' }] of Object.entries(hosts))
    agent
      .get(origin)
      .intercept({ path: () => true, method: 'GET' })
      .reply((request) => {
        const headers = new Headers(
          Object.entries(request.headers ?? {}).map(([name, value]) => [name, String(value)]),
        );
        asked.push(`${origin} ${headers.get('authorization') ?? 'no token'}`);
        return { statusCode: status, data: body, responseOptions: { headers: { ...(location && { location }) } } };
      })
      .persist();
  return { way: { host, isPlain: false, timeoutMs: 15_000, dispatcher: agent }, asked };
}

const blob = (way: Way) =>
  ask(way, `https://${way.host}/v2/a/b/blobs/sha256:x`, { signal, headers: { authorization: 'Bearer secret' } });

describe('a redirect', () => {
  test('to the storage of a registry is followed without its token, back to the registry too', async () => {
    const { way, asked } = network('ghcr.io', {
      'https://ghcr.io': { status: 307, location: 'https://storage.example.org/x' },
      'https://storage.example.org': { status: 200, body: 'bytes' },
    });
    expect(await (await blob(way)).text()).toBe('bytes');
    expect(asked).toEqual(['https://ghcr.io Bearer secret', 'https://storage.example.org no token']);

    const there = network('ghcr.io', {
      'https://ghcr.io': { status: 307, location: 'https://storage.example.org/x' },
      'https://storage.example.org': { status: 302, location: 'https://ghcr.io/x' },
    });
    await expect(blob(there.way)).rejects.toThrow('after 5 redirects');
    expect(there.asked.filter((one) => one.includes('secret'))).toHaveLength(1);
  });

  test.each([
    ['http://ghcr.io/x', 'not over https'],
    ['http://storage.example.org/x', 'not over https'],
    ['https://127.0.0.1:7233/x', 'which is this machine'],
    ['https://0x7f000001/x', 'which is this machine'],
    ['https://[::1]/x', 'which is this machine'],
    ['https://user:word@storage.example.org/x', 'with credentials in the URL'],
    ['file:///etc/passwd', 'redirects to file:, not over https'],
    ['https://', 'an invalid URL'],
  ])('to %s is refused', async (location, why) => {
    const { way, asked } = network('ghcr.io', { 'https://ghcr.io': { status: 302, location } });
    await expect(blob(way)).rejects.toThrow(why);
    expect(asked).toHaveLength(1);
  });
});

describe('a realm', () => {
  const tokenFrom = async (host: string, realm: string) => {
    const { origin } = new URL(realm);
    const { way, asked } = network(host, { [origin]: { status: 200, body: '{"token":"given"}' } });
    const headers = { 'www-authenticate': `Bearer realm="${realm}",service="s"` };
    const challenge = new Response(null, { status: 401, headers });
    const reference = { registry: host, repository: 'a/b', reference: '1' };
    const token = await registryToken(way, challenge, reference, signal).catch((error: Error) => error.message);
    return { token, asked };
  };

  test.each([
    ['ghcr.io', 'https://ghcr.io/token'],
    ['registry-1.docker.io', 'https://auth.docker.io/token'],
    ['registry.gitlab.com', 'https://gitlab.com/jwt/auth'],
    ['harbor.example.org:8443', 'https://harbor.example.org:8443/service/token'],
    ['harbor.example.org:8443', 'https://auth.harbor.example.org/token'],
  ])('of %s at %s is asked', async (host, realm) => {
    expect(await tokenFrom(host, realm)).toEqual({ token: 'given', asked: [`${new URL(realm).origin} no token`] });
  });

  test.each([
    ['ghcr.io', 'https://ghcr.io.example.org/token'],
    ['ghcr.io', 'https://other.io/token'],
    ['ghcr.io', 'https://ghcr.io:6443/token'],
    ['registry-1.docker.io', 'https://evildocker.io/token'],
    ['192.0.2.1', 'https://198.51.0.2/token'],
    ['192.0.2.1', 'https://198.0.2.1/token'],
    ['ghcr.io', 'https://localhost/token'],
    ['ghcr.io', 'http://ghcr.io/token'],
  ])('of %s at %s is not', async (host, realm) => {
    const { token, asked } = await tokenFrom(host, realm);
    expect(token).toContain('no request was sent there');
    expect(asked).toEqual([]);
  });
});
