import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execaSync } from 'execa';
import { describe, expect, test } from 'vitest';
import { profileValuesFiles, valuesFaults } from '../../scripts/profile-values.ts';
import { ROOT, chartFolder, helm, run } from './programs.ts';
import { environment, rendered, the, workloads } from './objects.ts';
import { applianceArguments, RELEASES, repositoryFile, siteValues } from './values.ts';
import { testSpec } from '../support/spec.ts';
import { needs } from '../support/needs.ts';

needs('helm');

const DIGEST = `sha256:${'a'.repeat(64)}`;

describe('values are refused, with chart and field', () => {
  test.each([
    ['alga-core', 'server.prot=3000', "at '/server': additional properties 'prot' not allowed"],
    ['alga-core', 'images.server.tag=94446747', "at '/images/server/tag': got number, want string"],
    ['alga-core', 'images.server.tag=latest', 'the tag of the image ghcr.io/nine-minds/alga-psa-ee is "latest"'],
    ['alga-core', 'images.server.digest=sha256:abc', "at '/images/server/digest'"],
    ['alga-core', 'bootstrap.mode=frehs', "at '/bootstrap/mode': value must be one of 'fresh', 'recover'"],
    ['alga-core', 'site.appUrl=192.0.2.10', "at '/site/appUrl'"],
    ['alga-core', 'site.appUrl=http://192.0.2.10:3000/', "at '/site/appUrl'"],
    [
      'alga-core',
      'hocuspocus.enabled=true',
      'the image harbor.nineminds.com/nineminds/sebastian_hocuspocus has no tag',
    ],
    ['alga-core', 'server.uploadLimit=200', "at '/server/uploadLimit'"],
    ['alga-core', 'tenantSecrets.path=/secrets', "at '/tenantSecrets': additional properties 'path' not allowed"],
    ['pgbouncer', 'users=null', "missing property 'users'"],
    ['pgbouncer', 'port=0', "at '/port'"],
    ['temporal', 'database.hots=db', "at '/database': additional properties 'hots' not allowed"],
    ['workflow-worker', 'images.worker.tag=', "at '/images/worker/tag'"],
    ['email-service', 'webhookUrl=imap', "at '/webhookUrl'"],
    ['temporal-worker', 'temporal.taskQueues=x', "at '/temporal': additional properties 'taskQueues' not allowed"],
    ['appliance-status', 'rbac.secrets=true', "additional properties 'rbac' not allowed"],
  ])('%s with %s', async (chart, setting, says) => {
    const outcome = await run('helm', ['template', chart, chartFolder(chart), '--set', setting]);
    expect(outcome.ok).toBe(false);
    expect(outcome.stderr).toContain(chart);
    expect(outcome.stderr).toContain(says);
  });
});

describe('values files', () => {
  test('of the profiles hold nothing that their charts do not know', () => {
    const files = profileValuesFiles();
    expect(files.length).toBe(Object.keys(RELEASES).length);
    for (const file of files) expect(valuesFaults(file, repositoryFile(file)), file).toEqual([]);
  });

  test('with typos are told with each file and field', () => {
    const folder = mkdtempSync(join(tmpdir(), 'values-'));
    const file = join(folder, 'alga-core.yaml');
    writeFileSync(
      file,
      'server: {prot: 3000, resources: {limits: {cpu: 2}}}\nimages: {server: {tag: 94446747}}\ndatbase: {}\n',
    );
    const { stdout, exitCode } = execaSync(process.execPath, ['scripts/profile-values.ts', file], {
      reject: false,
      cwd: ROOT,
    });
    rmSync(folder, { recursive: true });
    expect(exitCode).toBe(1);
    expect(stdout.split('\n').map((line) => line.slice(line.indexOf('alga-core.yaml')))).toEqual([
      'alga-core.yaml: datbase: is not a value of the chart alga-core',
      'alga-core.yaml: images.server.tag: must be string',
      'alga-core.yaml: server.prot: is not a value of the chart alga-core',
      'alga-core.yaml: server.resources.limits.cpu: must be string',
    ]);
  });
});

