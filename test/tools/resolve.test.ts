import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { ProgramMissingError } from '../../tools/missing.ts';
import { resolve, resolveProgram } from '../../tools/resolve.ts';
import { fakeGo, goBuild, greeter, linux, machine, tells } from './surroundings.ts';

const failure = async (promise: Promise<unknown>): Promise<ProgramMissingError> => {
  const error: unknown = await promise.catch((thrown: unknown) => thrown);
  if (error instanceof ProgramMissingError) return error;
  throw new Error('a ProgramMissingError was expected', { cause: error });
};

describe('the order', () => {
  test('the variable comes before PATH', async () => {
    await using here = await machine();
    await here.program('greeter', tells('1.2.0'));
    const named = await here.program('mine', tells('v1.2.9'), path.join(here.root, 'elsewhere'));
    const found = await resolve(greeter(), { env: { ...here.env, APPLIANCE_GREETER: named } });
    expect(found).toEqual({ id: 'greeter', path: named, version: '1.2.9', foundBy: 'variable', tried: [] });
  });

  test('PATH comes before the cache, and its first fitting file wins', async () => {
    await using here = await machine();
    const old = await here.program('greeter', tells('1.1.0'));
    const fitting = await here.program('greeter', tells('1.2.1'), path.join(here.root, 'second'));
    const env = { ...here.env, PATH: `${here.bin}:relative:${path.dirname(fitting)}` };
    const found = await resolve(greeter(), { env });
    expect(found).toMatchObject({ path: fitting, version: '1.2.1', foundBy: 'path' });
    expect(found.tried).toEqual([
      { place: 'APPLIANCE_GREETER', reason: 'is not set' },
      { place: old, reason: 'is version 1.1.0, but ~1.2.0 is needed: it has to match' },
    ]);
  });

  test('a build comes last, and from then on it is found in the cache', async () => {
    await using here = await machine();
    await here.program('go', fakeGo(here.root, '1.2.3'));
    const program = greeter({ build: goBuild });
    const built = await resolve(program, { env: here.env, platform: linux });
    const again = await resolve(program, { env: here.env, platform: linux });
    expect(built).toMatchObject({ foundBy: 'build', version: '1.2.3' });
    expect(again).toMatchObject({ foundBy: 'cache', version: '1.2.3', path: built.path });
    expect(path.relative(here.cache, built.path)).toMatch(/^greeter\/1\.2\.3-linux-amd64-[0-9a-f]{12}\/greeter$/);
  });

  test('folders beside PATH are looked at, the newest version first', async () => {
    await using here = await machine();
    for (const version of ['9', '13', '15']) {
      await here.program('greeter', tells(`1.2.${version}`), path.join(here.root, 'lib', version, 'bin'));
    }
    const found = await resolve(greeter({ folders: [path.join(here.root, 'lib', '*', 'bin')] }), { env: here.env });
    expect(found.version).toBe('1.2.15');
  });

  test('a look only looks', async () => {
    await using here = await machine();
    await here.program('go', fakeGo(here.root, '1.2.3'));
    const look = resolve(greeter({ build: goBuild }), { env: here.env, platform: linux, make: false });
    expect((await failure(look)).tried.map((attempt) => attempt.place)).toEqual([
      'APPLIANCE_GREETER',
      'PATH',
      `cache ${here.cache}/greeter`,
    ]);
  });
});

