import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { ADMINISTRATOR } from '../../model/initial-tenant.ts';
import { temporaryFolder } from './support/run-client.ts';
import { needs } from '../support/needs.ts';

needs('built-client');

/** The client as people run it: built, and what it seldom needs loaded late. */
const LAUNCHER = join(import.meta.dirname, '../../bin/appliance-client');
const SPEC = [
  '--node-ip=192.0.2.10',
  '--repo-url=https://git.example.org/alga/appliance.git',
  ...ADMINISTRATOR.map(({ flag, simulated }) => `--${flag}=${simulated}`),
];

async function built(args: readonly string[], environment: Record<string, string> = {}) {
  const env = { ALGA_APPLIANCE_HOME: await temporaryFolder(), NO_COLOR: '1', ...environment };
  return execa(LAUNCHER, args, { env, reject: false, stdin: 'ignore', timeout: 60_000 });
}

test('-o yaml', async () => {
  const { stdout, exitCode, stderr } = await built(['releases', '-o', 'yaml']);
  expect(exitCode, stderr).toBe(0);
  expect(parse(stdout)).toMatchObject([
    { releaseVersion: '1.0' },
    { releaseVersion: '1.0-rc5.1' },
    { releaseVersion: '1.0-rc5' },
  ]);
});

test('a Temporal cluster that is named and does not answer ends with 7, and says what to check', async () => {
  const password = join(await temporaryFolder(), 'password');
  await writeFile(password, 'Sample-Word-4711', { mode: 0o600 });
  const argv = ['start', '--fresh', '--yes', '--admin-password-file', password, ...SPEC];
  const { exitCode, stderr } = await built(argv, { TEMPORAL_ADDRESS: '127.0.0.1:1' });
  expect(stderr).toMatch(/Temporal server at 127\.0\.0\.1:1 does not answer.*TEMPORAL_ADDRESS/s);
  expect(exitCode).toBe(7);
});
