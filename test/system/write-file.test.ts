import { execFileSync } from 'node:child_process';
import { mkdir, readFile, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { privateFolder } from '../../site-folder/index.ts';
import { writeWhole, writeWholeSync } from '../../system/write-file.ts';
import { appliance } from '../diagnosis/appliance.ts';
import { temporaryFolder } from '../client/support/run-client.ts';

const ROOT = join(import.meta.dirname, '../..');
const OLD = 'what was there before';
const LONG = 'x'.repeat(20_000);

/** Node in a process that may write files of 8 KiB at most: the write that crosses it is short, the next one fails. */
const limited = (...args: string[]) =>
  execa('bash', ['-c', 'ulimit -f 8; exec "$@"', 'bash', process.execPath, ...args], { cwd: ROOT, reject: false });

test('diagnose --save to a full disk fails with the name of the file, and the old file stays', async () => {
  const folder = await temporaryFolder();
  const [from, to] = [join(folder, 'from.json'), join(folder, 'to.json')];
  const snapshot = JSON.stringify(appliance());
  expect(snapshot.length).toBeGreaterThan(16_384);
  await writeFile(from, snapshot);
  await writeFile(to, OLD);
  const { exitCode, stderr } = await limited('client/entry.ts', 'diagnose', '--from', from, '--save', to);
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining(`--save: cannot write ${to} (EFBIG)`)]);
  expect(await readFile(to, 'utf8')).toBe(OLD);
  expect((await readdir(folder)).toSorted()).toEqual(['from.json', 'to.json']);
});

test.each([
  ['write', `const { privateFolder } = await import('./site-folder/index.ts'); await privateFolder(F).write('a', T)`],
  [
    'createOnce',
    `const { privateFolder } = await import('./site-folder/index.ts'); await privateFolder(F).createOnce('b', T)`,
  ],
  [
    'in one go',
    `const { writeWholeSync } = await import('./system/write-file.ts'); writeWholeSync(F + '/a', T, { mode: 0o600 })`,
  ],
])('%s: a file cut short by the system is an error with its name and code, and nothing is left', async (_, call) => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'a'), OLD);
  const program = `const [F, T] = ${JSON.stringify([folder, LONG])};
    try { ${call}; console.log('written'); } catch ({ code, path, message }) { console.log([code, path, message].join('\\n')); }`;
  const { stdout } = await limited('--input-type=module', '--eval', program);
  const name = join(folder, call.includes("'b'") ? 'b' : 'a');
  expect(stdout).toMatch(new RegExp(`^EFBIG\n${name}\n${name} cannot be written: EFBIG`));
  expect(await readdir(folder)).toEqual(['a']);
  expect(await readFile(join(folder, 'a'), 'utf8')).toBe(OLD);
});

test.skipIf(process.platform !== 'linux' || process.getuid?.() !== 0)(
  'a disk without space is ENOSPC, and the old file stays',
  async ({ skip }) => {
    const folder = await temporaryFolder();
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', folder], { stdio: 'ignore' });
    } catch {
      return skip('this machine does not let root mount');
    }
    onTestFinished(() => void execFileSync('umount', ['-l', folder]));
    const { write, path } = privateFolder(folder);
    await write('install.json', OLD);
    await expect(write('install.json', LONG)).rejects.toMatchObject({ code: 'ENOSPC', path: path('install.json') });
    expect(() => writeWholeSync(path('install.json'), LONG, { mode: 0o600 })).toThrow(/install\.json.*ENOSPC/);
    expect(await readdir(folder)).toEqual(['install.json']);
    expect(await readFile(path('install.json'), 'utf8')).toBe(OLD);
  },
);

test('writers of one file take turns, the last call wins, and each file is whole', async () => {
  const folder = await temporaryFolder();
  const file = join(folder, 'a');
  const texts = Array.from({ length: 20 }, (_, index) => String(index).repeat(50_000));
  await Promise.all(texts.map((text) => writeWhole(file, text, { mode: 0o600 })));
  expect(await readFile(file, 'utf8')).toBe(texts.at(-1));
  expect(await readdir(folder)).toEqual(['a']);
});

test('a failure of one writer does not fail the next', async () => {
  const folder = await temporaryFolder();
  const file = join(folder, 'new', 'a');
  const first = writeWhole(file, 'one', { mode: 0o600 });
  await expect(first).rejects.toMatchObject({ code: 'ENOENT', path: file });
  await mkdir(join(folder, 'new'));
  await writeWhole(file, 'two', { mode: 0o640 });
  expect([await readFile(file, 'utf8'), (await stat(file)).mode & 0o777]).toEqual(['two', 0o640]);
});

test('of several that create one new file, one wins and the others have EEXIST', async () => {
  const folder = await temporaryFolder();
  const file = join(folder, 'a');
  const results = await Promise.allSettled(
    ['one', 'two', 'three'].map((text) => writeWhole(file, text, { mode: 0o600, isNew: true })),
  );
  expect(results.map((one) => (one.status === 'rejected' ? (one.reason as { code: string }).code : 'written'))).toEqual(
    ['written', 'EEXIST', 'EEXIST'],
  );
  expect([await readFile(file, 'utf8'), await readdir(folder)]).toEqual(['one', ['a']]);
});

test('a symbolic link stays one, and what it points to is replaced', async () => {
  const folder = await temporaryFolder();
  const [target, to] = [join(folder, 'target'), join(folder, 'link')];
  await writeFile(target, OLD);
  await symlink(target, to);
  await writeWhole(to, 'new', { mode: 0o600 });
  expect([await readFile(target, 'utf8'), (await stat(target)).mode & 0o777]).toEqual(['new', 0o600]);
  writeWholeSync(to, 'newer', { mode: 0o600 });
  expect(await readFile(target, 'utf8')).toBe('newer');
});
