import { describe, expect, test } from 'vitest';
import { ManifestsError } from '../../../activities/ports/manifests.ts';
import type { ImageAnswer, RegistryPort } from '../../../activities/ports/registry.ts';
import { around, goodPorts, preflight } from './surroundings.ts';

type Refusal = Extract<ImageAnswer, { found: false }>;

/** A registry that refuses the images of these hosts, and has all others. */
function refusing(why: Refusal['why'], hosts: readonly string[]): RegistryPort {
  return {
    lookUp: async (reference) => {
      const [host = ''] = reference.split('/');
      return hosts.includes(host)
        ? { found: false, why, message: `${host} said ${why}` }
        : { found: true, digest: '', sizeBytes: null, platforms: [] };
    },
  };
}

const unresolvedRemote = {
  ...goodPorts('').git,
  inspectRemote: async () =>
    ({ reachable: false, why: 'dns', message: 'Could not resolve host: git.example.org' }) as const,
};
const GIT = { url: 'ssh://git@git.example.org:22/appliance.git', branch: 'release/1.0-rc5', path: 'flux' };

describe('one cause is one blocker, however many checks met it', () => {
  test('a resolver that is down hides every image, the remote and the manifests', async () => {
    const site = await around();
    const manifests = {
      ...goodPorts('').manifests,
      flux: async () => Promise.reject(new ManifestsError('dns', 'https://github.com/… cannot be fetched: ENOTFOUND')),
    };
    const registry = refusing('dns', ['ghcr.io', 'docker.io']);
    const { blockers, results } = await preflight(site, {
      spec: { repo: GIT },
      ports: { registry, manifests, git: unresolvedRemote },
    });
    expect(blockers).toMatchObject([
      { code: 'dns-resolution-failure', component: 'operator', tier: 'platform', loginBlocking: true },
    ]);
    expect(blockers[0]?.reason).toBe(
      'This machine cannot resolve github.com, git.example.org, ghcr.io and docker.io, so it could not check ' +
        "12 images (alga-core, db, redis and 9 more), Flux's manifests and the Git remote.",
    );
    expect(blockers[0]?.nextAction).toContain('--skip-image-tag-validation --site');
    expect(blockers[0]?.evidence.map(({ message }) => message)).toEqual([
      'https://github.com/… cannot be fetched: ENOTFOUND',
      'Could not resolve host: git.example.org',
      'ghcr.io said dns',
      'docker.io said dns',
    ]);
    expect(blockers[0]?.evidence.at(-1)?.object).toMatch(/^docker\.io\/ankane\/pgvector:\S+, .* and 5 more$/);
    expect(results).toMatchObject({ 'image-alga-core': 'failed', 'image-temporal': 'warning', 'git-branch': 'failed' });
  });

  test('a remote whose name alone is unknown is most likely misspelt: it is told as that', async () => {
    const { blockers } = await preflight(await around(), { spec: { repo: GIT }, ports: { git: unresolvedRemote } });
    expect(blockers).toMatchObject([{ code: 'git-remote-unreachable', component: 'git' }]);
  });

  test('registries that cannot be reached, and how to go on without them', async () => {
    const { registry } = goodPorts('127.0.0.1:1');
    const { blockers, warnings, results } = await preflight(await around(), { ports: { registry } });
    expect(blockers).toMatchObject([{ code: 'image-registry-unreachable', component: 'operator', tier: 'platform' }]);
    expect(blockers[0]?.reason).toContain('12 images (alga-core, db, redis and 9 more)');
    expect(blockers[0]?.nextAction).toContain('--skip-image-tag-validation');
    expect(warnings).toEqual([]);
    expect(results['image-temporal']).toBe('warning');
  });

  test('credentials are a cause for each registry', async () => {
    const registry = refusing('unauthorized', ['ghcr.io', 'docker.io']);
    const { blockers } = await preflight(await around(), { ports: { registry } });
    expect(blockers.map(({ code, component }) => `${code} ${component}`)).toEqual([
      'image-pull-unauthorized ghcr.io',
      'image-pull-unauthorized docker.io',
    ]);
    expect(blockers[0]?.reason).toContain('4 images (alga-core, workflow-worker, email-service and temporal-worker)');
  });

  test('too many questions are a warning, and one of them', async () => {
    const registry = refusing('rate-limited', ['docker.io']);
    const { blockers, warnings } = await preflight(await around(), { ports: { registry } });
    expect(blockers).toEqual([]);
    expect(warnings).toMatchObject([
      { code: 'image-rate-limited', component: 'docker.io', severity: 'warning', loginBlocking: false },
    ]);
  });

  test('one image alone is named as it is', async () => {
    const registry: RegistryPort = {
      lookUp: async (reference) =>
        reference.includes('pgbouncer')
          ? { found: false, why: 'unauthorized', message: 'the registry answered 401' }
          : { found: true, digest: '', sizeBytes: null, platforms: [] },
    };
    const { blockers } = await preflight(await around(), { ports: { registry } });
    expect(blockers[0]?.reason).toBe(
      'docker.io requires credentials for the image of pgbouncer, and the node has none.',
    );
  });
});
