import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { describeFault, readReleases, ReleaseError, selectRelease } from '../../model/releases.ts';
import { CHARTS } from '../../scripts/charts.ts';
import { releaseSchemas } from '../../scripts/release-schema.ts';
import { TEST_RELEASE as RECORDED } from '../support/spec.ts';

/** The tag that the recorded one has cannot be installed: only what was begun with it goes on. */
const TEST_RELEASE = structuredClone(RECORDED);
TEST_RELEASE.app.images.algaCore.tag = 'a2cbb430';

const FOLDER = join(import.meta.dirname, '../../releases');
const ROOT = join(FOLDER, '..');

/** The repository's own release files, by path. */
const own = new Map(
  readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.json'))
    .map((path) => [path, readFileSync(join(FOLDER, path), 'utf8')]),
);

const charts = Object.fromEntries(CHARTS.map(({ name }) => [name, '1.0.0']));
const release = (changes: object = {}) => JSON.stringify({ ...TEST_RELEASE, charts, ...changes });
const channel = (changes: object = {}) =>
  JSON.stringify({ channel: 'stable', releaseVersion: '1.0-rc5', branch: 'release/1.0-rc5', ...changes });
const faultsOf = (files: Record<string, string>) =>
  readReleases(new Map(Object.entries(files))).faults.map(describeFault);

