import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { ProgramMissingError } from '../../tools/missing.ts';
import type { Attempt } from '../../tools/missing.ts';
import type { GoBuild, Program } from '../../tools/program.ts';
import { resolve } from '../../tools/resolve.ts';
import type { ResolveOptions } from '../../tools/resolve.ts';
import { fakeGo, goBuild, greeter, linux, machine } from './surroundings.ts';
import type { Machine } from './surroundings.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

async function lastAttempt(here: Machine, program: Program, options: ResolveOptions = {}): Promise<Attempt> {
  const error: unknown = await resolve(program, { env: here.env, platform: linux, ...options }).catch(
    (thrown: unknown) => thrown,
  );
  const last = error instanceof ProgramMissingError ? error.tried.at(-1) : undefined;
  if (last === undefined) throw new Error('a ProgramMissingError was expected', { cause: error });
  return { place: last.place, reason: here.masked(last.reason) };
}

describe('a Go build', () => {
  const program = greeter({ build: { ...goBuild, tags: ['small'], stamp: { 'main.version': '1.2.3' } } });

  test("is static and reproducible, and the user's Go settings do not reach it", async () => {
    await using here = await machine();
    const record = `echo "$GOFLAGS|$CGO_ENABLED|$GOWORK|$GOOS/$GOARCH|$(pwd)" > ${here.root}/settings`;
    await here.program('go', fakeGo(here.root, '1.2.3', record));
    const env = { ...here.env, GOFLAGS: '-mod=vendor', GOOS: 'plan9', CGO_ENABLED: '1' };
    const { path: made } = await resolve(program, { env, platform: linux });
    expect(await readFile(path.join(here.root, 'settings'), 'utf8')).toBe(
      `-mod=readonly -buildvcs=false|0|off|linux/amd64|${path.resolve('tools/go/kubeconform')}\n`,
    );
    expect((await readFile(path.join(here.root, 'go-runs'), 'utf8')).replace(/-o \S+/, '-o FILE')).toBe(
      'build -trimpath -tags=small -ldflags=-s -w -X main.version=1.2.3 -o FILE example.org/greeter\n',
    );
    expect(path.basename(made)).toBe('greeter');
  });

  test('speaks at least every ten seconds and says what it is at', async () => {
    await using here = await machine();
    const slow = `while [ ! -e ${here.root}/go-on ]; do [ -e ${here.root}/quiet ] || echo 'go: downloading x v1' >&2; sleep 0.02; done`;
    await here.program('go', fakeGo(here.root, '1.2.3', slow));
    const lines: string[] = [];
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
    const building = resolve(program, { env: here.env, platform: linux, onProgress: (line) => lines.push(line) });
    await vi.waitFor(() => expect(lines).toHaveLength(1));
    const tenSecondsLater = (doing: string): Promise<void> =>
      vi.waitFor(() => {
        vi.advanceTimersByTime(10_000);
        expect(lines.at(-1)).toMatch(/^greeter 1\.2\.3: building for \S.*, usually about 3m; /);
        expect(lines.at(-1)).toContain(`; ${doing}`);
      });
    await tenSecondsLater('downloading modules');
    await here.program('quiet', '', here.root);
    await tenSecondsLater('compiling');
    await here.program('go-on', '', here.root);
    expect((await building).foundBy).toBe('build');
    expect(lines[0]).toBe('greeter 1.2.3: building it from its Go module, about 3m on two cores');
    expect(lines[1]).toMatch(/^greeter 1\.2\.3: building for 8s, usually about 3m; /);
  });

  test.each([
    [
      'fails',
      'echo "go: downloading x v1" >&2; printf "a\\nb\\nmain.go:3: undefined: x\\n" >&2; exit 1',
      'go build failed: a / b / main.go:3: undefined: x',
    ],
    ['gives another version', '', 'the result is version 1.3.0, but ~1.2.0 is needed: it has to match'],
  ])('that %s says so', async (_what, before, reason) => {
    await using here = await machine();
    await here.program('go', fakeGo(here.root, '1.3.0', before));
    expect(await lastAttempt(here, program)).toEqual({ place: 'Go module tools/go/kubeconform', reason });
  });

  test('is made anew when its module or its options change, and not for a test or a text', async () => {
    await using here = await machine();
    await here.program('go', fakeGo(here.root, '1.2.3'));
    const folder = path.join(here.root, 'module');
    await here.program('go.mod', 'module greeter', folder);
    const build = { ...goBuild, folder: path.relative(process.cwd(), folder) };
    const paths: string[] = [];
    const make = async (more: Partial<GoBuild> = {}): Promise<void> => {
      const found = await resolve(greeter({ build: { ...build, ...more } }), { env: here.env, platform: linux });
      paths.push(found.path);
    };
    await make();
    await here.program('main_test.go', 'package main', folder);
    await here.program('README.md', 'about', folder);
    await make();
    await here.program('main.go', 'package main', folder);
    await make();
    await here.program('main.go', 'package mine', folder);
    await make();
    await make({ tags: ['small'] });
    expect(paths[1]).toBe(paths[0]);
    expect(new Set(paths).size).toBe(4);
  });

  test('needs its module folder', async () => {
    await using here = await machine();
    const without = greeter({ build: { ...goBuild, folder: 'tools/go/none' } });
    expect(await lastAttempt(here, without)).toEqual({
      place: 'Go module tools/go/none',
      reason: 'is not in this copy of the project',
    });
  });
});

