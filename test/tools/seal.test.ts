import { appendFile, chmod, readdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { ProgramMissingError } from '../../tools/missing.ts';
import { resolve } from '../../tools/resolve.ts';
import { fakeGo, goBuild, greeter, linux, machine } from './surroundings.ts';
import type { Machine } from './surroundings.ts';

const program = greeter({ build: goBuild });

/** A machine in whose cache the program has been built. */
async function built(): Promise<{ here: Machine; file: string; options: Parameters<typeof resolve>[1] & object }> {
  const here = await machine();
  await here.program('go', fakeGo(here.root, '1.2.3'));
  const options = { env: here.env, platform: linux };
  const { path: file } = await resolve(program, options);
  return { here, file, options };
}

describe('a program in the cache is what was stored there', () => {
  test.each<[what: string, change: (file: string) => Promise<void>, reason: string]>([
    [
      'its file was changed',
      (file) => appendFile(file, 'echo more\n'),
      'contains a greeter that differs from the stored one',
    ],
    [
      'a file came beside it',
      (file) => writeFile(path.join(path.dirname(file), 'library.so'), ''),
      'contains library.so, which was not stored there',
    ],
    [
      'what says how it was is garbage',
      (file) => writeFile(path.join(path.dirname(file), '.sha256.json'), '{'),
      'holds a .sha256.json that cannot be read',
    ],
  ])('where %s it is not run, and made again', async (_what, change, reason) => {
    const { here, file, options } = await built();
    await using _ = here;
    await change(file);
    const again = await resolve(program, options);
    expect(again).toMatchObject({ foundBy: 'build', path: file });
    expect(again.tried.map((attempt) => attempt.reason)).toContainEqual(expect.stringContaining(reason));
    expect((await readdir(path.dirname(file))).toSorted()).toEqual(['.sha256.json', 'greeter']);
    expect(await resolve(program, options)).toMatchObject({ foundBy: 'cache' });
  });

  test('one of an earlier version, of which nothing is written down, is taken once as it is; a mere look writes nothing', async () => {
    const { here, file, options } = await built();
    await using _ = here;
    const seal = path.join(path.dirname(file), '.sha256.json');
    await rm(seal);
    expect(await resolve(program, { ...options, make: false })).toMatchObject({ foundBy: 'cache' });
    await expect(stat(seal)).rejects.toThrow('ENOENT');
    expect(await resolve(program, options)).toMatchObject({ foundBy: 'cache' });
    await appendFile(file, 'echo more\n');
    expect(await resolve(program, options)).toMatchObject({ foundBy: 'build' });
  });
});

describe('a program that another account can change does not run', () => {
  test.each([
    ['the file', (file: string) => file],
    ['its folder', (file: string) => path.dirname(file)],
    ['the cache', (file: string) => path.join(path.dirname(file), '../..')],
  ])('%s is open to all', async (_what, which) => {
    const { here, file, options } = await built();
    await using _ = here;
    const open = which(file);
    const { mode } = await stat(open);
    await chmod(open, mode | 0o002);
    for (const make of [true, false]) {
      const error: unknown = await resolve(program, { ...options, make }).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ProgramMissingError);
      expect(String(error)).toContain('does not run: another account may have changed it');
      expect(String(error)).toContain(`another account can change ${open}`);
      expect(String(error)).toContain('APPLIANCE_TOOLS_CACHE');
    }
    await chmod(open, mode);
    expect(await resolve(program, options)).toMatchObject({ foundBy: 'cache' });
  });
});
