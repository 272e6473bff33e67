import { chmod, copyFile, mkdir, readFile, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { temporaryFolder } from './support/run-client.ts';

const LAUNCHER = join(import.meta.dirname, '../../bin/appliance-client');

/** A checkout that consists of what the launcher looks at; its build notes each run. */
async function checkout(
  build: string,
): Promise<{ root: string; run: (...args: string[]) => ReturnType<typeof execa> }> {
  const root = await temporaryFolder();
  for (const folder of ['bin', 'client', 'scripts', 'dist', 'node_modules/node/bin'])
    await mkdir(join(root, folder), { recursive: true });
  await copyFile(LAUNCHER, join(root, 'bin/appliance-client'));
  await chmod(join(root, 'bin/appliance-client'), 0o755);
  await symlink(process.execPath, join(root, 'node_modules/node/bin/node'));
  await writeFile(join(root, 'package.json'), '{"type": "module"}');
  await writeFile(join(root, 'client/entry.ts'), '');
  await writeFile(join(root, 'scripts/build.ts'), build);
  return {
    root,
    run: (...args) => execa(join(root, 'bin/appliance-client'), args, { reject: false, timeout: 20_000 }),
  };
}

const BUILD = `
import { appendFileSync, writeFileSync } from 'node:fs';
const dist = new URL('../dist/', import.meta.url);
appendFileSync(new URL('builds', dist), 'x');
writeFileSync(new URL('client.mjs', dist), 'console.log(JSON.stringify(process.argv.slice(2)))');
writeFileSync(new URL('.built', dist), '');
`;

test('builds when there is no build or a source is newer, and only then', async () => {
  const { root, run } = await checkout(BUILD);
  const builds = async (): Promise<number> => (await readFile(join(root, 'dist/builds'), 'utf8')).length;
  const first = await run('status', '--site', 'a b');
  expect(first).toMatchObject({
    stdout: '["status","--site","a b"]',
    stderr: expect.stringContaining('for the first time'),
  });
  expect(await builds()).toBe(1);
  await run();
  expect(await builds()).toBe(1);
  const later = new Date(Date.now() + 60_000);
  await utimes(join(root, 'client/entry.ts'), later, later);
  expect((await run('version')).stderr).toContain('building because sources changed');
  expect(await builds()).toBe(2);
});

test('a link to it finds the checkout', async () => {
  const { root } = await checkout(BUILD);
  await mkdir(join(root, 'elsewhere'));
  await symlink('../bin/appliance-client', join(root, 'elsewhere/ac'));
  const { stdout } = await execa(join(root, 'elsewhere/ac'), ['version'], { cwd: '/' });
  expect(stdout).toBe('["version"]');
});

test('without packages it says what to run, and ends with 7', async () => {
  const root = await temporaryFolder();
  await mkdir(join(root, 'bin'));
  await copyFile(LAUNCHER, join(root, 'bin/appliance-client'));
  await chmod(join(root, 'bin/appliance-client'), 0o755);
  const { exitCode, stderr } = await execa(join(root, 'bin/appliance-client'), ['status'], { reject: false });
  expect(exitCode).toBe(7);
  expect(stderr).toContain(`Run \`npm ci\` in ${root}`);
});

test('a build that fails ends with 1 and runs nothing old', async () => {
  const { run } = await checkout('process.exit(1)');
  const { exitCode, stdout, stderr } = await run('start');
  expect(exitCode).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).toContain('the build failed. Run `npm run build`');
});
