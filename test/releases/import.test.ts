import { mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { VENDOR_IMAGES } from '../../model/appliance.ts';
import { releaseManifest } from '../../model/release.ts';
import { registryClient } from '../../registry/client.ts';
import { NOW, runClient, temporaryFolder } from '../client/support/run-client.ts';
import type { Run } from '../client/support/run-client.ts';
import { artifact, challenge, digestOf, ociRegistry } from '../support/oci-registry.ts';
import type { OciRegistry } from '../support/oci-registry.ts';

/** `releases import`, `remove`, and what else finds a release that was imported. */
const REPOSITORY = 'nine-minds/alga-appliance-release';
const STABLE = `ghcr.io/${REPOSITORY}:stable`;
const KNOWN = { algaCore: 'eaec6253', workflowWorker: 'a2cbb43', emailService: '61e4a00e', temporalWorker: 'a2cbb43' };
const IMAGES = {
  algaCore: 'nine-minds/alga-psa-ee',
  workflowWorker: 'nine-minds/workflow-worker',
  emailService: 'nine-minds/email-service',
  temporalWorker: 'nine-minds/temporal-worker',
};

/** The vendor's manifest with everything that it may hold. */
const vendorManifest = (change: object = {}): Record<string, unknown> => ({
  schema: 'alga.appliance.release/v1',
  version: '1.0.3',
  channel: 'stable',
  valuesProfile: 'single-node',
  images: KNOWN,
  controlPlane: '62cdce38',
  config: {
    repository: 'ghcr.io/nine-minds/alga-appliance-config',
    version: '1.0.3',
    digest: `sha256:${'c'.repeat(64)}`,
  },
  charts: { sebastian: '0.0.1', temporal: '0.1.0' },
  profileValues: { 'alga-core.single-node.yaml': 'bootstrap:\n  mode: recover\n' },
  supportAgent: `ghcr.io/nine-minds/alga-appliance-support-agent@sha256:${'a'.repeat(64)}`,
  supportReceiptKeys: { v1: '-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----' },
  ...change,
});

let home: string;
let registry: OciRegistry;
let patienceMs: number;

beforeEach(async () => {
  home = await temporaryFolder();
  registry = await ociRegistry();
  patienceMs = 15_000;
});

const client = (...words: string[]): Promise<Run> =>
  runClient(words, {
    home,
    env: { APPLIANCE_REGISTRY_MIRROR: registry.host, COLUMNS: '200' },
    services: {
      registry: async (environment, options) => registryClient(environment, { ...options, timeoutMs: patienceMs }),
    },
  });
const releases = (...words: string[]): Promise<Run> => client('releases', ...words);

/** Publishes the four images, gives their digests. */
function publishImages(tags: typeof KNOWN = KNOWN): Record<keyof typeof KNOWN, string> {
  const put = (key: keyof typeof KNOWN): string =>
    registry.put(IMAGES[key], tags[key], artifact(digestOf(key), key.length));
  return {
    algaCore: put('algaCore'),
    workflowWorker: put('workflowWorker'),
    emailService: put('emailService'),
    temporalWorker: put('temporalWorker'),
  };
}

const publish = (change: object = {}) => registry.publish(REPOSITORY, 'stable', JSON.stringify(vendorManifest(change)));
const imported = async (version = '1.0.3') =>
  JSON.parse(await readFile(join(home, '.releases', version, 'release.json'), 'utf8'));

/** Every file below the home with its content. */
async function everything(): Promise<Record<string, string>> {
  const names = await readdir(home, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    await Promise.all(files.map(async (file) => [file, await readFile(file, 'utf8')] as const)),
  );
}

async function refused(words: readonly string[], message: string | RegExp, exit = 2): Promise<void> {
  const before = await everything();
  const run = await releases('import', ...words);
  expect(run.stderr).toMatch(message);
  expect(run).toMatchObject({ exit, stdout: '' });
  // eslint-disable-next-line no-control-regex -- what a terminal obeys is what is looked for
  expect(run.stderr.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
  expect(await everything()).toEqual(before);
}

/** A port on which nobody listens any more. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

describe('from a registry', () => {
  test('becomes a release of this machine: tags, digests, capabilities, the base, and where it came from', async () => {
    const digests = publishImages();
    const { digest, configDigest } = publish();
    const run = await releases('import', STABLE);
    expect(run.exit, run.stderr).toBe(0);
    const release = releaseManifest.parse(await imported());
    expect(release).toMatchObject({
      releaseVersion: '1.0.3',
      talos: { version: 'v1.12.0' },
      kubernetes: { version: 'v1.34.4' },
      flux: { version: 'v2.7.3' },
      app: { version: '1.0.3', releaseBranch: 'release/1.0', valuesProfile: 'talos-single-node' },
      origin: { reference: STABLE, digest, configDigest, importedAt: NOW.toISOString(), base: '1.0', assumed: {} },
    });
    for (const key of VENDOR_IMAGES)
      expect(release.app.images[key]).toMatchObject({ tag: KNOWN[key], digest: digests[key] });
    expect(release.app.images.algaCore.capabilities).toMatchObject({ licenseState: true, idempotentSeeds: false });
    for (const said of [
      'channel stable',
      'valuesProfile',
      'controlPlane 62cdce38',
      'config',
      'charts (sebastian, temporal)',
      'profileValues (alga-core.single-node.yaml)',
      'supportAgent',
      'supportReceiptKeys (v1)',
    ])
      expect(run.stdout).toContain(`  ${said}`);
    expect((await stat(join(home, '.releases/1.0.3/release.json'))).mode & 0o777).toBe(0o600);
    for (const folder of ['.releases', '.releases/1.0.3'])
      expect((await stat(join(home, folder))).mode & 0o777).toBe(0o700);
    // A token is asked for once a repository, and the registry's host alone gets it.
    expect(registry.asked.filter(({ call }) => call.startsWith('GET /token')).length).toBe(5);
  });

  test('by digest, and with oci:// before it; as JSON', async () => {
    publishImages();
    const { digest } = publish();
    const run = await releases('import', `oci://ghcr.io/${REPOSITORY}@${digest}`, '-o', 'json');
    expect(JSON.parse(run.stdout)).toMatchObject({
      releaseVersion: '1.0.3',
      outcome: 'imported',
      file: join(home, '.releases/1.0.3/release.json'),
      origin: { reference: `ghcr.io/${REPOSITORY}@${digest}`, digest },
      notTakenOver: expect.arrayContaining([expect.objectContaining({ field: 'controlPlane 62cdce38' })]),
    });
  });

  test('a registry on this machine is asked by plain http without being told so', async () => {
    const { digest } = publish();
    const run = await runClient(
      ['releases', 'import', `${registry.host}/${REPOSITORY}:stable`, '--base', '1.0-rc5.1', '-o', 'json'],
      {
        home,
        env: { APPLIANCE_REGISTRY_MIRROR: registry.host },
        services: { registry: async (env, options) => registryClient(env, options) },
      },
    );
    expect(JSON.parse(run.stdout)).toMatchObject({ origin: { digest, base: '1.0-rc5.1' } });
  });

  test('digests that cannot be learned stay null, each with its reason; a later silence takes none away', async () => {
    publish();
    registry.put(IMAGES.algaCore, KNOWN.algaCore, artifact(digestOf('x'), 1));
    const run = await releases('import', STABLE);
    expect(run.exit).toBe(0);
    expect(run.stderr).toMatch(/warning: No digest for workflow-worker a2cbb43: .* answered 404 MANIFEST_UNKNOWN/);
    expect(run.stderr).not.toContain('alga-core eaec6253 has no digest');
    const before = await imported();
    expect(before.app.images.workflowWorker.digest).toBeNull();
    expect(before.app.images.algaCore.digest).toMatch(/^sha256:/);
    registry.answer = (request, response) => {
      if (!request.url?.includes('alga-psa-ee')) return false;
      response.writeHead(503).end();
      return true;
    };
    const again = await releases('import', STABLE);
    expect(again).toMatchObject({
      exit: 0,
      stdout: expect.stringContaining('is already imported with the same contents'),
    });
    expect(await imported()).toEqual(before);
  });
});

describe('from this machine', () => {
  test('a file with the manifest itself', async () => {
    await writeFile(join(home, 'stable.json'), JSON.stringify(vendorManifest()));
    expect(await releases('import', 'stable.json')).toMatchObject({ exit: 0 });
    expect((await imported()).origin).toMatchObject({ reference: 'stable.json', digest: null });
  });

  test('a folder that is an OCI image layout, its digests looked at', async () => {
    const config = JSON.stringify(vendorManifest());
    const manifest = artifact(digestOf(config), config.length);
    const folder = join(home, 'layout/blobs/sha256');
    await mkdir(folder, { recursive: true });
    const write = (content: string, digest = digestOf(content)) => writeFile(join(folder, digest.slice(7)), content);
    await write(manifest);
    await write(config);
    const descriptor = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: digestOf(manifest), size: 1 };
    await writeFile(join(home, 'layout/index.json'), JSON.stringify({ schemaVersion: 2, manifests: [descriptor] }));
    expect(await releases('import', 'layout')).toMatchObject({ exit: 0 });
    expect((await imported()).origin).toMatchObject({ reference: 'layout', digest: digestOf(manifest) });
    await write(config.replace('eaec6253', 'a2cbb430'), digestOf(config));
    await refused(['layout', '--replace'], /has the digest sha256:.*, but sha256:.* was requested/);
  });

  test('what is neither file nor whole reference, and nothing at all', async () => {
    await refused([], /the reference or file is missing/);
    for (const named of ['nowhere.json', 'alga-appliance-release:stable', `ghcr.io/${REPOSITORY}`, 'oci://', './x/y'])
      await refused([named], /is neither a file on this machine nor a reference/);
    expect(registry.asked).toEqual([]);
  });
});

describe('an image that nobody here knows', () => {
  const images = { ...KNOWN, algaCore: '0123abcd', emailService: '4567abcd' };

  test('is refused with its name, and taken when somebody says what it is like', async () => {
    publish({ images });
    await refused(
      [STABLE],
      /capabilities of these images are unknown: alga-core 0123abcd, email-service 4567abcd\. .*--like/,
    );
    await refused([STABLE, '--like', '9.9'], /--like: unknown release 9\.9\. Available: 1\.0, /);
    const run = await releases('import', STABLE, '--like', '1.0-rc5');
    expect(run.stderr).toContain('alga-core 0123abcd: the capabilities of this image are unknown');
    const { app, origin } = await imported();
    expect(origin.assumed).toEqual({ algaCore: '1.0-rc5', emailService: '1.0-rc5' });
    expect(app.images.algaCore.capabilities.licenseState).toBe(false);
    expect((await releases('show', '1.0.3')).stdout).toContain('the import declared it equal to that of 1.0-rc5');
  });
});

describe('what is there already', () => {
  test('another content is refused with what differs, and replaced when asked', async () => {
    publish();
    await releases('import', STABLE);
    publish({ images: { ...KNOWN, algaCore: 'a2cbb430' } });
    await refused(
      [STABLE],
      /Release 1\.0\.3 is already imported with different contents: .*app\.images\.algaCore\.tag/,
    );
    expect(await releases('import', STABLE, '--replace')).toMatchObject({ exit: 0 });
    expect((await imported()).app.images.algaCore.tag).toBe('a2cbb430');
  });

  test("a release of this client is never shadowed, neither by an import nor by a file in the import's place", async () => {
    publish({ version: '1.0' });
    await refused([STABLE, '--replace'], /which is bundled with this client and cannot be replaced/);
    publish();
    await releases('import', STABLE);
    const text = (await readFile(join(home, '.releases/1.0.3/release.json'), 'utf8')).replace(
      '"releaseVersion": "1.0.3"',
      '"releaseVersion": "1.0"',
    );
    await mkdir(join(home, '.releases/1.0'));
    await writeFile(join(home, '.releases/1.0/release.json'), text);
    expect(JSON.parse((await releases('show', '1.0', '-o', 'json')).stdout).origin).toBeUndefined();
    expect((await releases('list')).stderr).toContain('To remove this one: `releases remove 1.0`');
    expect((await releases('validate')).exit).toBe(2);
    expect((await releases('remove', '1.0')).exit).toBe(0);
    expect((await releases('validate')).exit).toBe(0);
  });

  test('remove takes an imported one away, and nothing else', async () => {
    publish();
    await releases('import', STABLE);
    expect((await releases('remove', '1.0')).stderr).toContain('1.0 is bundled with this client');
    await writeFile(join(home, 'release.json'), 'mine');
    for (const version of ['..', '9.9', '.']) expect((await releases('remove', version)).exit).toBe(2);
    expect((await releases('remove', '1.0.3')).exit).toBe(0);
    expect(await everything()).toEqual({ [join(home, 'release.json')]: 'mine' });
    expect((await releases('show', '1.0.3')).exit).toBe(2);
  });
});

describe('found as the others are', () => {
  const ORDER = [
    '--fresh',
    '--node-ip',
    '192.0.2.10',
    '--app-url',
    'http://192.0.2.10:3000',
    '--yes',
    '--repo-url',
    'https://git.example.org/a.git',
  ];

  test('list, show, validate and plan name it with its origin; the order carries it whole', async () => {
    publish();
    await releases('import', STABLE);
    const from = `imported from ${STABLE}, 2026-05-01`;
    expect((await releases('list')).stdout).toMatch(new RegExp(`^1\\.0\\.3 .*${from}$`, 'm'));
    expect((await releases('list')).stdout).toMatch(/^1\.0 .*bundled$/m);
    expect((await releases('show', '1.0.3')).stdout).toContain(from);
    expect(await releases('validate')).toMatchObject({ exit: 0, stdout: expect.stringContaining('1.0.3') });
    const plan = await client('plan', '--release', '1.0.3', ...ORDER);
    expect(plan.stdout).toContain('release 1.0.3');
    expect(plan.stdout).toContain(`Release 1.0.3 was ${from}, based on 1.0.`);
    const byChannel = await client('plan', '--channel', 'stable', ...ORDER);
    expect(byChannel.stdout).toContain('release 1.0,');
  });

  test('a channel may stand for it; the same import on another machine is the same order', async () => {
    publish();
    const digestOfOrder = async (...words: string[]) =>
      JSON.parse((await client('plan', ...words, ...ORDER, '-o', 'json')).stdout).specDigest;
    await releases('import', STABLE);
    const mine = await digestOfOrder('--release', '1.0.3');
    const folder = join(home, 'bundled');
    await mkdir(join(folder, 'channels'), { recursive: true });
    const channel = { channel: 'nightly', releaseVersion: '1.0.3', branch: 'release/1.0' };
    await writeFile(join(folder, 'channels/nightly.json'), JSON.stringify(channel));
    const plan = await runClient(['plan', '--channel', 'nightly', ...ORDER], {
      home,
      env: { ALGA_APPLIANCE_RELEASES: folder },
    });
    expect(plan.stdout).toContain('release 1.0.3');
    await releases('remove', '1.0.3');
    await writeFile(join(home, 'other.json'), JSON.stringify(vendorManifest()));
    await releases('import', 'other.json');
    expect(await digestOfOrder('--release', '1.0.3')).toBe(mine);
    expect(await digestOfOrder('--release', '1.0')).not.toBe(mine);
  });
});

describe('a manifest that is not one', () => {
  test.each([
    [
      'another schema',
      { schema: 'alga.appliance.release/v2' },
      /schema: expected one of: alga\.appliance\.release\/v1, found "alga\.appliance\.release\/v2"/,
    ],
    [
      'no schema',
      { schema: undefined },
      /schema: is missing: this is not a release manifest of the vendor \(supported: alga\.appliance\.release\/v1/,
    ],
    ['an image that is missing', { images: { ...KNOWN, emailService: undefined } }, /images\.emailService: is missing/],
    [
      'a tag that is a reference',
      { images: { ...KNOWN, algaCore: `ghcr.io/x/y@sha256:${'b'.repeat(64)}` } },
      /images\.algaCore: expected an image tag/,
    ],
    ['a tag that moves', { images: { ...KNOWN, algaCore: 'latest' } }, /"latest" is not a tag of a release/],
    ['a version that climbs out', { version: '../../1.0' }, /version: expected a version such as 1\.0/],
    ['a version without end', { version: `1.0-${'x'.repeat(80)}` }, /at most 63 characters/],
    [
      'an application that no row of the matrix has',
      { version: '2026.08.20' },
      /do not form an installable release[^]*Alga PSA 2026\.08\.20 is not in the support matrix/,
    ],
    ['words for a terminal', { schema: '\u001b[2J\u009b31mx\r\n' }, /found/],
  ])('%s', async (_name, change, message) => {
    publish(change);
    await refused([STABLE], message);
  });

  test('a field of more levels than a program can go down', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    registry.publish(REPOSITORY, 'stable', JSON.stringify(vendorManifest({ version: 'deep' })).replace('"deep"', deep));
    await refused([STABLE], /version: expected a string, found a deeply nested structure/);
  });

  test('keys that a program could trip over are told and change nothing', async () => {
    const text = JSON.stringify(vendorManifest({ '\u001b[31mred': 1, extra: 2 })).replace(
      '"extra":2',
      '"__proto__":{"version":"9.9"},"constructor":1',
    );
    registry.publish(REPOSITORY, 'stable', text);
    const { exit, stdout } = await releases('import', STABLE);
    expect(exit).toBe(0);
    expect(stdout).toContain('  constructor: unknown to this client');
    expect(stdout).not.toContain('\u001b');
    expect((await imported()).releaseVersion).toBe('1.0.3');
    expect(Reflect.get({}, 'version')).toBeUndefined();
  });
});

describe('a registry that cannot be believed', () => {
  const json = (response: ServerResponse, body: unknown, headers: Record<string, string> = {}): true => {
    response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
    return true;
  };
  const redirect = (response: ServerResponse, location: string): true => {
    response.writeHead(307, { location }).end();
    return true;
  };

  test('no such tag, no entry, trouble, no connection: each its own exit code and next step', async () => {
    await refused([STABLE], /answered 404 MANIFEST_UNKNOWN.*Name an existing tag/);
    registry.answer = (_, response) => (response.writeHead(401).end(), true);
    await refused([STABLE], /issues no token for nine-minds\/alga-appliance-release without credentials/);
    registry.answer = (_, response) => (response.writeHead(429).end(), true);
    await refused([STABLE], /answered 429.*Try again later/, 7);
    registry.answer = () => true;
    patienceMs = 200;
    await refused([STABLE], /cannot be reached: no answer within/, 7);
    const run = await runClient(['releases', 'import', `127.0.0.1:${await freePort()}/a/b:1`], {
      home,
      services: { registry: async (env, options) => registryClient(env, options) },
    });
    expect(run).toMatchObject({ exit: 7, stderr: expect.stringContaining('ECONNREFUSED') });
  });

  test('a realm elsewhere is not asked: another host, this machine, plain http, credentials in it', async () => {
    publish();
    const other = await ociRegistry();
    for (const [realm, why] of [
      [`http://${other.host}/token`, 'not over https'],
      [`https://${other.host}/token`, 'which is this machine'],
      ['https://tokens.example.org/token', 'which is not beside it'],
      ['http://tokens.example.org/token', 'not over https'],
      [`http://a:b@${registry.host}/token`, 'with credentials in the URL'],
      ['file:///etc/passwd', 'not over https'],
    ] as const) {
      registry.answer = (_, response) => (challenge(response, registry.host, REPOSITORY, realm), true);
      await refused([STABLE], new RegExp(`refers to .* for a token, ${why}: no request was sent there`));
    }
    expect(other.asked).toEqual([]);
  });

  test('a token that never ends, or is redirected, or cannot stand in a header', async () => {
    const token =
      (give: (response: ServerResponse) => true): OciRegistry['answer'] =>
      (request, response) =>
        request.url?.startsWith('/token') ? give(response) : false;
    registry.answer = token((response) => json(response, { token: 'x'.repeat(100_000) }));
    await refused([STABLE], /the token of .* is larger than 65536 bytes/);
    registry.answer = token((response) => redirect(response, `http://${registry.host}/elsewhere`));
    await refused([STABLE], /redirects where redirects are not followed/);
    registry.answer = token((response) => json(response, { token: 'a\r\nx: y' }));
    await refused([STABLE], /issues no token/);
  });

  test('redirects: a few are followed, and no token goes with them to another host', async () => {
    publishImages();
    const { configDigest } = publish();
    const config = JSON.stringify(vendorManifest());
    const storage: { call: string; authorization: string | undefined }[] = [];
    let hops = 0;
    registry.answer = (request, response) => {
      const { url = '', headers } = request;
      if (url === '/storage') {
        storage.push({ call: url, authorization: headers.authorization });
        response.writeHead(200).end(config);
        return true;
      }
      if (!url.endsWith(`/blobs/${configDigest}`) || headers.authorization === undefined) return false;
      hops += 1;
      return redirect(response, hops < 4 ? url : '/storage');
    };
    expect((await releases('import', STABLE)).exit).toBe(0);
    // The same host gets the token again: it has it.
    expect(storage).toEqual([{ call: '/storage', authorization: expect.stringMatching(/^Bearer /) }]);
    await releases('remove', '1.0.3');

    const elsewhere = createServer((request, response) => {
      storage.push({ call: `elsewhere ${request.url}`, authorization: request.headers.authorization });
      response.end(config);
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.2', resolve));
    onTestFinished(() => void elsewhere.close());
    const address = elsewhere.address();
    const port = typeof address === 'object' ? address?.port : 0;
    registry.answer = (request, response) =>
      request.url?.includes('/blobs/') && request.headers.authorization !== undefined
        ? redirect(response, `http://127.0.0.2:${port}/blob`)
        : false;
    await refused([STABLE], /redirects to 127\.0\.0\.2:\d+, not over https/);
    registry.answer = (request, response) =>
      request.url?.includes('/blobs/') && request.headers.authorization !== undefined
        ? redirect(response, request.url)
        : false;
    await refused([STABLE], /redirects again after 5 redirects/);
    expect(storage).toHaveLength(1);
  });

  test.each([
    [
      'an endless body',
      (response: ServerResponse) => {
        response.writeHead(200);
        const more = (): void => {
          while (!response.destroyed && response.write(Buffer.alloc(65_536, ' ')));
        };
        response.on('drain', more);
        more();
      },
    ],
    [
      'a body that says its length',
      (response: ServerResponse) => response.writeHead(200, { 'content-length': String(2 ** 40) }).write('{'),
    ],
    [
      'a gzip bomb',
      (response: ServerResponse) =>
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(64_000_000, ' '))),
    ],
  ])('%s is cut off', async (_name, answer) => {
    publish();
    registry.answer = (request, response) => {
      if (!request.url?.includes('/manifests/') || request.headers.authorization === undefined) return false;
      answer(response);
      return true;
    };
    await refused([STABLE], /the manifest of .* is larger than 4194304 bytes and was discarded/);
  });

  test('bytes of another digest: the manifest by tag, by digest, and the config blob', async () => {
    const { digest, configDigest } = publish();
    const instead =
      (part: string, body: string, headers = {}): OciRegistry['answer'] =>
      (request, response) => {
        if (!request.url?.includes(part) || request.headers.authorization === undefined) return false;
        response.writeHead(200, headers).end(body);
        return true;
      };
    const other = artifact(configDigest, 7);
    registry.answer = instead('/manifests/stable', other, { 'docker-content-digest': digest });
    await refused([STABLE], /the answer was discarded/);
    registry.answer = instead(`/manifests/${digest}`, other, { 'docker-content-digest': digestOf(other) });
    await refused([`ghcr.io/${REPOSITORY}@${digest}`], /the answer was discarded/);
    registry.answer = instead(
      '/blobs/',
      JSON.stringify(vendorManifest({ images: { ...KNOWN, algaCore: 'a2cbb430' } })),
    );
    await refused([STABLE], /the answer was discarded/);
    registry.answer = instead('/manifests/stable', other);
    await refused([STABLE], /has a config blob of \d+ bytes, but its manifest says 7/);
  });

  test('what is no artifact with a release: an index, an image, nothing, a blob too large or not text', async () => {
    const index = JSON.stringify({ schemaVersion: 2, manifests: [{ digest: digestOf('x'), size: 1, mediaType: 'm' }] });
    registry.put(REPOSITORY, 'stable', index, 'application/vnd.oci.image.index.v1+json');
    await refused([STABLE], /is an index of several manifests/);
    registry.publish(REPOSITORY, 'stable', JSON.stringify({ architecture: 'amd64', os: 'linux', rootfs: {} }));
    await refused([STABLE], /schema: is missing: this is not a release manifest of the vendor/);
    registry.put(
      REPOSITORY,
      'stable',
      artifact(registry.putBlob(REPOSITORY, '{}'), 2, 'application/vnd.oci.empty.v1+json'),
    );
    await refused([STABLE], /schema: is missing/);
    registry.put(REPOSITORY, 'stable', '"text"');
    await refused([STABLE], /is not an OCI manifest with a config blob/);
    registry.put(REPOSITORY, 'stable', artifact(digestOf('x'), 2_000_000));
    await refused([STABLE], /has a config blob of 2000000 bytes; a release has at most 1048576/);
    registry.put(REPOSITORY, 'stable', artifact(registry.putBlob(REPOSITORY, Buffer.from([0xff, 0xfe, 0])), 3));
    await refused([STABLE], /is not UTF-8 text/);
    registry.publish(REPOSITORY, 'stable', 'schema: yaml');
    await refused([STABLE], /is not JSON/);
  });
});

describe('any manifest of the known schema', () => {
  const word = fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,10}$/);
  const known = fc.record({
    algaCore: fc.constantFrom('a2cbb430', 'eaec6253', '5f2b42b2', 'cafe0001'),
    workflowWorker: fc.constantFrom('a2cbb43', 'cafe0002'),
    emailService: fc.constantFrom('61e4a00e', 'cafe0003'),
    temporalWorker: fc.constantFrom('a2cbb43', 'c97989d', 'cafe0004'),
  });
  const manifest = fc
    .record(
      {
        version: fc
          .tuple(fc.nat(99), fc.option(fc.stringMatching(/^[A-Za-z0-9._-]{1,20}$/)))
          .map(([minor, pre]) => `1.${minor + 1}${pre === null ? '' : `-${pre}`}`),
        channel: fc.option(word),
        valuesProfile: fc.option(word),
        images: known,
        controlPlane: fc.option(word),
        charts: fc.option(fc.dictionary(word, word, { maxKeys: 3 })),
        profileValues: fc.option(fc.dictionary(word, fc.string(), { maxKeys: 3 })),
        supportAgent: fc.option(fc.string()),
        later: fc.jsonValue({ maxDepth: 2 }),
      },
      { requiredKeys: ['version', 'images'] },
    )
    .map((change) => ({ schema: 'alga.appliance.release/v1', config: vendorManifest()['config'], ...change }));
  const importFile = async (document: unknown): Promise<Run> => {
    await writeFile(join(home, 'any.json'), JSON.stringify(document));
    return releases('import', 'any.json', '--like', '1.0', '-o', 'json');
  };

  test('becomes a release that is valid, reads back as it was written, and is the same when it is imported again', async () => {
    await fc.assert(
      fc.asyncProperty(manifest, async (document) => {
        await rm(join(home, '.releases'), { recursive: true, force: true });
        const run = await importFile(document);
        expect(run.exit, run.stderr).toBe(0);
        const { file } = JSON.parse(run.stdout);
        const text = await readFile(file, 'utf8');
        expect(`${JSON.stringify(releaseManifest.parse(JSON.parse(text)), null, 2)}\n`).toBe(text);
        const { version } = document;
        expect(JSON.parse((await releases('show', version, '-o', 'json')).stdout)).toEqual(JSON.parse(text));
        expect(await releases('validate')).toMatchObject({ exit: 0 });
        expect(JSON.parse((await importFile(document)).stdout).outcome).toBe('unchanged');
        expect(await readFile(file, 'utf8')).toBe(text);
        expect((await releases('remove', version)).exit).toBe(0);
      }),
      { numRuns: 25, seed: 20_261_130 },
    );
  });

  test('is refused with exit 2 and nothing written when one needed field is broken', async () => {
    const field = fc.constantFrom(
      ['schema'],
      ['version'],
      ['images'],
      ['config'],
      ['config', 'repository'],
      ['config', 'digest'],
      ...VENDOR_IMAGES.map((key) => ['images', key]),
    );
    const wrong = fc.constantFrom(undefined, null, '', 7, [], {}, ' ', 'a b', 'a/b:c', '\u0000');
    await fc.assert(
      fc.asyncProperty(manifest, field, wrong, async (document, [outer = '', inner], value) => {
        // Any text is a repository to us: nothing of it is taken over.
        fc.pre(!(inner === 'repository' && typeof value === 'string' && value !== ''));
        const broken: Record<string, unknown> = structuredClone(document);
        if (inner === undefined) broken[outer] = value;
        else broken[outer] = { ...Object(broken[outer]), [inner]: value };
        const run = await importFile(broken);
        expect(run).toMatchObject({ exit: 2, stdout: '' });
        expect(run.stderr).toContain('Nothing was imported.');
        expect(await readdir(home)).toEqual(['any.json']);
      }),
      { numRuns: 60, seed: 20_261_130 },
    );
  });
});
