import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { KubeconfigRefused, kubeconfigOfParts, kubeconfigParts } from '../../kubernetes/kubeconfig.ts';
import { OWN_KUBECONFIG } from '../support/kubeconfig.ts';

/** What `talosctl kubeconfig - --merge=false` of v1.12 prints, with its keys in its order. */
const FROM_TALOS = `apiVersion: v1
kind: Config
clusters:
- name: alga-appliance
  cluster:
    server: https://192.0.2.10:6443
    certificate-authority-data: YXV0aG9yaXR5
users:
- name: admin@alga-appliance
  user:
    client-certificate-data: Y2VydGlmaWNhdGU=
    client-key-data: a2V5
contexts:
- context:
    cluster: alga-appliance
    namespace: default
    user: admin@alga-appliance
  name: admin@alga-appliance
current-context: admin@alga-appliance
`;

const EXEC = { apiVersion: 'client.authentication.k8s.io/v1', command: '/tmp/anything', interactiveMode: 'Never' };

type OneOrMore<T> = [T, ...T[]];

/** A kubeconfig as it is parsed; the tests change what they like. */
interface Parsed {
  [key: string]: unknown;
  clusters: OneOrMore<{ name: string; cluster: Record<string, unknown> }>;
  users: OneOrMore<{ name: string; user: Record<string, unknown> }>;
  contexts: OneOrMore<{ name: string; context: Record<string, unknown> }>;
}

function changed(change: (config: Parsed) => void): string {
  const config = parse(FROM_TALOS) as Parsed;
  change(config);
  return stringify(config);
}

const inUser = (key: string, value: unknown) =>
  changed((config) => Object.assign(config.users[0].user, { [key]: value }));
const inCluster = (key: string, value: unknown) =>
  changed((config) => Object.assign(config.clusters[0].cluster, { [key]: value }));

test('what Talos prints is made into a file of our own, which reads back as the same four parts', () => {
  const parts = kubeconfigParts(FROM_TALOS);
  expect(parts).toEqual({
    server: 'https://192.0.2.10:6443',
    authority: 'YXV0aG9yaXR5',
    certificate: 'Y2VydGlmaWNhdGU=',
    key: 'a2V5',
  });
  const own = kubeconfigOfParts(parts);
  expect(own).not.toContain('alga-appliance');
  expect(kubeconfigParts(own)).toEqual(parts);
});

describe('whatever is more than data is refused, and no value of it is said', () => {
  test.each([
    ['a program', inUser('exec', EXEC)],
    ['a program of the older kind', inUser('auth-provider', { name: 'oidc', config: { 'cmd-path': '/tmp/anything' } })],
    ['a file with a token', inUser('tokenFile', '/etc/passwd')],
    ['a file with a key', inUser('client-key', '/home/op/.ssh/id_ed25519')],
    ['a file with a certificate', inUser('client-certificate', '/etc/passwd')],
    ['a token', inUser('token', 'anything')],
    ['a password', inUser('password', 'anything')],
    ['another user to act as', inUser('as', 'anything')],
    ['a file with an authority', inCluster('certificate-authority', '/etc/passwd')],
    ['a proxy', inCluster('proxy-url', 'socks5://anything')],
    ['no check of the server', inCluster('insecure-skip-tls-verify', true)],
    ['another name of the server', inCluster('tls-server-name', 'anything')],
    ['an extension', changed((config) => Object.assign(config, { extensions: [{ name: 'anything', extension: {} }] }))],
    ['a second user', changed((config) => config.users.push({ name: 'anything', user: { exec: EXEC } }))],
    ['a second cluster', changed((config) => config.clusters.push(config.clusters[0]))],
    ['no cluster', changed((config) => Object.assign(config, { clusters: [] }))],
    ['a context of nobody', changed((config) => Object.assign(config, { 'current-context': 'anything' }))],
    ['an address without TLS', inCluster('server', 'http://192.0.2.10:6443')],
    ['an address with a password', inCluster('server', 'https://a:anything@192.0.2.10:6443')],
    ['an address with a path', inCluster('server', 'https://192.0.2.10:6443/anything')],
    ['an address with control characters', inCluster('server', 'https://192.0.2.10:6443\u001B]52;anything')],
    ['credentials that are none', inUser('client-key-data', '-----BEGIN anything')],
    ['an alias', FROM_TALOS.replace('client-key-data: a2V5', 'client-key-data: &anything a2V5\n    exec: *anything')],
    ['a key twice', FROM_TALOS.replace('kind: Config', 'kind: Config\nkind: anything')],
    ['two documents', `${FROM_TALOS}---\n${FROM_TALOS}`],
    ['no YAML', '{anything'],
    ['nothing', ''],
    ['too much', `${FROM_TALOS}# ${'x'.repeat(64 * 1024)}`],
    ['a tag', FROM_TALOS.replace('name: alga-appliance', 'name: !!binary YW55dGhpbmc=')],
  ])('%s', (_what, text) => {
    const refused = catching(() => kubeconfigOfParts(kubeconfigParts(text)));
    expect(refused).toBeInstanceOf(KubeconfigRefused);
    expect(refused?.message).not.toMatch(/anything|passwd|\.ssh|[^\x20-\x7e]/);
  });

  test.each([
    ['authority', (config: Parsed) => Reflect.deleteProperty(config.clusters[0].cluster, 'certificate-authority-data')],
    ['certificate', (config: Parsed) => Reflect.deleteProperty(config.users[0].user, 'client-certificate-data')],
    ['key', (config: Parsed) => Reflect.deleteProperty(config.users[0].user, 'client-key-data')],
  ])('the %s is missing', (_what, without) => {
    const text = changed(without);
    expect(() => kubeconfigOfParts(kubeconfigParts(text))).toThrow(KubeconfigRefused);
  });

  test('any key that the format may have tomorrow, at any place', () => {
    const known = new Set(['name', 'cluster', 'user', 'context', 'namespace', 'preferences', '__proto__']);
    const places = [
      (config: Parsed) => config,
      (config: Parsed) => config.clusters[0],
      (config: Parsed) => config.clusters[0].cluster,
      (config: Parsed) => config.users[0],
      (config: Parsed) => config.users[0].user,
      (config: Parsed) => config.contexts[0],
      (config: Parsed) => config.contexts[0].context,
    ];
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.constantFrom(...places), fc.jsonValue(), (key, at, value) => {
        const text = changed((config) => {
          const place = at(config) as Record<string, unknown>;
          if (!(key in place) && !known.has(key)) place[key] = value;
        });
        if (text === stringify(parse(FROM_TALOS))) return;
        expect(() => kubeconfigParts(text)).toThrow(KubeconfigRefused);
      }),
      { seed: 13, numRuns: 300 },
    );
  });
});

test('the file that tests take for one of our own is one', () => {
  expect(kubeconfigOfParts(kubeconfigParts(OWN_KUBECONFIG))).toBe(OWN_KUBECONFIG);
});

function catching(run: () => unknown): Error | null {
  try {
    run();
    return null;
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}
