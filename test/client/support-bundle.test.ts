import { createHash, randomUUID } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readBundle } from '../../bundle/index.ts';
import type { KubernetesObject } from '../../model/snapshot.ts';
import { SITE_FILES } from '../../site-folder/index.ts';
import { appliance } from '../diagnosis/appliance.ts';
import { crashing } from '../diagnosis/faults.ts';
import { fakeKubernetes } from '../support/fake-kubernetes/index.ts';
import { OWN_KUBECONFIG } from '../support/kubeconfig.ts';
import type { RunOptions } from './support/run-client.ts';
import { runClient, temporaryFolder } from './support/run-client.ts';
import { PARKED } from './support/scenes.ts';
import { running, scriptedInstalls } from './support/scripted-installs.ts';

const SITE = 'appliance-single-node';
const ORDER = '--fresh --node-ip 192.0.2.10 --repo-url https://git.example.org/alga/appliance.git --detach';

/** A word that nothing else has: it is looked for in the unpacked archive. */
const canary = (where: string): string => `canary-${where.replaceAll(/[^a-z]/gi, '')}-${randomUUID().slice(0, 8)}`;

/** A site whose every secret file holds a word of its own. */
async function plantedHome(): Promise<{ home: string; words: string[] }> {
  const home = await temporaryFolder();
  await runClient(['start', ...ORDER.split(' ')], { home, services: scriptedInstalls({ scenes: [] }).services });
  const words: string[] = [];
  const SECRET_FILES = [
    SITE_FILES.talosconfig,
    SITE_FILES.secrets,
    SITE_FILES.machineConfig,
    SITE_FILES.appliedConfig,
    SITE_FILES.statusToken,
    SITE_FILES.authKey,
    SITE_FILES.initialTenant,
    SITE_FILES.licenceToken,
    'values/alga-core.yaml',
  ];
  for (const name of SECRET_FILES) {
    const word = canary(name);
    words.push(word);
    await mkdir(join(home, SITE, 'values'), { recursive: true });
    await writeFile(join(home, SITE, name), `${word}\n`, { mode: 0o600 });
  }
  const keyOfCluster = canary('kubeconfig');
  words.push(keyOfCluster);
  await writeFile(join(home, SITE, SITE_FILES.kubeconfig), `${OWN_KUBECONFIG}\n# ${keyOfCluster}\n`);
  // What encrypts the payloads: made by the client itself.
  const keys = await readFile(join(home, SITE, SITE_FILES.payloadKeys), 'utf8').catch(() => '');
  words.push(...(keys.match(/[A-Za-z0-9+/=_-]{40,}/g) ?? []));
  await mkdir(join(home, '.temporal'), { recursive: true });
  return { home, words };
}

function secret(namespace: string, name: string, word: string): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace },
    data: { any: btoa(word), token: btoa(word) },
  };
}

const talosAnswers: RunOptions['services'] = {
  talos: async () => async (name) => ({
    command: `talosctl ${name}`,
    exitCode: name === 'health' ? 1 : 0,
    stdout: name === 'health' ? '' : `${name}: fine, token: Tr0ub4dor.x9!Qz`,
    stderr: name === 'health' ? 'context deadline exceeded' : '',
  }),
};
const nothingRuns: RunOptions['services'] = {
  runningWorker: async () => null,
  runningServer: async () => null,
  get: async () => ({ status: 307, location: '/msp/dashboard', error: null, body: '' }),
};

async function unpacked(file: string): Promise<Map<string, string>> {
  const { files } = await readBundle(await readFile(file));
  return new Map([...files].map(([path, bytes]) => [path, bytes.toString('utf8')]));
}