describe('what the installer writes', () => {
  test.each(Object.keys(RELEASES))('is taken by %s', async (release) => {
    const site = siteValues({ imageRegistryMirror: 'mirror.example', imagePullSecrets: ['registry'] })[release] ?? {};
    const { args, input } = applianceArguments(release, site);
    expect(await helm(['template', release, chartFolder(release), ...args], { input })).toContain('mirror.example/');
  });

  test('a digest pins the image, and an overridden tag goes without it', () => {
    const spec = testSpec();
    spec.release.app.images.algaCore.digest = DIGEST;
    const image = (tag?: string) =>
      siteValues({ spec: { ...spec, imageTags: tag ? { algaCore: tag } : {} } })['alga-core'];
    expect(image()).toMatchObject({ images: { server: { tag: '94446747', digest: DIGEST } } });
    expect(image('hotfix')).toMatchObject({ images: { server: { tag: 'hotfix', digest: '' } } });
    expect(image('94446747')).toMatchObject({ images: { server: { digest: DIGEST } } });
  });

  test('a tag of digits stays a string', async () => {
    const [server] = workloads(await rendered('alga-core')).filter(({ name }) => name === 'alga-core-sebastian');
    expect(server?.pod.containers[0]?.image).toBe('ghcr.io/nine-minds/alga-psa-ee:94446747');
  });
});