describe('versions', () => {
  test('a file named by the variable is refused when it will not do', async () => {
    await using here = await machine();
    await here.program('greeter', tells('1.2.0'));
    const named = await here.program('mine', tells('2.0.0'), here.root);
    const error = await failure(resolve(greeter(), { env: { ...here.env, APPLIANCE_GREETER: named } }));
    await expect(here.masked(error.message)).toMatchFileSnapshot('golden/variable-refused.txt');
  });

  test('a variable that names no executable is refused', async () => {
    await using here = await machine();
    const error = await failure(resolve(greeter(), { env: { ...here.env, APPLIANCE_GREETER: here.root } }));
    expect(error.tried).toEqual([{ place: `APPLIANCE_GREETER=${here.root}`, reason: 'is not an executable file' }]);
  });

  test.each([
    ['prints something else', 'echo hello', 'reports no version: `greeter --version` printed "hello"'],
    ['fails', 'echo no such option >&2; exit 3', 'does not run: no such option'],
  ])('a file on PATH that %s is passed over', async (_what, script, reason) => {
    await using here = await machine();
    const file = await here.program('greeter', script);
    expect((await failure(resolve(greeter(), { env: here.env }))).tried).toContainEqual({ place: file, reason });
  });

  test('a file for another kind of machine is passed over', async () => {
    await using here = await machine();
    const file = await here.program('greeter', '');
    const { writeFile } = await import('node:fs/promises');
    await writeFile(file, '\u007fELF of another machine');
    const { tried } = await failure(resolve(greeter(), { env: here.env }));
    expect(tried.find((attempt) => attempt.place === file)?.reason).toMatch(/^does not run: |^reports no version: /);
  });

  test('a program that cannot tell its version is not taken from PATH', async () => {
    await using here = await machine();
    const file = await here.program('greeter', tells('1.2.3'));
    const silent = greeter({ versionCheck: undefined });
    expect((await failure(resolve(silent, { env: here.env }))).tried).toContainEqual({
      place: file,
      reason: 'does not report its version, so it is not used',
    });
    const named = await resolve(silent, { env: { ...here.env, APPLIANCE_GREETER: file } });
    expect(named).toMatchObject({ path: file, version: undefined, foundBy: 'variable' });
  });

  test("the caller's range replaces the table's, and what would give another version is not made", async () => {
    await using here = await machine();
    await here.program('go', fakeGo(here.root, '1.2.3'));
    const file = await here.program('greeter', tells('1.2.5'));
    const error = await failure(
      resolve(greeter({ build: goBuild }), { env: here.env, platform: linux, range: '1.2.4' }),
    );
    expect(error.tried.slice(1)).toEqual([
      { place: file, reason: 'is version 1.2.5, but 1.2.4 is needed: the caller requires it' },
      { place: `cache ${here.cache}/greeter`, reason: 'provides version 1.2.3, but 1.2.4 is required' },
      { place: 'Go module tools/go/kubeconform', reason: 'provides version 1.2.3, but 1.2.4 is required' },
    ]);
    expect(await resolve(greeter(), { env: here.env, range: '1.2.5' })).toMatchObject({ path: file });
  });
});

describe('what a person reads', () => {
  test('a program that is nowhere: every place, and the ways out', async () => {
    await using here = await machine();
    await here.program('talosctl', 'printf "Client:\\n\\tTag:         v1.11.3\\n"');
    const error = await failure(resolveProgram('talosctl', { env: here.env, platform: linux }));
    expect(error).toMatchObject({ name: 'ProgramMissingError', programId: 'talosctl' });
    await expect(here.masked(error.message)).toMatchFileSnapshot('golden/talosctl-missing.txt');
  });

  test('a package that only a person installs', async () => {
    await using here = await machine();
    const git = greeter({ id: 'greeter', version: undefined, debian: ['greeter', 'greeter-data'] });
    const error = await failure(resolve(git, { env: here.env, platform: linux }));
    await expect(here.masked(error.message)).toMatchFileSnapshot('golden/package-missing.txt');
  });

  test('an id that is not in the table', async () => {
    await expect(resolveProgram('talosctrl')).rejects.toThrow(/^unknown program talosctrl; known programs: git, /);
  });
});

test('an aborted search throws the reason and leaves no half-made program', async () => {
  await using here = await machine();
  await here.program('go', `touch ${here.root}/started; exec sleep 60`);
  const aborting = new AbortController();
  const onProgress = (line: string): void => {
    if (line.includes('building it')) setImmediate(() => aborting.abort(new Error('the operator left')));
  };
  const search = resolve(greeter({ build: goBuild }), {
    env: here.env,
    platform: linux,
    signal: aborting.signal,
    onProgress,
  });
  await expect(search).rejects.toThrow('the operator left');
  const { readdir } = await import('node:fs/promises');
  expect(await readdir(path.join(here.cache, 'greeter'))).toEqual([]);
  await expect(readFile(path.join(here.cache, 'greeter', 'greeter'))).rejects.toThrow('ENOENT');
});