test('holds what support needs, no secret of site or cluster, and is read again by diagnose', async () => {
  const { home, words } = await plantedHome();
  const inCluster = ['db-credentials', 'redis-credentials', 'alga-psa-shared'].map(
    (name) => [name, canary(name)] as const,
  );
  words.push(...inCluster.map(([, word]) => word));
  const logged = canary('log');
  words.push(logged);
  const snapshot = appliance(crashing('temporal', 'sql schema version compatibility check failed'));
  const kubernetes = fakeKubernetes([
    ...(snapshot.kubernetes?.items ?? []),
    ...inCluster.map(([name, word]) => secret('msp', name, word)),
  ]);
  kubernetes.logText = `starting\nsql schema version compatibility check failed\nPassword is -> [ ${logged} ]\nDB_PASSWORD_SERVER=${logged}\n`;
  await writeFile(join(home, '.temporal', 'worker.log'), `{"msg":"took ALGA_AUTH_KEY=${logged}"}\n`);
  const services = {
    ...scriptedInstalls({ scenes: [{ at: 0, view: running(PARKED) }] }).services,
    ...nothingRuns,
    ...talosAnswers,
    reader: async () => kubernetes.reader,
  };
  const cwd = await temporaryFolder();
  const { exit, stdout, stderr } = await runClient(['support-bundle', '--output-file', 'b.tar.gz', '-o', 'json'], {
    home,
    cwd,
    services,
  });
  expect([exit, stderr]).toEqual([0, expect.stringContaining('Missing:')]);
  const file = join(cwd, 'b.tar.gz');
  expect(JSON.parse(stdout)).toMatchObject({ file, files: expect.any(Number) });
  expect((await stat(file)).mode & 0o777).toBe(0o600);

  const files = await unpacked(file);
  expect([...files.keys()]).toEqual(
    expect.arrayContaining([
      'index.json',
      'SHA256SUMS',
      'versions.json',
      'snapshot.json',
      'status.json',
      'install/progress.json',
      'install/history.json',
      'kubernetes/flux.json',
      'kubernetes/helm.json',
      'logs/client/worker.log',
      'talos/services.txt',
      'talos/dmesg.txt',
    ]),
  );
  expect([...files.keys()].some((path) => path.startsWith('logs/msp/') && path.endsWith('.log'))).toBe(true);
  const all = [...files.values()].join('\n');
  expect(words.length).toBeGreaterThan(12);
  expect(words.filter((word) => all.includes(word) || all.includes(btoa(word)))).toEqual([]);
  expect(all).not.toContain('Tr0ub4dor');
  expect(all).not.toMatch(/"kind": ?"Secret"/);
  expect(files.get('talos/services.txt')).toContain('services: fine');
  expect(JSON.parse(files.get('index.json') ?? '')).toMatchObject({
    kind: 'SupportBundle',
    missing: expect.arrayContaining([{ part: 'talos', what: 'talosctl health', why: 'context deadline exceeded' }]),
  });

  // As another program checks it, unpacked on a disk.
  const folder = await temporaryFolder();
  execFileSync('tar', ['-xzf', file, '-C', folder]);
  const sums = (await readFile(join(folder, 'SHA256SUMS'), 'utf8')).trimEnd().split('\n');
  expect(sums).toHaveLength(files.size - 1);
  for (const line of sums) {
    const [sum, path = ''] = line.split('  ');
    expect(
      createHash('sha256')
        .update(await readFile(join(folder, path)))
        .digest('hex'),
    ).toBe(sum);
  }

  const there = await runClient(['diagnose', '--from', file, '-o', 'json'], { home: await temporaryFolder() });
  expect(JSON.parse(there.stdout).topBlockers.map(({ code }: { code: string }) => code)).toContain(
    'temporal-schema-missing',
  );
});

