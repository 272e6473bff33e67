import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { expect, test, vi } from 'vitest';
import { fakeGo, machine } from './surroundings.ts';
import type { Machine } from './surroundings.ts';

/** A process of its own that resolves the greeter, as a client or a test run would, and prints what it found. */
function resolver(here: Machine) {
  const code = `
    import { resolve } from ${JSON.stringify(path.join(import.meta.dirname, '../../tools/resolve.ts'))};
    import { greeter, goBuild, linux } from ${JSON.stringify(path.join(import.meta.dirname, 'surroundings.ts'))};
    const found = await resolve(greeter({ build: goBuild }), {
      platform: linux,
      onProgress: (line) => console.error(line),
    });
    console.log(JSON.stringify({ path: found.path, foundBy: found.foundBy }));`;
  return execa(process.execPath, ['--input-type=module-typescript', '--eval', code], {
    env: here.env,
    extendEnv: false,
    timeout: 50_000,
  });
}

/** A Go that begins, says so, and waits until the test lets it go on. */
const waitingGo = (root: string): string =>
  fakeGo(root, '1.2.3', `touch ${root}/go-began\nwhile [ ! -e ${root}/go-on ]; do sleep 0.05; done`);

const appears = (file: string): Promise<void> =>
  vi.waitFor(() => expect(existsSync(file)).toBe(true), { timeout: 30_000, interval: 20 });

test('two processes at once build once, and the one that waits says for whom', async () => {
  await using here = await machine();
  await here.program('go', waitingGo(here.root));
  const first = resolver(here);
  await appears(path.join(here.root, 'go-began'));
  const second = resolver(here);
  let heard = '';
  second.stderr.on('data', (chunk: Buffer) => (heard += chunk.toString()));
  await vi.waitFor(() => expect(heard).toContain('is creating it'), { timeout: 30_000, interval: 20 });
  await here.program('go-on', '', here.root);

  const [made, waited] = await Promise.all([first, second]);
  expect(JSON.parse(made.stdout)).toMatchObject({ foundBy: 'build' });
  expect(JSON.parse(waited.stdout)).toEqual({ ...JSON.parse(made.stdout), foundBy: 'cache' });
  expect(waited.stderr).toBe(`greeter 1.2.3: process ${first.pid} is creating it; waiting`);
  expect((await readFile(path.join(here.root, 'go-runs'), 'utf8')).trim().split('\n')).toHaveLength(1);
});

test('a process that is killed while it builds keeps nobody waiting', async () => {
  await using here = await machine();
  await here.program('go', waitingGo(here.root));
  const first = resolver(here);
  await appears(path.join(here.root, 'go-began'));
  const second = resolver(here);
  let heard = '';
  second.stderr.on('data', (chunk: Buffer) => (heard += chunk.toString()));
  await vi.waitFor(() => expect(heard).toContain('is creating it'), { timeout: 30_000, interval: 20 });
  first.kill('SIGKILL');
  await first.catch(() => undefined);
  await here.program('go-on', '', here.root);

  const { foundBy, path: program } = JSON.parse((await second).stdout) as { foundBy: string; path: string };
  expect(foundBy).toBe('build');
  expect((await execa(program)).stdout).toBe('greeter 1.2.3');
  const left = await readdir(path.join(here.cache, 'greeter'));
  expect(left.filter((name) => name.endsWith('.lock') || name.endsWith('.breaking'))).toEqual([]);
});
