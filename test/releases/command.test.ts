import { cp, mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runClient } from '../client/support/run-client.ts';

/** `releases list | show | validate` over a folder in which something is wrong. */
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'releases-'));
  await cp(join(import.meta.dirname, '../../releases/1.0-rc5'), join(folder, '1.0-rc5'), { recursive: true });
  await mkdir(join(folder, 'channels'));
  for (const channel of ['stable', 'candidate', 'nightly']) {
    const text = JSON.stringify({ channel, releaseVersion: '1.0-rc5', branch: 'release/1.0-rc5' });
    await writeFile(join(folder, 'channels', `${channel}.json`), text);
  }
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const releases = (...words: string[]) =>
  runClient(['releases', ...words], { env: { ALGA_APPLIANCE_RELEASES: folder }, cwd: folder });

/** Writes a release that is the one there is, changed by hand. */
async function write(version: string, change: (text: string) => string): Promise<void> {
  const text = (await readFile(join(folder, '1.0-rc5/release.json'), 'utf8')).replaceAll('"1.0-rc5"', `"${version}"`);
  await mkdir(join(folder, version), { recursive: true });
  await writeFile(join(folder, version, 'release.json'), change(text));
}

const brokenDigest = (text: string) => text.replace('"digest": null', '"digest": "sha256:beef"');
const DIGEST =
  '1.0/release.json: app.images.algaCore.digest: expected sha256: and 64 hexadecimal digits, found "sha256:beef"';

describe('a release that is broken', () => {
  test('validate names file and field of all that is wrong', async () => {
    await write('1.0', (text) => brokenDigest(text).replace('"emailService"', '"emialService"'));
    await writeFile(
      join(folder, 'channels/stable.json'),
      '{"channel": "stable", "releaseVersion": "9.9", "branch": "x"}',
    );
    const { exit, stdout } = await releases('validate');
    expect(exit).toBe(2);
    expect(stdout.split('\n').filter((line) => line.startsWith('  '))).toEqual([
      `  ${DIGEST}`,
      '  1.0/release.json: app.images.emailService: is missing',
      '  1.0/release.json: app.images.emialService: is unknown',
      '  channels/stable.json: releaseVersion: names the unknown release 9.9. Available: 1.0-rc5',
    ]);
  });

  test('list shows the others, newest first, and says what it left out', async () => {
    await write('1.0', brokenDigest);
    await write('1.0-rc10', (text) => text);
    const { exit, stdout, stderr } = await releases('list');
    expect(exit).toBe(0);
    expect(stdout.split('\n').map((line) => line.split(' ')[0])).toEqual(['RELEASE', '1.0-rc10', '1.0-rc5', '']);
    expect(stderr).toContain(`invalid: ${DIGEST}`);
  });

  test('show tells what is wrong with it, and what there is instead of one that is not there', async () => {
    await write('1.0', brokenDigest);
    const broken = await releases('show', '1.0');
    expect(broken).toMatchObject({ exit: 2, stdout: '' });
    expect(broken.stderr).toContain(DIGEST);
    expect((await releases('show', '2.0')).stderr).toContain('unknown release 2.0. Available: 1.0-rc5');
  });
});

describe('validate of one file', () => {
  test('a channel is judged by the releases that are known', async () => {
    expect(await releases('validate', 'channels/nightly.json')).toMatchObject({
      exit: 0,
      stdout: expect.stringContaining('nightly is 1.0-rc5'),
    });
    await writeFile(join(folder, 'nightly.json'), '{"channel": "nightly", "releaseVersion": "9.9", "branch": "main"}');
    const { exit, stdout } = await releases('validate', 'nightly.json');
    expect(exit).toBe(2);
    expect(stdout).toContain('nightly.json: releaseVersion: names the unknown release 9.9');
    expect(stdout).not.toContain('talos');
  });

  test('a manifest is told under its own name', async () => {
    await write('1.0', brokenDigest);
    await cp(join(folder, '1.0/release.json'), join(folder, 'mine.json'));
    const { exit, stdout } = await releases('validate', 'mine.json');
    expect(exit).toBe(2);
    expect(stdout).toContain('  mine.json: app.images.algaCore.digest: expected sha256:');
  });
});

describe('where something reads it', () => {
  test('in a pipe: columns and nothing else on stdout, no colour, no cursor trick', async () => {
    const { exit, stdout, stderr } = await releases('list');
    expect(exit).toBe(0);
    expect(stdout.split('\n')).toEqual([
      'RELEASE  CHANNELS                    APPLICATION  TALOS    KUBERNETES  GENERATED             ORIGIN',
      '1.0-rc5  candidate, nightly, stable  1.0-rc5      v1.12.0  v1.34.4     2026-11-29T00:00:00Z  bundled',
      '',
    ]);
    expect(stderr).toBe('');
  });

  test('as JSON: what is there, and what is wrong by file and field, with the same exit code', async () => {
    expect(JSON.parse((await releases('list', '-o', 'json')).stdout)).toMatchObject([
      { releaseVersion: '1.0-rc5', channels: ['candidate', 'nightly', 'stable'] },
    ]);
    const shown = JSON.parse((await releases('show', '1.0-rc5', '-o', 'json')).stdout);
    expect(shown).toEqual(JSON.parse(await readFile(join(folder, '1.0-rc5/release.json'), 'utf8')));
    await write('1.0', brokenDigest);
    const { exit, stdout } = await releases('validate', '-o', 'json');
    expect(exit).toBe(2);
    expect(JSON.parse(stdout)).toEqual({
      where: folder,
      valid: false,
      releases: ['1.0-rc5'],
      faults: [
        {
          file: '1.0/release.json',
          field: 'app.images.algaCore.digest',
          message: 'expected sha256: and 64 hexadecimal digits, found "sha256:beef"',
        },
      ],
      warnings: [
        '1.0-rc5: the server image a2cbb430 cannot create the first tenant, so no one could log in to a fresh install of release 1.0-rc5.',
        '1.0-rc5: support for Talos 1.12 by its makers ended on 2026-04-30.',
      ],
    });
  });

  test('in a terminal: the same words', async () => {
    const { stdout } = await runClient(['releases', 'list', '--no-color'], {
      env: { ALGA_APPLIANCE_RELEASES: folder },
      cwd: folder,
      tty: true,
    });
    expect(stdout).toBe((await releases('list')).stdout);
  });
});

describe('what is not there', () => {
  test('a file, a folder in its place, a folder without any release', async () => {
    expect((await releases('validate', 'nowhere.json')).stderr).toContain('nowhere.json cannot be read: no such file');
    expect((await releases('validate', '1.0-rc5')).stderr).toContain(
      'it is a folder; name a file in it, such as its release.json',
    );
    await rm(join(folder, '1.0-rc5'), { recursive: true });
    await rm(join(folder, 'channels'), { recursive: true });
    const { exit, stdout } = await releases('validate');
    expect(exit).toBe(2);
    expect(stdout).toContain('is not valid:\n  it has no <version>/release.json');
  });
});