describe('bad files are told by file and field', () => {
  test('a sound folder has no fault', () => {
    expect(faultsOf({ '1.0-rc5/release.json': release(), 'channels/stable.json': channel() })).toEqual([]);
  });

  test('a broken digest', () => {
    const app = structuredClone(TEST_RELEASE.app);
    app.images.algaCore.digest = 'sha256:beef';
    expect(faultsOf({ '1.0-rc5/release.json': release({ app }) })).toEqual([
      '1.0-rc5/release.json: app.images.algaCore.digest: expected sha256: and 64 hexadecimal digits, found "sha256:beef"',
    ]);
  });

  test('several faults at once, each with its field', () => {
    const faults = faultsOf({
      '1.0-rc5/release.json': release({ generatedAt: 'yesterday', kubernetes: { version: '1.31' }, extra: true }),
    });
    expect(faults).toEqual([
      '1.0-rc5/release.json: generatedAt: expected a time in UTC such as 2026-05-01T12:00:00Z, found "yesterday"',
      '1.0-rc5/release.json: kubernetes.version: expected a version such as v1.12.0, found "1.31"',
      '1.0-rc5/release.json: extra: is unknown',
    ]);
  });

  test('a typo in a name: what is missing, and what stands there instead', () => {
    const { emailService, ...images } = TEST_RELEASE.app.images;
    const app = { ...TEST_RELEASE.app, images: { ...images, emialService: emailService } };
    expect(faultsOf({ '1.0-rc5/release.json': release({ app }) })).toEqual([
      '1.0-rc5/release.json: app.images.emailService: is missing',
      '1.0-rc5/release.json: app.images.emialService: is unknown',
    ]);
  });

  test('latest is no tag, a number is no tag', () => {
    const app = (tag: unknown) => ({
      ...TEST_RELEASE.app,
      images: { ...TEST_RELEASE.app.images, emailService: { repository: 'ghcr.io/x/y', tag } },
    });
    expect(faultsOf({ '1.0-rc5/release.json': release({ app: app('latest') }) })[0]).toMatch(
      /app\.images\.emailService\.tag: .*latest/,
    );
    expect(faultsOf({ '1.0-rc5/release.json': release({ app: app(94446747) }) })[0]).toContain(
      'app.images.emailService.tag: ',
    );
  });

  test('a channel that names a missing release', () => {
    expect(
      faultsOf({ '1.0-rc5/release.json': release(), 'channels/stable.json': channel({ releaseVersion: '1.1' }) }),
    ).toEqual(['channels/stable.json: releaseVersion: names the unknown release 1.1. Available: 1.0-rc5']);
  });

  test('a folder or file whose name says something else', () => {
    expect(faultsOf({ '1.0/release.json': release() })).toEqual([
      '1.0/release.json: releaseVersion: is 1.0-rc5, but the folder is named 1.0',
    ]);
    expect(faultsOf({ '1.0-rc5/release.json': release(), 'channels/nightly.json': channel() })).toEqual([
      'channels/nightly.json: channel: is "stable", but the file is named nightly',
    ]);
  });

  test('an installer of another Talos', () => {
    const talos = { ...TEST_RELEASE.talos, version: 'v1.12.1' };
    expect(faultsOf({ '1.0-rc5/release.json': release({ talos }) })).toEqual([
      '1.0-rc5/release.json: os.installer.image: is not the installer of Talos v1.12.1 with the schematic of talos.schematicId: it must end in /376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba:v1.12.1',
    ]);
  });

  test.each([
    [
      { app: { ...TEST_RELEASE.app, releaseBranch: 'main' } },
      'app.releaseBranch: expected a branch that starts with release/, found "main"',
    ],
    [
      { app: { ...TEST_RELEASE.app, releaseBranch: 'release/a..b' } },
      'app.releaseBranch: expected a Git branch name, found "release/a..b"',
    ],
    [{ app: { ...TEST_RELEASE.app, images: [] } }, 'app.images: expected an object, found []'],
    [{ app: { ...TEST_RELEASE.app, version: '' } }, 'app.version: expected some text, found ""'],
    [{ flux: { version: 27 } }, 'flux.version: expected a string, found 27'],
    [{ releaseVersion: 'v1' }, 'releaseVersion: expected a version such as 1.0, 1.2.3 or 1.0-rc5, found "v1"'],
    [
      { charts: { ...charts, 'alga-core': 'one' } },
      'charts.alga-core: expected a version such as v1.12.0, found "one"',
    ],
    [{ charts: { ...charts, temporla: '1.0.0' } }, 'charts.temporla: is unknown'],
  ])('in words, with what was found there (%#)', (changes, fault) => {
    expect(faultsOf({ '1.0-rc5/release.json': release(changes) })).toEqual([`1.0-rc5/release.json: ${fault}`]);
  });

  test('a chart that is not named', () => {
    const { temporal, ...others } = charts;
    expect(temporal).toBeTruthy();
    expect(faultsOf({ '1.0-rc5/release.json': release({ charts: others }) })).toEqual([
      '1.0-rc5/release.json: charts.temporal: is missing',
    ]);
  });

  test('a channel that is none', () => {
    expect(faultsOf({ '1.0-rc5/release.json': release(), 'channels/beta.json': channel({ channel: 'beta' }) })).toEqual(
      ['channels/beta.json: channel: expected one of: stable, candidate, nightly, found "beta"'],
    );
  });

  test('a file under another name than is read', () => {
    expect(faultsOf({ '1.0-rc5/release.json': release(), '1.1/relaese.json': release() })).toEqual([
      '1.1/relaese.json: is neither <version>/release.json nor channels/<name>.json: rename it',
    ]);
  });

  test('no JSON at all', () => {
    expect(faultsOf({ '1.0-rc5/release.json': '{' })[0]).toMatch(/^1\.0-rc5\/release\.json: is not JSON: /);
  });

  test('whatever a file holds, nothing is thrown', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom('1.0/release.json', 'channels/stable.json', 'README.md'), (text, path) => {
        expect(() => readReleases(new Map([[path, text]]))).not.toThrow();
      }),
    );
  });
});

