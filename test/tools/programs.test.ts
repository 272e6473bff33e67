import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import semver from 'semver';
import { describe, expect, test } from 'vitest';
import { releaseManifest } from '../../model/release.ts';
import { TALOS } from '../../model/talos.ts';
import type { Program } from '../../tools/program.ts';
import { variableOf } from '../../tools/program.ts';
import { programs, programsFor } from '../../tools/programs.ts';

const platforms = (['linux', 'darwin'] as const).flatMap((os) =>
  (['amd64', 'arm64'] as const).map((arch) => ({ os, arch })),
);

test('ids and variables are unique', () => {
  expect(new Set(programs.map(variableOf)).size).toBe(programs.length);
});

test('the client gets by without root and Linux: its programs have a download for every platform, or are on every machine', () => {
  const client = programsFor(['client']);
  expect(client.map((program) => program.id)).toEqual(['git', 'talosctl', 'temporal-local']);
  for (const { id, download } of client.filter((program) => program.debian === undefined)) {
    for (const platform of platforms) expect(download?.(platform), `${id} on ${platform.os}`).toBeDefined();
  }
});

const named = <T extends Program>(rows: readonly T[]): [string, T][] => rows.map((program) => [program.id, program]);

test('every program can be had from somewhere', () => {
  expect(programs.filter(({ build, debian }) => (build ?? debian) === undefined)).toEqual([]);
});

test.each(named(programs.filter((program) => program.version !== undefined)))(
  '%s accepts the version that is downloaded or built',
  (_id, { version = '', versionCheck }) => {
    if (versionCheck === 'any') throw new Error('a version is named, and any would do');
    expect(semver.satisfies(version, versionCheck?.accepts ?? '*')).toBe(true);
  },
);

test.each(named(programs.filter((program) => program.download !== undefined)))(
  '%s is downloaded over https, with a digest from the same release',
  (_id, { version, download }) => {
    const downloads = platforms.map((platform) => download?.(platform)).filter((one) => one !== undefined);
    expect(downloads.length).toBeGreaterThan(0);
    for (const { url, checksums } of downloads) {
      expect(url).toMatch(/^https:\/\//);
      expect(url).toContain(`v${version}`);
      expect(new URL(checksums).origin).toBe(new URL(url).origin);
    }
  },
);

test.each(named(programs.filter((program) => program.build?.kind === 'go' && program.version !== undefined)))(
  '%s is built from a module that requires just the version in the table',
  async (_id, { version, build }) => {
    if (build?.kind !== 'go') throw new Error('not a Go build');
    const goMod = await readFile(path.join(build.folder, 'go.mod'), 'utf8');
    expect(goMod).toMatch(new RegExp(`^(tool |\\t)${build.package}$`, 'm'));
    const required = goMod.split('\n').map((line) =>
      line
        .replace(/^require /, '')
        .trim()
        .split(' '),
    );
    const module = required.find(
      ([name = '', its = '']) => its.startsWith('v') && `${build.package}/`.startsWith(`${name}/`),
    );
    expect(module?.[1]).toBe(`v${version}`);
  },
);

describe('one Talos', () => {
  test("is the one of the lab's machine", async () => {
    const goMod = await readFile('lab/talos-machine/go.mod', 'utf8');
    expect(goMod).toContain(`\tgithub.com/siderolabs/talos/pkg/machinery v${TALOS}\n`);
  });

  test('has the minor version of every release that the client brings', async () => {
    const files = globSync('releases/*/release.json');
    expect(files.length).toBeGreaterThan(0);
    const [accepted = ''] = programs.flatMap(({ id, versionCheck }) =>
      id === 'talosctl' && versionCheck !== 'any' ? (versionCheck?.accepts ?? []) : [],
    );
    for (const file of files) {
      const { talos } = releaseManifest.parse(JSON.parse(await readFile(file, 'utf8')));
      expect([file, semver.satisfies(talos.version, accepted)]).toEqual([file, true]);
    }
  });
});