describe('a Maven build', () => {
  const program = greeter({
    versionCheck: undefined,
    build: { kind: 'maven', folder: 'tools/java/temporal-test-server' },
  });
  const maven = 'for arg; do case $arg in -DoutputDirectory=*) lib=${arg#*=};; esac; done; mkdir "$lib"';

  test.each([
    ['there is no Java', undefined, maven, 'no working `java`: Java 17 or later is needed'],
    ['Java is too old', `echo 'openjdk version "11.0.2"' >&2`, maven, '`java` is Java 11, but 17 or later is needed'],
    [
      'Maven cannot reach its server',
      `echo 'openjdk version "21"' >&2`,
      `echo '[ERROR] no route'; exit 1`,
      'mvn failed: [ERROR] no route',
    ],
    [
      'a jar was changed',
      `echo 'openjdk version "21"' >&2`,
      `${maven}; echo x > "$lib/evil.jar"`,
      expect.stringMatching(/^the jars are not those that jars\.sha256 lists, first: [0-9a-f]{64} {2}evil\.jar$/),
    ],
    [
      'a jar lacks',
      `echo 'openjdk version "21"' >&2`,
      maven,
      expect.stringMatching(/^the jars are not those that jars\.sha256 lists, first: [0-9a-f]{64} {2}HdrHistogram/),
    ],
  ])('says when %s', async (_what, java, mvn, reason) => {
    await using here = await machine();
    if (java !== undefined) await here.program('java', java);
    await here.program('mvn', mvn);
    const attempt = await lastAttempt(here, program);
    expect(attempt.place).toBe('Maven tools/java/temporal-test-server');
    expect(attempt.reason).toEqual(reason);
  });
});

describe('Debian packages', () => {
  const program = greeter({ version: undefined, debian: ['greeter-bin'] });
  const put = (here: Machine): string =>
    `printf '#!/bin/sh\\necho greeter 1.2.7\\n' > ${here.bin}/greeter; chmod 755 ${here.bin}/greeter`;

  test('are installed without questions, after an update of the lists when that is what it takes', async () => {
    await using here = await machine();
    vi.spyOn(process, 'getuid').mockReturnValue(0);
    await here.program('dpkg', '');
    await here.program(
      'apt-get',
      `echo "$DEBIAN_FRONTEND $*" >> ${here.root}/apt
       case $* in *update) touch ${here.root}/updated;; *) [ -e ${here.root}/updated ] && ${put(here)} || exit 100;; esac`,
    );
    const found = await resolve(program, { env: here.env, platform: linux, installPackages: true });
    expect(found).toMatchObject({ path: path.join(here.bin, 'greeter'), version: '1.2.7', foundBy: 'package' });
    const runs = (await readFile(path.join(here.root, 'apt'), 'utf8')).trimEnd().split('\n');
    expect(runs.map((run) => run.replace(/ -o \S+/g, ''))).toEqual([
      'noninteractive install --yes --no-install-recommends greeter-bin',
      'noninteractive update',
      'noninteractive install --yes --no-install-recommends greeter-bin',
    ]);
  });

  test.each([
    ['without root', 1000, 'exit 1', 'installing packages needs root'],
    [
      'when apt-get fails',
      0,
      'echo "E: Unable to locate package greeter-bin"; exit 100',
      'apt-get failed: E: Unable to locate package greeter-bin',
    ],
  ])('%s: the reason is told', async (_when, uid, apt, reason) => {
    await using here = await machine();
    vi.spyOn(process, 'getuid').mockReturnValue(uid);
    await here.program('dpkg', '');
    await here.program('apt-get', apt);
    expect(await lastAttempt(here, program, { installPackages: true })).toEqual({
      place: 'Debian package greeter-bin',
      reason,
    });
  });

  test('elsewhere are not tried', async () => {
    await using here = await machine();
    expect((await lastAttempt(here, program, { installPackages: true })).reason).toBe(
      'this is not Debian or Ubuntu: no apt-get found',
    );
  });
});
