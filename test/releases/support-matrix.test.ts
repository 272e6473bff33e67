import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadReleases } from '../../client/inputs/releases.ts';
import { SUPPORT_MATRIX, supportFaults, supportWarnings } from '../../model/support-matrix.ts';
import { runClient, temporaryFolder } from '../client/support/run-client.ts';
import { TEST_RELEASE } from '../support/spec.ts';

const RELEASES = path.join(import.meta.dirname, '../../releases');
const having = (kubernetes: string, changes: object = {}) =>
  supportFaults({ ...TEST_RELEASE, kubernetes: { version: kubernetes }, ...changes }).map(({ message }) => message);

test('every release that is shipped works together', async () => {
  const { releases } = await loadReleases(RELEASES);
  expect(releases.map((release) => [release.releaseVersion, supportFaults(release)])).toEqual([
    ['1.0', []],
    ['1.0-rc5.1', []],
    ['1.0-rc5', []],
  ]);
});

test('every row has a source, and a day or none', () => {
  for (const row of Object.values(SUPPORT_MATRIX).flat()) {
    expect(row.sources.length).toBeGreaterThan(0);
    for (const source of row.sources) expect(URL.canParse(source)).toBe(true);
    if (row.end !== null) expect(new Date(row.end).toISOString().slice(0, 10)).toBe(row.end);
  }
});

describe('what does not work together', () => {
  test.each([
    ['v1.31.4', [/^Flux 2\.7 supports Kubernetes 1\.32 to 1\.34, but this is 1\.31 \(https:/]],
    ['v1.32.0', []],
    ['v1.34.9', []],
    ['v1.35.0', [/^Flux 2\.7 supports Kubernetes 1\.32 to 1\.34, but this is 1\.35/]],
    ['v1.29.1', [/^Talos 1\.12 supports Kubernetes 1\.30 to 1\.35, but this is 1\.29/, /^Flux 2\.7 supports/]],
    ['v1.99.0', [/^Kubernetes v1\.99\.0 is not in the support matrix/, /^Talos 1\.12/, /^Flux 2\.7/]],
  ])('Kubernetes %s', (version, messages) => {
    expect(having(version)).toEqual(messages.map((message) => expect.stringMatching(message)));
  });

  test('a database, Talos or Flux that is not known', () => {
    const postgres = { ...TEST_RELEASE.dependencies.postgres, repository: 'docker.io/x/pgvector', tag: '0.8.6-pg17' };
    expect(having('v1.34.4', { dependencies: { ...TEST_RELEASE.dependencies, postgres } })).toEqual([
      expect.stringMatching(/^PostgreSQL 17 is not in the support matrix/),
      expect.stringMatching(/^Alga PSA needs PostgreSQL 15, but this is 17/),
    ]);
    expect(having('v1.34.4', { flux: { version: 'v2.6.0', manifestsDigest: null } })).toEqual([
      expect.stringMatching(/^Flux v2\.6\.0 is not in/),
    ]);
  });

  test.each([
    [
      '0.8.6-pg15-bookworm',
      '15-alpine',
      'docker.io/library/postgres',
      'dependencies.postgres.repository: docker.io/library/postgres:15-alpine is not PostgreSQL with the extension vector',
    ],
    ['"v1.34.4"', '"v1.34.0-alpha.1"', '', 'kubernetes.version: v1.34.0-alpha.1 is a pre-release'],
    ['"eaec6253"', '"94446747"', '', 'app.images.algaCore.tag: 94446747 cannot be installed'],
    [
      '"licenseState": true',
      '"licenseState": false',
      '',
      'app.images.algaCore.capabilities.licenseState: is false, but the image eaec6253 is known to have true',
    ],
  ])('releases validate refuses %s as %s', async (from, to, repository, says) => {
    const cwd = await temporaryFolder();
    const text = (await readFile(path.join(RELEASES, '1.0/release.json'), 'utf8')).replace(from, to);
    expect(text).toContain(to);
    const changed = repository ? text.replace('docker.io/pgvector/pgvector', repository) : text;
    await writeFile(path.join(cwd, 'mine.json'), changed);
    const { exit, stdout } = await runClient(['releases', 'validate', 'mine.json'], { cwd });
    expect(exit).toBe(2);
    expect(stdout).toContain(`  mine.json: ${says}`);
  });

  test('another Debian is warned of: a database that exists sorts otherwise there', async () => {
    const cwd = await temporaryFolder();
    const text = await readFile(path.join(RELEASES, '1.0/release.json'), 'utf8');
    await writeFile(path.join(cwd, 'mine.json'), text.replace('pg15-bookworm', 'pg15-trixie'));
    const { exit, stdout } = await runClient(['releases', 'validate', 'mine.json'], { cwd });
    expect(exit).toBe(0);
    expect(stdout).toMatch(/warning: .*0\.8\.6-pg15-trixie is on trixie, not on Debian bookworm/);
  });

  test('is refused by releases validate, with file and field', async () => {
    const cwd = await temporaryFolder();
    const text = await readFile(path.join(RELEASES, '1.0/release.json'), 'utf8');
    await writeFile(path.join(cwd, 'mine.json'), text.replace('v1.34.4', 'v1.31.4'));
    const { exit, stdout } = await runClient(['releases', 'validate', 'mine.json'], { cwd });
    expect(exit).toBe(2);
    expect(stdout).toContain('  mine.json: kubernetes.version: Flux 2.7 supports Kubernetes 1.32 to 1.34');
  });
});

describe('what is past the end of its support', () => {
  const ended = (day: string) => supportWarnings(TEST_RELEASE, new Date(`${day}T12:00:00Z`));

  test('is told with its day, and not on that day', () => {
    expect(ended('2026-04-30')).toEqual([]);
    expect(ended('2026-10-27')).toEqual(['support for Talos 1.12 by its makers ended on 2026-04-30']);
    expect(ended('2026-10-28')).toContain('support for Kubernetes 1.34 by its makers ended on 2026-10-27');
    expect(ended('2027-11-12')).toContain('support for PostgreSQL 15 by its makers ended on 2027-11-11');
  });

  test('is told by releases show and validate', async () => {
    const line = '1.0: support for Talos 1.12 by its makers ended on 2026-04-30.';
    expect((await runClient(['releases', 'show', '1.0'])).stderr).toBe(`warning: ${line}\n`);
    expect((await runClient(['releases', 'validate'])).stdout).toContain(`warning: ${line}`);
  });
});
