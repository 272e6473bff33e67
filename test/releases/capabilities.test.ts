import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { VENDOR_IMAGES } from '../../model/appliance.ts';
import { applianceValues } from '../../model/appliance-values.ts';
import { capabilitiesOf, knownCapabilities } from '../../model/capabilities.ts';
import { releaseManifest } from '../../model/release.ts';
import { loadReleases } from '../../client/inputs/releases.ts';
import { runClient } from '../client/support/run-client.ts';
import { TEST_RELEASE, testSpec } from '../support/spec.ts';

const RELEASES = path.join(import.meta.dirname, '../../releases');
const ORDER = ['--fresh', '--node-ip', '192.0.2.10', '--app-url', 'http://192.0.2.10:3000', '--yes'];
const REPO = ['--repo-url', 'https://git.example.org/alga/appliance.git'];

const hasDatabase = z.object({ database: z.unknown() });
const released = async (version: string) => {
  const found = (await loadReleases(RELEASES)).releases.find(({ releaseVersion }) => releaseVersion === version);
  if (!found) throw new Error(`no release ${version}`);
  return found;
};

describe('what an image can do', () => {
  test('stands at every image of every release that is shipped, as it was read for its tag', async () => {
    const { releases } = await loadReleases(RELEASES);
    expect(releases.length).toBeGreaterThan(2);
    for (const release of releases)
      for (const key of VENDOR_IMAGES) {
        const { tag, capabilities } = release.app.images[key];
        expect(capabilities, `${release.releaseVersion} ${key}`).toBeTruthy();
        expect(capabilities).toEqual(knownCapabilities(key, tag));
      }
  });

  test('differs between the releases where the vendor moved things', async () => {
    expect(capabilitiesOf(await released('1.0'), 'algaCore')).toEqual({
      adminConnection: false,
      seedsFolder: 'ee/server/seeds/onboarding/psa',
      idempotentSeeds: false,
      licenseState: true,
      createTenant: 'create-tenant.ts',
    });
    expect(capabilitiesOf(await released('1.0-rc5'), 'algaCore')).toMatchObject({
      seedsFolder: 'ee/server/seeds/onboarding',
      licenseState: false,
    });
  });

  test("decides where the bootstrap job looks for the seeds, a tag in the place of the release's included", async () => {
    const seedsOf = async (version: string, imageTags = {}) => {
      const spec = testSpec({ release: await released(version), imageTags });
      return applianceValues({ spec, bootstrapMode: 'fresh', installId: 'install-1' })['alga-core'];
    };
    const psa = { bootstrap: { seedsDir: '/app/ee/server/seeds/onboarding/psa' } };
    expect(await seedsOf('1.0')).toMatchObject(psa);
    expect(await seedsOf('1.0-rc5')).toMatchObject({ bootstrap: { seedsDir: '/app/ee/server/seeds/onboarding' } });
    expect(await seedsOf('1.0-rc5', { algaCore: 'eaec6253' })).toMatchObject(psa);
    // A chart of before this key refuses it, and an install of then may be resumed now.
    expect(JSON.stringify(await seedsOf('1.0'))).not.toContain('seedsAreIdempotent');
  });

  test('decides where each worker reaches the data of tenants, a tag that nobody knows as the image in the release', async () => {
    const databases = async (adminConnection: boolean, imageTags = {}) => {
      const release = structuredClone(await released('1.0'));
      Object.assign(release.app.images.emailService, { tag: 'next', capabilities: { adminConnection } });
      const spec = testSpec({ release, imageTags });
      const values = applianceValues({ spec, bootstrapMode: 'fresh', installId: 'install-1' });
      const workers = ['workflow-worker', 'email-service', 'temporal-worker'];
      return workers.map((name) => hasDatabase.parse(values[name]).database);
    };
    // These keys and no others: the charts of 90c30a0 know them, and one of them may be on the branch of an install that is resumed.
    const directly = { host: 'db', port: 5432, user: 'app_user' };
    const pooled = { host: 'pgbouncer', port: 6432, user: 'app_user_pgbouncer' };
    expect(await databases(false)).toEqual([directly, directly, directly]);
    expect(await databases(true)).toEqual([directly, pooled, directly]);
    expect(await databases(true, { emailService: 'mine' })).toEqual([directly, pooled, directly]);
    expect(await databases(true, { emailService: '61e4a00e' })).toEqual([directly, directly, directly]);
    expect(await databases(false, { emailService: 'mine' })).toEqual([directly, directly, directly]);
  });

  test('of a release that says nothing is that of the oldest image; reading it adds nothing to it', () => {
    const { capabilities, ...image } = TEST_RELEASE.app.images.algaCore;
    expect(capabilities).toBeUndefined();
    expect(image.tag).toBe('94446747');
    expect(capabilitiesOf(TEST_RELEASE, 'algaCore')).toEqual(knownCapabilities('algaCore', 'a2cbb430'));
    expect(JSON.stringify(releaseManifest.parse(TEST_RELEASE))).toBe(JSON.stringify(TEST_RELEASE));
  });

  test('of a tag in its place is that of the tag when it is known, else that of the release', async () => {
    const release = await released('1.0');
    expect(capabilitiesOf(release, 'algaCore', 'a2cbb430').licenseState).toBe(false);
    expect(capabilitiesOf(release, 'algaCore', 'mine')).toEqual(capabilitiesOf(release, 'algaCore'));
  });

  test('is refused when it is a word that nobody knows', async () => {
    const release = structuredClone(await released('1.0'));
    Object.assign(release.app.images.emailService, { capabilities: { adminConnection: false, fast: true } });
    expect(releaseManifest.safeParse(release).success).toBe(false);
  });
});

describe('an image that cannot create the first tenant', () => {
  test.each([
    ['1.0-rc5', []],
    ['1.0-rc5.1', []],
    ['1.0', ['--alga-core-tag', 'a2cbb430']],
  ])('release %s %j: a fresh install is refused, a recovery is not', async (version, tags) => {
    const home = await mkdtemp(path.join(tmpdir(), 'capabilities-'));
    onTestFinished(() => rm(home, { recursive: true, force: true }));
    const order = [...ORDER.slice(1), ...REPO, '--release-version', version, ...tags];
    const fresh = await runClient(['plan', '--fresh', ...order], { home });
    expect(fresh.exit).toBe(2);
    expect(fresh.stderr).toContain('the server image a2cbb430 cannot create the first tenant');
    expect(fresh.stderr).toContain('Releases that can: 1.0;');
    expect((await runClient(['plan', '--recover', ...order], { home })).exit).toBe(0);
  });
});

describe('a person reads it', () => {
  const plan = async (...tags: string[]) => {
    const home = await mkdtemp(path.join(tmpdir(), 'capabilities-'));
    onTestFinished(() => rm(home, { recursive: true, force: true }));
    return runClient(['start', '--dry-run', ...ORDER, ...REPO, ...tags], { home });
  };

  test('in the plan, of a tag that nobody knows; not of one that is known', async () => {
    const { stdout } = await plan('--alga-core-tag', 'mine', '--workflow-worker-tag', 'a2cbb43');
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      '--alga-core-tag mine: the capabilities of this image are unknown; it is treated like eaec6253 of release 1.0.',
    );
    expect(stdout).not.toContain('--workflow-worker-tag a2cbb43: ');
  });

  test('in releases show', async () => {
    const { stdout } = await runClient(['releases', 'show', '1.0']);
    expect(stdout).toMatch(/^ {2}algaCore +adminConnection=false, seedsFolder=ee\/server\/seeds\/onboarding\/psa, /m);
  });
});