test.each<[what: string, spoil: (home: string) => Promise<unknown>, services: RunOptions['services'], lacks: string[]]>(
  [
    ['without a cluster', async () => {}, {}, ['objects of the cluster']],
    [
      'without anything in the folder but the record',
      async (home) => {
        const folder = join(home, SITE);
        for (const name of await readdir(folder))
          if (name !== 'site.json') await rm(join(folder, name), { recursive: true });
      },
      {},
      ['objects of the cluster', 'answers of the Talos machine'],
    ],
    [
      'with a record that is cut',
      async (home) => writeFile(join(home, SITE, 'site.json'), '{"apiVer'),
      {},
      ['record of the site'],
    ],
    [
      'with a report that is a folder',
      async (home) => mkdir(join(home, SITE, 'install-report.json')),
      {},
      ['report of the install'],
    ],
    [
      'with a pipe for a log',
      async (home) => execFileSync('mkfifo', [join(home, '.temporal', 'server.log')]),
      {},
      ['server.log'],
    ],
    [
      'where no server comes up and nothing of this machine is known',
      async () => {},
      {
        openInstalls: async () => {
          throw new Error('no Temporal server');
        },
        runningWorker: async () => {
          throw new Error('worker.json is cut');
        },
      },
      ['progress of the install', 'history of the install'],
    ],
    [
      'where talosctl does not answer at all',
      async () => {},
      {
        talos: async () => {
          throw new Error('no talosctl on this machine');
        },
      },
      ['answers of the Talos machine'],
    ],
    [
      'with a kubeconfig that runs a program',
      async (home) => writeFile(join(home, SITE, 'kubeconfig'), 'users: [{name: a, user: {exec: {command: id}}}]'),
      {},
      ['logs of the containers'],
    ],
  ],
)('is written %s, and says what is missing', async (_what, spoil, services, lacks) => {
  const { home } = await plantedHome();
  await spoil(home);
  const away = fakeKubernetes();
  away.isAway = true;
  const cwd = await temporaryFolder();
  const { exit, stdout } = await runClient(['support-bundle', '--site', SITE, '-o', 'json'], {
    home,
    cwd,
    services: {
      ...scriptedInstalls({ scenes: [] }).services,
      ...nothingRuns,
      ...talosAnswers,
      reader: async () => away.reader,
      ...services,
    },
  });
  expect(exit).toBe(0);
  const { file, missing } = JSON.parse(stdout);
  expect(missing.map(({ what }: { what: string }) => what)).toEqual(expect.arrayContaining(lacks));
  expect((await unpacked(file)).get('index.json')).toContain('SupportBundle');
});

test('a file that is there is not replaced, and a site that is not there is an error', async () => {
  const { home } = await plantedHome();
  const cwd = await temporaryFolder();
  await writeFile(join(cwd, 'mine'), 'mine');
  const over = await runClient(['support-bundle', '--output-file', 'mine'], { home, cwd });
  expect([over.exit, over.stderr]).toEqual([2, expect.stringContaining('already exists, and is not replaced')]);
  const nowhere = await runClient(['support-bundle', '--output-file', 'none/b'], { home, cwd });
  expect([nowhere.exit, nowhere.stderr]).toEqual([2, expect.stringContaining('is no folder')]);
  const noFiles = await runClient(['support-bundle', '--output-file', '/proc/x'], { home, cwd });
  expect([noFiles.exit, noFiles.stderr]).toEqual([2, expect.stringContaining('/proc/x cannot be written (ENOENT)')]);
  expect(noFiles.stderr).not.toContain('Collecting');
  const other = await runClient(['support-bundle', '--site', 'other'], { home, cwd });
  expect([other.exit, other.stderr]).toEqual([2, expect.stringContaining('there is no site other')]);
  expect([await readdir(cwd), await readFile(join(cwd, 'mine'), 'utf8')]).toEqual([['mine'], 'mine']);
});

test('of three at once with one name one is written, and the others say that the file exists', async () => {
  const { home } = await plantedHome();
  const cwd = await temporaryFolder();
  const services = {
    ...scriptedInstalls({ scenes: [] }).services,
    ...nothingRuns,
    ...talosAnswers,
    reader: async () => fakeKubernetes().reader,
  };
  const one = () => runClient(['support-bundle', '--output-file', 'b.tar.gz', '-o', 'json'], { home, cwd, services });
  const ends = await Promise.all([one(), one(), one()]);
  expect(ends.map(({ exit }) => exit).toSorted()).toEqual([0, 2, 2]);
  for (const { stderr } of ends.filter(({ exit }) => exit === 2))
    expect(stderr).toContain(`${join(cwd, 'b.tar.gz')} already exists, and is not replaced`);
  const { stdout } = ends.find(({ exit }) => exit === 0) ?? { stdout: '' };
  const sum = createHash('sha256')
    .update(await readFile(join(cwd, 'b.tar.gz')))
    .digest('hex');
  expect(JSON.parse(stdout)).toMatchObject({ sha256: sum });
  expect(await readdir(cwd)).toEqual(['b.tar.gz']);
});