describe('the server', () => {
  const server = async (more: string[] = [], which: 'defaults' | 'appliance' = 'appliance') =>
    workloads(await rendered('alga-core', more, which)).find(({ name }) => name === 'alga-core-sebastian');

  test('talks to Postgres directly', async () => {
    const own = (await server())?.pod.containers[0];
    expect(own && environment(own)).toMatchObject({
      DB_HOST: 'db',
      DB_PORT: '5432',
      DB_USER_SERVER: 'app_user',
      DB_PASSWORD_SERVER: 'db-credentials/DB_PASSWORD_SERVER',
    });
  });

  test('is named to people by the application URL', async () => {
    const own = (await server())?.pod.containers[0];
    const url = 'http://192.0.2.10:3000';
    expect(own && environment(own)).toMatchObject({
      HOST: '192.0.2.10:3000',
      NEXTAUTH_URL: url,
      APPLICATION_URL: url,
      NEXT_PUBLIC_BASE_URL: url,
    });
  });

  test('takes what server.extraEnv says for what the chart would have set, once', async () => {
    const own = (await server(['--set', 'server.extraEnv.EMAIL_ENABLE=yes,server.extraEnv.OWN=x']))?.pod.containers[0];
    expect(own && environment(own)).toMatchObject({ EMAIL_ENABLE: 'yes', OWN: 'x', EMAIL_PORT: '587' });
    expect(own?.env.filter(({ name }) => name === 'EMAIL_ENABLE')).toHaveLength(1);
  });

  test('keeps tenant secrets in a volume, or where that is not wanted, in no folder of a volume', async () => {
    const named = await server(['--set', 'tenantSecrets.existingClaim=shared']);
    expect(named?.pod['volumes']).toContainEqual({
      name: 'tenant-secrets',
      persistentVolumeClaim: { claimName: 'shared' },
    });
    const own = (await server(['--set', 'tenantSecrets.enabled=false']))?.pod.containers[0];
    expect(own && environment(own)).not.toHaveProperty('SECRET_FS_BASE_PATH');
  });

  test("is on the node's network on the appliance, and not elsewhere", async () => {
    expect((await server())?.pod).toMatchObject({ hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' });
    expect((await server([], 'defaults'))?.pod).not.toHaveProperty('hostNetwork');
  });
});

describe('secrets', () => {
  test('stand in Secrets only, long and each another', async () => {
    const manifests = (await Promise.all(Object.keys(RELEASES).map((chart) => rendered(chart)))).flat();
    const secrets = manifests.filter(({ kind }) => kind === 'Secret').flatMap(({ data }) => Object.values(data ?? {}));
    const values = secrets.map((value) => Buffer.from(value, 'base64').toString());
    expect(values.length).toBe(12);
    expect(new Set(values).size).toBe(values.length);
    expect(Math.min(...values.map(({ length }) => length))).toBeGreaterThanOrEqual(32);
    const others = JSON.stringify(manifests.filter(({ kind }) => kind !== 'Secret'));
    for (const value of [...values, ...secrets]) expect(others).not.toContain(value);
  });

  test('have no value in any file (lesson: change-me-in-prod)', () => {
    for (const file of globSync('{charts,flux,releases}/**/*.{yaml,tpl,json}', { cwd: ROOT })) {
      expect(repositoryFile(file), file).not.toMatch(/change.?me/i);
      expect(repositoryFile(file), file).not.toMatch(
        /^\s*(password|token|\w+_(PASSWORD|SECRET|TOKEN|KEY)):\s*['"]?\w/im,
      );
    }
  });
});

describe('nothing of the appliance is wired in', () => {
  test('defaults name no storage class, no host port, no appliance profile', async () => {
    const text = JSON.stringify(
      await Promise.all(Object.keys(RELEASES).map((chart) => rendered(chart, [], 'defaults'))),
    );
    expect(text.match(/local-path|hostPort|"appliance"/g)).toBeNull();
  });

  test('database and Redis may be elsewhere, Secrets may be there already', async () => {
    const manifests = await rendered(
      'alga-core',
      [
        '--set',
        'database.enabled=false,database.host=pg.example,redis.enabled=false,redis.host=redis.example,credentials.create=false',
      ],
      'defaults',
    );
    expect(
      manifests
        .map(({ kind, metadata }) => `${kind}/${metadata.name}`)
        .filter((name) => /Secret|StatefulSet|data$/.test(name)),
    ).toEqual([]);
  });
});

describe('the bootstrap job', () => {
  const name = async (...settings: string[]) =>
    the(
      await rendered(
        'alga-core',
        settings.flatMap((each) => ['--set', each]),
      ),
      'Job',
      'alga-core-sebastian-bootstrap',
    ).metadata.name;
  const serverTemplate = async (...settings: string[]) =>
    JSON.stringify(
      the(
        await rendered(
          'alga-core',
          settings.flatMap((each) => ['--set', each]),
        ),
        'Deployment',
        'alga-core-sebastian',
      ).spec,
    );

  test('is an ordinary Job, no hook', async () => {
    const manifests = await rendered('alga-core');
    for (const { metadata } of manifests) expect(Object.keys(metadata.annotations ?? {})).not.toContain('helm.sh/hook');
  });

  test('is made anew when its inputs change, and only then', async () => {
    expect(await name()).toBe(await name());
    const names = await Promise.all([
      name(),
      name('images.server.tag=other'),
      name('bootstrap.mode=recover'),
      name('bootstrap.runSeeds=false'),
      name('bootstrap.seedsDir=/other'),
    ]);
    expect(new Set(names).size).toBe(5);
    expect(await name('server.port=3001')).toBe(await name());
  });

  test('its promotion to recover does not touch the server', async () => {
    expect(await serverTemplate('bootstrap.mode=recover')).toBe(await serverTemplate());
    expect(await serverTemplate('images.server.tag=other')).not.toBe(await serverTemplate());
  });

  test('ends at once on what trying again cannot mend', async () => {
    expect(the(await rendered('alga-core'), 'Job', 'alga-core-sebastian-bootstrap').spec).toMatchObject({
      podFailurePolicy: {
        rules: [{ action: 'Ignore' }, { action: 'FailJob', onExitCodes: { operator: 'In', values: [10, 11, 12] } }],
      },
    });
  });
});

test("Postgres' folder is made before it is mounted by subPath (lesson: failed to create subPath directory)", async () => {
  const db = workloads(await rendered('alga-core')).find(({ name }) => name === 'db');
  expect(db?.pod.initContainers[0]).toMatchObject({
    command: ['/bin/sh', '-ec', expect.stringContaining('mkdir -p /volume/data')],
    volumeMounts: [{ name: 'db-data', mountPath: '/volume' }],
  });
  expect(db?.pod.containers[0]).toMatchObject({
    volumeMounts: expect.arrayContaining([{ name: 'db-data', mountPath: '/var/lib/postgresql/data', subPath: 'data' }]),
  });
});

test('Temporal sets up its schema', async () => {
  const [temporal] = workloads(await rendered('temporal'));
  expect(temporal?.pod.containers[0]?.command).toEqual(['/etc/temporal/entrypoint.sh', 'autosetup']);
});
