import path from 'node:path';
import { expect, test } from 'vitest';
import { install } from '../../tools/install.ts';
import { fakeGo, machine } from './surroundings.ts';
import type { Machine } from './surroundings.ts';

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(here: Machine, ...argv: string[]): Promise<Run> {
  let stdout = '';
  let stderr = '';
  const code = await install(argv, {
    env: here.env,
    write: (text) => (stdout += text),
    writeError: (text) => (stderr += text),
  });
  const masked = (text: string): string =>
    here
      .masked(text)
      .replaceAll(/\d+(ms|s)\b/g, '<time>')
      .replaceAll(/(linux|darwin)-(amd64|arm64)-[0-9a-f]{12}/g, '<platform>');
  return { code, stdout: masked(stdout), stderr: masked(stderr) };
}

const goThatMakesTalosctl = (root: string): string =>
  fakeGo(root, '0').replace('echo greeter 0', 'echo "Tag: v1.12.0"');

test('what is there, what is made, and what stays missing', async () => {
  await using here = await machine();
  await here.program('git', 'echo git version 2.47.0');
  await here.program('go', goThatMakesTalosctl(here.root));
  const { code, stdout, stderr } = await run(here, 'git', 'talosctl', 'temporal-test-server');
  expect(code).toBe(7);
  await expect(stdout).toMatchFileSnapshot('golden/install.txt');
  await expect(stderr).toMatchFileSnapshot('golden/install-missing.txt');
});

test('a second run finds everything and makes nothing', async () => {
  await using here = await machine();
  await here.program('go', goThatMakesTalosctl(here.root));
  expect((await run(here, 'talosctl')).code).toBe(0);
  await here.program('go', 'exit 1');
  const { code, stdout } = await run(here, 'talosctl');
  expect(code).toBe(0);
  expect(stdout).toBe(
    `talosctl 1.12.0 (cache) <machine>/cache/talosctl/1.12.0-<platform>/talosctl\nall 1 are available\n`,
  );
});

test('--check creates nothing', async () => {
  await using here = await machine();
  await here.program('go', goThatMakesTalosctl(here.root));
  expect(await run(here, '--check', '--for', 'client')).toEqual({
    code: 7,
    stdout: '3 of 3 missing: git, talosctl 1.12.0, temporal-local 1.29.1\n',
    stderr: '',
  });
});

test.each([
  [['--for', 'everybody'], '--for everybody: unknown group; known groups: client, tests, lab'],
  [['talosctrl'], 'unknown program talosctrl; known programs: '],
  [['--fro', 'lab'], "Unknown option '--fro'"],
])('%j is wrong usage', async (argv, message) => {
  await using here = await machine();
  const { code, stdout, stderr } = await run(here, ...argv);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(message);
  expect(stderr).toContain(`node ${path.join('tools', 'install.ts')} [--for`);
});

test('--help shows how', async () => {
  await using here = await machine();
  const { code, stdout } = await run(here, '--help');
  expect(code).toBe(0);
  await expect(stdout).toMatchFileSnapshot('golden/install-help.txt');
});

test('--prune removes old versions and remnants, and nothing that is in use', async () => {
  await using here = await machine();
  await here.program('go', goThatMakesTalosctl(here.root));
  await run(here, 'talosctl');
  const old = ['talosctl/1.11.0-linux-amd64', 'talosctl/1.12.0-linux-amd64.unfinished-aa', 'etcd/3.5.0-linux-amd64'];
  for (const folder of old) await here.program('old', '', path.join(here.cache, folder));
  await here.program('old', '', path.join(here.cache, 'temporal', '1.0.0-linux-amd64'));
  await here.program('1.5.1-linux-amd64.lock', '', path.join(here.cache, 'temporal'));
  const { code, stdout } = await run(here, '--prune');
  expect(code).toBe(0);
  expect(stdout.trim().split('\n').toSorted()).toEqual(
    old.map((folder) => `removed <machine>/cache/${folder}`).toSorted(),
  );
  expect((await run(here, '--check', 'talosctl')).code).toBe(0);
});
