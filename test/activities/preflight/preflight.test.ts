import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ObjectRef } from '../../../kubernetes/addresses.ts';
import { ref } from '../../../kubernetes/addresses.ts';
import { TalosError } from '../../../activities/ports/talos.ts';
import type { Cluster } from '../../../activities/ports/kubernetes.ts';
import { installFacts } from '../../../model/progress.ts';
import { checkEverything } from '../../../activities/phases/preflight/index.ts';
import type { InstallSpec } from '../../../model/site.ts';
import { fakeKubernetes } from '../../support/fake-kubernetes/index.ts';
import { OWN_KUBECONFIG } from '../../support/kubeconfig.ts';
import { BRANCH, around, bareRemote, goodPorts, preflight } from './surroundings.ts';

const GB = 1_000_000_000;
const SILENT = new TalosError('unreachable', {
  command: 'talosctl get disks --insecure',
  exitCode: 1,
  stdout: '',
  stderr: 'connection refused',
});

describe('preflight', () => {
  // Talos 1.12 is past the end of its support: that is one answer, and nothing that is wrong with the appliance.
  test('everything is well: all pass, in one line, and nothing is written', async () => {
    const site = await around();
    const { detail, checks, warnings } = await preflight(site);
    expect(detail).toBe('24 passed, 1 warning, 2 skipped');
    expect(checks.filter(({ result }) => result !== 'passed').map(({ id }) => id)).toEqual([
      'database-credentials',
      'release',
      'git-checkout',
    ]);
    expect(warnings).toEqual([]);
    expect(await site.folder.list()).toEqual([]);
    expect(checks.length).toBeLessThanOrEqual(27);
    expect(installFacts.parse({ checks })).toEqual({ checks });
    expect(Buffer.byteLength(JSON.stringify(checks))).toBeLessThan(6_000);
  });

  test('all that is wrong is told at once, the passed checks with it (lesson 5, 16)', async () => {
    const site = await around({
      missing: ['nine-minds/alga-psa-ee', 'edoburu/pgbouncer', 'nine-minds/workflow-worker'],
      spec: { installDisk: '/dev/nvme0n1', repo: { url: '', branch: '1.0-rc5', path: 'flux' } },
      ports: { machine: { ...goodPorts('').machine, freeDiskBytes: async () => 100_000_000 } },
    });
    const { url } = await bareRemote();
    const { blockers, results } = await preflight(site, { spec: { repo: { url, branch: '1.0-rc5', path: 'flux' } } });
    expect(blockers.map(({ code, component }) => `${code} ${component}`).toSorted()).toEqual([
      'git-branch-missing git',
      'image-tag-missing alga-core',
      'image-tag-missing pgbouncer',
      'operator-disk-full operator',
      'talos-disk-not-found talos',
    ]);
    expect(results).toMatchObject({ node: 'passed', 'image-redis': 'passed', 'image-workflow-worker': 'warning' });
    const branch = blockers.find(({ code }) => code === 'git-branch-missing');
    expect(branch?.reason).toContain(`Similar branches: ${BRANCH}.`);
    for (const { reason, nextAction } of blockers) expect(`${reason} ${nextAction}`).not.toMatch(/undefined|\[object/);
  });

  describe('a branch that Flux could not apply stops the install before anything is touched', () => {
    const PATH = './flux/profiles/talos-single-node';
    const told = async (change: (work: string) => Promise<void>, path = PATH) => {
      const { url } = await bareRemote(change);
      const site = await around();
      const { results, blockers } = await preflight(site, { spec: { repo: { url, branch: BRANCH, path } } });
      return { result: results['git-branch'], blockers };
    };
    const moved = (work: string, ...folders: string[]) =>
      Promise.all(
        folders.map(async (folder) => {
          await mkdir(join(work, 'deploy'), { recursive: true });
          await rename(join(work, folder), join(work, 'deploy', folder));
        }),
      );

    test('no tree at all', async () => {
      const { result, blockers } = await told(async (work) => {
        for (const folder of ['flux', 'charts']) await rm(join(work, folder), { recursive: true });
      });
      expect(result).toBe('failed');
      expect(blockers).toHaveLength(1);
      expect(blockers[0]?.reason).toContain('has no flux/profiles/talos-single-node/kustomization.yaml');
      expect(blockers[0]?.nextAction).toContain('`flux` and `charts` of the appliance in the root of the repository');
    });

    test('the tree without a chart that it names', async () => {
      const { result, blockers } = await told((work) => rm(join(work, 'charts', 'pgbouncer'), { recursive: true }));
      expect(result).toBe('failed');
      expect(blockers[0]?.reason).toContain('refer to charts/pgbouncer, which the branch does not contain');
    });

    test('another folder than the one that was named', async () => {
      const { blockers } = await told(async (work) => void (await moved(work, 'flux', 'charts')));
      expect(blockers[0]?.reason).toContain('It has deploy/flux/profiles/');
      expect(blockers[0]?.nextAction).toContain('--repo-path ./deploy/flux/profiles/');
    });

    test('a tree under a prefix that its manifests do not name', async () => {
      const { result, blockers } = await told(
        async (work) => void (await moved(work, 'flux', 'charts')),
        './deploy/flux/profiles/talos-single-node/',
      );
      expect(result).toBe('failed');
      expect(blockers[0]?.reason).toContain('is under deploy/, but its manifests refer to');
      expect(blockers[0]?.nextAction).toContain('`chart:` and `path:`');
    });

    test('a tree that cannot be read is a warning, and stops an install that requires the remote branch', async () => {
      const answer = { reachable: false, why: 'timeout', message: 'no answer within 60 s' } as const;
      const site = await around({ ports: { git: { ...goodPorts('').git, inspectTree: async () => answer } } });
      const lenient = await preflight(site);
      expect([lenient.results['git-branch'], lenient.blockers]).toEqual(['warning', []]);
      expect(lenient.warnings).toMatchObject([{ code: 'git-remote-unreachable', severity: 'warning' }]);
      const strict = await preflight(site, { spec: { requireRemoteBranch: true } });
      expect(strict.results['git-branch']).toBe('failed');
      expect(strict.blockers).toMatchObject([{ code: 'git-remote-unreachable' }]);
    });

    test('but not one whose manifests name the prefix', async () => {
      const { result, blockers } = await told(async (work) => {
        const entries = await readdir(join(work, 'flux'), { recursive: true, withFileTypes: true });
        for (const { name, parentPath } of entries.filter((entry) => entry.isFile() && entry.name.endsWith('.yaml'))) {
          const text = await readFile(join(parentPath, name), 'utf8');
          await writeFile(
            join(parentPath, name),
            text.replaceAll(/(chart|path): \.\/(charts|flux)/g, '$1: ./deploy/$2'),
          );
        }
        await moved(work, 'flux', 'charts');
      }, './deploy/flux/profiles/talos-single-node');
      expect([result, blockers]).toEqual(['passed', []]);
    });
  });

  test('a missing image of a background service is a warning, one of a core service is not', async () => {
    const site = await around({ missing: ['nine-minds/workflow-worker', 'temporalio/ui'] });
    const { warnings, detail } = await preflight(site);
    expect(
      warnings.map(({ code, component, severity, loginBlocking }) => ({ code, component, severity, loginBlocking })),
    ).toEqual([
      { code: 'image-tag-missing', component: 'workflow-worker', severity: 'warning', loginBlocking: false },
      { code: 'image-tag-missing', component: 'temporal-ui', severity: 'warning', loginBlocking: false },
    ]);
    expect(warnings[0]?.nextAction).toContain('--workflow-worker-tag <tag>');
    expect(detail).toBe('22 passed, 3 warnings, 2 skipped');
  });

  test('the image of collaborative editing is looked up where it is asked for, and a missing one stops nothing', async () => {
    const collaboration = { collaboration: true, collaborationImage: 'registry.example.org/alga/hocuspocus:1.0' };
    const { checks } = await preflight(await around(), { spec: collaboration });
    expect(checks).toContainEqual(
      expect.objectContaining({ id: 'image-hocuspocus', detail: expect.stringContaining('alga/hocuspocus:1.0') }),
    );
    const { warnings } = await preflight(await around({ missing: ['alga/hocuspocus'] }), { spec: collaboration });
    expect(warnings[0]).toMatchObject({ code: 'image-tag-missing', component: 'hocuspocus', loginBlocking: false });
    expect(warnings[0]?.nextAction).toContain('set --collaboration-image <image>');
  });

  test('an overridden tag is the one that is looked up', async () => {
    const site = await around();
    const { checks } = await preflight(site, { spec: { imageTags: { algaCore: 'abc123' } } });
    expect(checks.find(({ id }) => id === 'image-alga-core')?.detail).toBe(
      'ghcr.io/nine-minds/alga-psa-ee:abc123, 1800 MB',
    );
  });

  test('--skip-image-tag-validation asks no registry', async () => {
    const site = await around({ spec: { skipImageTagValidation: true } });
    const { results } = await preflight(site);
    expect(results['image-alga-core']).toBe('skipped');
    expect(site.asked()).toBe(0);
  });
});

// docs/contract.md, "Secrets": where Postgres has a volume and no credentials, none are made anew.
describe('recover', () => {
  const CLAIM = ref.claim('msp', 'alga-core-sebastian-postgres-data');
  const SECRET = ref.secret('msp', 'db-credentials');

  /** A site that was installed, whose cluster holds these objects, or does not answer. */
  async function recovering(holds: readonly ObjectRef[] | 'unreachable') {
    const held = holds === 'unreachable' ? [] : holds;
    const kubernetes = fakeKubernetes(
      held.map(({ apiVersion, kind, ...metadata }) => ({ apiVersion, kind, metadata })),
    );
    kubernetes.isAway = holds === 'unreachable';
    const asked: ObjectRef[] = [];
    const cluster: Cluster = {
      ...kubernetes.cluster,
      get: async (at, signal) => {
        const found = await kubernetes.cluster.get(at, signal);
        asked.push(at);
        return found;
      },
    };
    const site = await around({ spec: { mode: 'recover' }, ports: { kubernetes: { connect: async () => cluster } } });
    await site.folder.write('kubeconfig', OWN_KUBECONFIG);
    return { site, asked };
  }

  test('refuses before anything is touched when the database is there and its credentials are not; both ways out', async () => {
    const { site, asked } = await recovering([CLAIM]);
    const { blockers, results } = await preflight(site);
    expect(results['database-credentials']).toBe('failed');
    expect(blockers).toMatchObject([{ code: 'credentials-lost', tier: 'core', loginBlocking: true }]);
    expect(blockers[0]?.nextAction).toContain(
      `kubectl --kubeconfig ~/.alga-psa-appliance/appliance-single-node/kubeconfig -n msp apply -f <db-credentials.yaml>`,
    );
    expect(blockers[0]?.nextAction).toContain('start --fresh');
    expect(asked).toEqual([CLAIM, SECRET]);
    expect(await site.folder.list()).toEqual(['kubeconfig']);
  });

  test.each([
    ['both are there', [CLAIM, SECRET], 'passed'],
    ['neither is there', [], 'passed'],
    ['the API server does not answer', 'unreachable' as const, 'skipped'],
  ])('goes on when %s', async (_, holds, result) => {
    const { site } = await recovering(holds);
    const { blockers, results } = await preflight(site);
    expect(results['database-credentials']).toBe(result);
    expect(blockers).toEqual([]);
  });

  test('asks no cluster where no kubeconfig is here', async () => {
    const { site, asked } = await recovering([CLAIM]);
    await site.folder.remove('kubeconfig');
    expect((await preflight(site)).results['database-credentials']).toBe('skipped');
    expect(asked).toEqual([]);
  });
});

describe('a parked preflight', () => {
  test('looks again without asking registry and remote anew every time', async () => {
    const site = await around({ missing: ['nine-minds/workflow-worker'] });
    const context = site.context();
    await checkEverything(context);
    const before = site.asked();
    const { facts } = await checkEverything(context);
    expect(site.asked()).toBe(before);
    expect(facts?.checks?.find(({ id }) => id === 'image-workflow-worker')?.result).toBe('warning');
  });
});

describe("the node's resolvers", () => {
  const ASKED = '192.168.64.1';
  const REFUSED = { answers: false, why: 'queryA ECONNREFUSED factory.talos.dev' } as const;
  const told = async (dns: readonly string[], answering: readonly string[] = [], spec: Partial<InstallSpec> = {}) => {
    const asked: string[] = [];
    const machine = {
      ...goodPorts('').machine,
      askResolver: async (server: string, name: string) => {
        asked.push(`${name} of ${server}`);
        return answering.includes(server) ? ({ answers: true } as const) : REFUSED;
      },
    };
    const talos = { resolvers: async () => ({ dns: [...dns], ntp: [] }) };
    const { results, warnings, blockers } = await preflight(await around({ talos, spec, ports: { machine } }));
    return {
      result: results['node-resolvers'],
      asked,
      warnings: warnings.filter(({ component }) => component === 'talos'),
      blockers,
    };
  };

  test('a resolver that does not answer here either is a warning, before the node has its configuration', async () => {
    const { result, asked, warnings, blockers } = await told([ASKED]);
    expect([result, blockers]).toEqual(['warning', []]);
    expect(asked).toEqual([`factory.talos.dev of ${ASKED}`]);
    expect(warnings).toMatchObject([{ code: 'dns-resolution-failure', severity: 'warning' }]);
    expect(warnings[0]?.reason).toContain(
      `uses the DNS server ${ASKED}, which does not answer this machine (${ASKED}: queryA ECONNREFUSED`,
    );
    expect(warnings[0]?.nextAction).toContain('appliance-client set --dns-servers <ip>,<ip> --site');
  });

  test('none at all is a warning, too', async () => {
    const { result, warnings } = await told([]);
    expect(result).toBe('warning');
    expect(warnings[0]?.reason).toContain('has no resolver');
  });

  test.each<[string, readonly string[], readonly string[], Partial<InstallSpec>]>([
    ['one of two answers', [ASKED, '192.0.2.1'], ['192.0.2.1'], {}],
    ['others are named', [ASKED], [], { dnsServers: ['1.1.1.1'] }],
    ['it is one of the node itself, which nobody can ask from here', ['127.0.0.53'], [], {}],
  ])('nothing is said when %s', async (_, dns, answering, spec) => {
    const { result, warnings } = await told(dns, answering, spec);
    expect([result, warnings]).toEqual(['passed', []]);
  });
});

describe('the node', () => {
  test('is silent: said once, and what cannot be looked at is skipped', async () => {
    const site = await around({ talos: { mode: async () => ({ mode: 'silent', error: SILENT }) } });
    const { blockers, results } = await preflight(site);
    expect(blockers).toMatchObject([{ code: 'talos-maintenance-unreachable' }]);
    expect([results['node-disk'], results['node-network'], results['node-clock']]).toEqual([
      'skipped',
      'skipped',
      'skipped',
    ]);
  });

  test.each([
    { name: 'is not there', disks: [], code: 'talos-disk-not-found' },
    {
      name: 'can only be read',
      disks: [{ device: '/dev/sda', sizeBytes: 500 * GB, model: '', readOnly: true }],
      code: 'insufficient-resources',
    },
    {
      name: 'has less than 40 GB',
      disks: [{ device: '/dev/sda', sizeBytes: 32 * GB, model: '', readOnly: false }],
      code: 'insufficient-resources',
    },
  ])('its install disk $name', async ({ disks, code }) => {
    const site = await around({ talos: { disks: async () => disks } });
    expect((await preflight(site)).blockers).toMatchObject([{ code }]);
  });

  test('its install disk has less than 100 GB: a warning; by another name of the same disk', async () => {
    const symlinks = ['/dev/disk/by-id/ata-1'];
    const disks = [{ device: '/dev/sda', sizeBytes: 64 * GB, model: '', readOnly: false, symlinks }];
    const site = await around({ talos: { disks: async () => disks }, spec: { installDisk: '/dev/disk/by-id/ata-1' } });
    expect((await preflight(site)).warnings).toMatchObject([{ code: 'insufficient-resources', severity: 'warning' }]);
  });

  test('has no card of that name, or one that is not connected', async () => {
    const card = { name: 'eth0', up: true, hardwareAddress: '52:54:00:00:00:01', physical: true };
    const addresses = ['192.0.2.10/24'];
    const links = async () => [
      { ...card, addresses },
      { ...card, name: 'eth1', up: false, addresses: [] },
    ];
    const site = await around({ talos: { links } });
    const { blockers } = await preflight(site, { spec: { interface: 'enp9s0' } });
    expect(blockers).toMatchObject([{ code: 'input-invalid' }]);
    expect(blockers[0]?.reason).toContain('it has eth0, eth1');
    const { warnings } = await preflight(site, { spec: { interface: 'eth1' } });
    expect(warnings[0]?.reason).toContain('eth1 is not connected');
  });

  test('would come up at another address than the one it is looked for at (lesson 21)', async () => {
    const site = await around({
      spec: { network: { mode: 'static', address: '192.0.2.77/24', gateway: '192.0.2.1' } },
    });
    const { blockers } = await preflight(site);
    expect(blockers).toMatchObject([{ code: 'input-invalid', component: 'network' }]);
  });

  test.each([
    { off: -3_600_000, result: 'failed' },
    { off: -60_000, result: 'warning' },
    { off: 3_600_000, result: 'warning' },
    { off: 5_000, result: 'passed' },
  ])('its clock is $off ms off: $result', async ({ off, result }) => {
    const at = (): Date => new Date(Date.now() + off);
    const site = await around({ talos: { time: async () => ({ earliest: at(), latest: at() }) } });
    expect((await preflight(site)).results['node-clock']).toBe(result);
  });

  test('has a clock of which only bounds are known: what they leave open is no failure', async () => {
    const now = Date.now();
    const time = { earliest: new Date(now - 3_600_000), latest: new Date(now + 3_600_000) };
    const site = await around({ talos: { time: async () => time } });
    expect((await preflight(site)).results['node-clock']).toBe('passed');
  });

  test('is behind and will be given a time server: a warning', async () => {
    const late = new Date(Date.now() - 3_600_000);
    const site = await around({
      talos: { time: async () => ({ earliest: late, latest: late }) },
      spec: { ntpServers: ['192.0.2.123'] },
    });
    expect((await preflight(site)).results['node-clock']).toBe('warning');
  });
});

describe("the operator's machine", () => {
  test('talosctl of another minor version stops, and the node is not asked with it', async () => {
    const site = await around({
      talos: { clientVersion: async () => 'v1.9.5', mode: async () => Promise.reject(new Error('asked')) },
    });
    const { blockers, results } = await preflight(site);
    expect(blockers).toMatchObject([{ code: 'operator-tool-missing', component: 'talosctl' }]);
    expect(blockers[0]?.reason).toContain('v1.9.5');
    expect([results['node'], results['git-branch']]).toEqual(['skipped', 'skipped']);
  });

  test('a program that cannot be had says where it was looked for', async () => {
    const stderr = 'talosctl 1.12.0 is missing.\nTried:\n  - PATH: there is no talosctl';
    const lost = new TalosError('tool-missing', { command: 'talosctl version', exitCode: null, stdout: '', stderr });
    const problem = 'git is missing.\nTried:\n  - PATH: there is no git';
    const programs = async () => [{ id: 'git', path: null, version: null, problem }];
    const site = await around({
      talos: { clientVersion: async () => Promise.reject(lost) },
      ports: { machine: { ...goodPorts('').machine, programs } },
    });
    const { blockers } = await preflight(site);
    expect(blockers).toMatchObject([
      { code: 'operator-tool-missing', component: 'talosctl', evidence: [{ message: stderr }] },
      { code: 'operator-tool-missing', component: 'git', evidence: [{ message: problem }] },
    ]);
  });

  test.each([
    { free: 100_000_000, result: 'failed' },
    { free: 500_000_000, result: 'warning' },
    { free: 5_000_000_000, result: 'passed' },
  ])('$free bytes free: $result', async ({ free, result }) => {
    const site = await around({ ports: { machine: { ...goodPorts('').machine, freeDiskBytes: async () => free } } });
    expect((await preflight(site)).results['operator-disk']).toBe(result);
  });

  test('a folder that cannot be one', async () => {
    const site = await around();
    await writeFile(site.folder.root, 'a file stands here');
    const { blockers } = await preflight(site);
    expect(blockers).toMatchObject([{ code: 'operator-folder-unwritable' }]);
    expect(blockers[0]?.reason).toContain('is not a folder');
  });

  test.each([
    { ahead: 3_600_000, result: 'failed' },
    { ahead: -3_600_000, result: 'warning' },
    { ahead: 60_000, result: 'warning' },
    { ahead: 2_000, result: 'passed' },
  ])('a clock $ahead ms ahead of the world: $result', async ({ ahead, result }) => {
    const date = new Date(Date.now() - ahead);
    const http = { get: async () => ({ status: 401, location: null, error: null, date }) };
    const site = await around({ ports: { http } });
    expect((await preflight(site)).results['operator-clock']).toBe(result);
  });

  test('without the internet the clock is not judged', async () => {
    const http = { get: async () => ({ status: null, location: null, error: 'getaddrinfo ENOTFOUND', date: null }) };
    const { results } = await preflight(await around({ ports: { http } }));
    expect(results['operator-clock']).toBe('skipped');
  });

  test('a talosconfig whose set is lost stops for an empty node, before anything is touched (lesson 1)', async () => {
    const site = await around();
    await site.folder.write('talosconfig', 'context: x\ncontexts: {}\n');
    const { blockers } = await preflight(site);
    expect(blockers).toMatchObject([{ code: 'key-material-missing', component: 'talos' }]);
  });

  test('a named kubeconfig that is not there', async () => {
    const site = await around();
    const existingCluster = { kubeconfig: '/no/such/kubeconfig', talosconfig: null };
    const { blockers, results } = await preflight(site, { spec: { existingCluster } });
    expect(blockers).toMatchObject([{ code: 'key-material-missing' }]);
    expect(results['node']).toBe('skipped');
  });
});

describe('release and source', () => {
  test('a release whose parts do not work together stops a fresh install, and is said of one that is there', async () => {
    const site = await around();
    const release = { ...site.context().spec.release, kubernetes: { version: 'v1.31.4' } };
    const { blockers } = await preflight(site, { spec: { release, mode: 'fresh' } });
    expect(blockers).toMatchObject([
      { code: 'release-invalid', reason: expect.stringContaining('Flux 2.7 supports Kubernetes 1.32 to 1.34') },
    ]);
    const recovered = await preflight(site, { spec: { release, mode: 'recover' } });
    expect(recovered.results['release']).toBe('warning');
    expect(recovered.blockers).toEqual([]);
  });

  test('a release that was imported is told with where it came from', async () => {
    const site = await around();
    const origin = {
      reference: 'ghcr.io/nine-minds/alga-appliance-release:stable',
      digest: null,
      configDigest: `sha256:${'c'.repeat(64)}`,
      importedAt: '2026-08-30T10:00:00.000Z',
      base: '1.0',
      assumed: {},
    };
    const { checks } = await preflight(site, { spec: { release: { ...site.context().spec.release, origin } } });
    expect(checks.find(({ id }) => id === 'release')?.detail).toContain(
      '; imported from ghcr.io/nine-minds/alga-appliance-release:stable, 2026-08-30',
    );
  });

  test('a release whose installer is of another Talos version', async () => {
    const site = await around();
    const { release } = site.context().spec;
    const os = { installer: { image: 'factory.talos.dev/metal-installer/x:v1.11.0' } };
    const { blockers } = await preflight(site, { spec: { release: { ...release, os } } });
    expect(blockers).toMatchObject([{ code: 'release-invalid' }]);
  });

  test('a server image that cannot create the first tenant stops a fresh install, and no recovery', async () => {
    const site = await around();
    const imageTags = { algaCore: 'a2cbb430' };
    const fresh = await preflight(site, { spec: { imageTags } });
    expect(fresh.blockers).toMatchObject([{ code: 'release-invalid', reason: expect.stringContaining('a2cbb430') }]);
    const recover = await preflight(site, { spec: { imageTags, mode: 'recover' } });
    expect(recover.blockers.map(({ code }) => code)).not.toContain('release-invalid');
  });

  test('a checkout that is ahead of its remote: a warning; with --require-remote-branch it stops', async () => {
    const site = await around();
    const checkout = { revision: 'f'.repeat(40), uncommittedFiles: 2, unpushedCommits: 1 };
    const { warnings } = await preflight(site, { spec: { checkout } });
    expect(warnings[0]?.reason).toContain('1 commit is not pushed, 2 files are not committed');
    const strict = await preflight(site, { spec: { checkout, requireRemoteBranch: true } });
    expect(strict.results['git-checkout']).toBe('failed');
  });

  test('a checkout that is what the remote has', async () => {
    const site = await around();
    const checkout = { revision: site.revision, uncommittedFiles: 0, unpushedCommits: 0 };
    expect((await preflight(site, { spec: { checkout, requireRemoteBranch: true } })).results['git-checkout']).toBe(
      'passed',
    );
  });

  test('a remote that cannot be reached stops before anything is touched, in words (lessons 5, 19)', async () => {
    const site = await around();
    const repo = { url: 'http://127.0.0.1:1/appliance.git', branch: BRANCH, path: 'flux' };
    const { blockers } = await preflight(site, { spec: { repo } });
    expect(blockers).toMatchObject([{ code: 'git-remote-unreachable' }]);
    expect(blockers[0]?.evidence[0]?.message).toMatch(/Failed to connect|Couldn't connect|Connection refused/);
  });

  test('a check that fails in a way nobody knows is told as that, and the others go on', async () => {
    const manifests = {
      ...goodPorts('').manifests,
      flux: async () => Promise.reject(new TypeError('x is not a function')),
    };
    const { blockers, results } = await preflight(await around({ ports: { manifests } }));
    expect(blockers).toMatchObject([
      { code: 'unknown-failure', evidence: [{ message: 'TypeError: x is not a function' }] },
    ]);
    expect(results['node']).toBe('passed');
  });

  test('is cancelled with its install', async () => {
    const site = await around({
      ports: { git: { ...goodPorts('').git, inspectRemote: async () => new Promise(() => {}) } },
    });
    const running = preflight(site);
    site.abort();
    const end = await Promise.race([
      running.catch((error: unknown) => error),
      new Promise((resolve) => setTimeout(resolve, 5_000, 'still running')),
    ]);
    expect(end).toEqual(new Error('aborted by the test'));
  });
});