describe('choosing', () => {
  const catalogue = readReleases(
    new Map([
      ['1.0-rc5/release.json', release()],
      ['1.1/release.json', '{}'],
      ['channels/nightly.json', channel({ channel: 'nightly', branch: 'main' })],
    ]),
  );
  const message = (wanted: Parameters<typeof selectRelease>[1]) => {
    try {
      selectRelease(catalogue, wanted);
    } catch (error) {
      if (error instanceof ReleaseError) return error.message;
      throw error;
    }
    return null;
  };

  test("by version takes the release's branch, by channel the channel's", () => {
    expect(selectRelease(catalogue, { version: '1.0-rc5' }).branch).toBe('release/1.0-rc5');
    expect(selectRelease(catalogue, { channel: 'nightly' })).toMatchObject({
      branch: 'main',
      release: { releaseVersion: '1.0-rc5' },
    });
  });

  test('what is not there is told with what is', () => {
    expect(message({ version: '2.0' })).toBe(
      'unknown release 2.0. Available: 1.0-rc5. Choose one of them; newer ones need a newer client',
    );
    expect(message({ channel: 'stable' })).toBe(
      'unknown channel stable. Available: nightly. Choose one of them; newer ones need a newer client',
    );
  });

  test('what is there and broken is told by its own faults', () => {
    expect(message({ version: '1.1' })).toContain('1.1/release.json: talos: is missing');
  });
});

describe("the repository's own releases", () => {
  const catalogue = readReleases(own);

  test('are sound, and every channel leads to one', () => {
    expect(catalogue.faults).toEqual([]);
    expect(catalogue.channels.map((each) => each.channel).toSorted()).toEqual(['candidate', 'nightly', 'stable']);
    for (const { channel: name } of catalogue.channels)
      expect(selectRelease(catalogue, { channel: name }).release.releaseVersion).toBeTruthy();
  });

  test('their published schemas are current', () => {
    for (const [name, content] of releaseSchemas()) expect(own.get(name)).toBe(content);
  });

  const chart = (name: string, file: string) => readFileSync(join(ROOT, 'charts', name, file), 'utf8');
  const values = z.object({
    images: z.record(z.string(), z.object({ repository: z.string(), tag: z.string(), digest: z.string() })),
  });
  const pinned = (name: string, image: string) => {
    const { repository, tag, digest } = values.parse(parse(chart(name, 'values.yaml'))).images[image] ?? {};
    return { repository, tag, digest: digest === '' ? null : digest };
  };

  test('the newest says what the charts pin: nothing can run that the release does not name', () => {
    const [newest] = catalogue.releases;
    expect({ ...newest?.dependencies, ...newest?.app.images }).toMatchObject({
      algaCore: pinned('alga-core', 'server'),
      postgres: pinned('alga-core', 'postgres'),
      redis: pinned('alga-core', 'redis'),
      pgbouncer: pinned('pgbouncer', 'pgbouncer'),
      node: pinned('appliance-status', 'node'),
      temporal: pinned('temporal', 'server'),
      temporalUi: pinned('temporal', 'ui'),
      workflowWorker: pinned('workflow-worker', 'worker'),
      emailService: pinned('email-service', 'worker'),
      temporalWorker: pinned('temporal-worker', 'worker'),
    });
    for (const name of ['alga-core', 'temporal', 'workflow-worker', 'email-service', 'temporal-worker']) {
      expect(newest?.dependencies.busybox).toEqual(pinned(name, 'busybox'));
    }
    const storage = readFileSync(join(ROOT, 'flux/base/local-path-storage/local-path-storage.yaml'), 'utf8');
    const reference = ({ repository, tag }: { repository: string; tag: string }) => `image: ${repository}:${tag}`;
    const expected = newest
      ? [reference(newest.dependencies.localPathProvisioner), reference(newest.dependencies.busybox)]
      : [];
    expect(storage.match(/image: \S+/g)?.toSorted()).toEqual(expected.toSorted());
    expect(parseAllDocuments(storage).length).toBeGreaterThan(5);
  });

  test('the newest names every chart at its version, and the profile that exists', () => {
    const [newest] = catalogue.releases;
    const versions = CHARTS.map(({ name }) => [
      name,
      z.object({ version: z.string() }).parse(parse(chart(name, 'Chart.yaml'))).version,
    ]);
    expect(newest?.charts).toEqual(Object.fromEntries(versions));
    expect(readdirSync(join(ROOT, 'flux/profiles'))).toContain(newest?.app.valuesProfile);
  });
});
