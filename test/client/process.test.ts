import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { ResultPromise } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { statusDocument } from '../../model/status.ts';
import { stopBackground } from '../../worker/index.ts';
import { EXIT } from '../../client/terminal/exit-codes.ts';
import { temporaryFolder } from './support/run-client.ts';
import { needs } from '../support/needs.ts';

needs('temporal-local');

const ENTRY = join(import.meta.dirname, '../../client/entry.ts');

/** The client as a process of its own, from its sources; what it leaves running ends with the test. */
async function sandbox(): Promise<(...args: string[]) => ResultPromise<{ reject: false }>> {
  const home = await temporaryFolder();
  onTestFinished(async () => {
    await stopBackground({ home: join(home, '.simulation') });
  });
  const env = {
    ALGA_APPLIANCE_HOME: home,
    HOME: home,
    XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'] ?? join(process.env['HOME'] ?? '/', '.cache'),
  };
  return (...args) => execa(process.execPath, [ENTRY, ...args], { env, reject: false, timeout: 120_000 });
}

async function untilSaid(child: ResultPromise<{ reject: false }>, text: string): Promise<void> {
  let said = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes(text)) resolve();
    });
    child.stderr.once('end', () => reject(new Error(`the client ended without saying "${text}": ${said}`)));
  });
}

// Lesson 25, and the product's promise: it can be slept on and taken up again by another process.
test('a simulated install is begun, left with Ctrl-C, taken up by another process and finished', async () => {
  const client = await sandbox();
  const first = client('start', '--simulate', '--speed', '20');
  await untilSaid(first, 'host running');
  first.kill('SIGINT');
  const left = await first;
  expect(left.exitCode).toBe(130);
  expect(left.stderr).toContain('No worker is running now, so the install does not continue.');

  const still = await client('status', '-o', 'json');
  expect(statusDocument.parse(JSON.parse(still.stdout)).rollup.state).toBe('installing');
  expect(still.stderr).toContain(
    'No worker is running, so the install does not continue. Resume it: `appliance-client resume`.',
  );

  const resumed = await client('resume');
  expect(resumed.stderr).toContain('LOGIN_READY http://192.0.2.10:3000');
  expect(resumed.exitCode).toBe(0);
  expect(resumed.stdout).toContain('Install:     complete');

  const after = await client('status', '-o', 'json');
  expect(after.exitCode).toBe(0);
  expect(statusDocument.parse(JSON.parse(after.stdout)).rollup.state).toBe('fully_healthy');
  expect((await client('worker', '--stop')).stdout).toContain(
    'Stopped the supervisor and the Temporal server of simulated installs.',
  );
}, 180_000);

test('a reader that goes away is an end and no failure', async () => {
  const { exitCode, stderr } = await execa('sh', ['-c', `"${process.execPath}" "${ENTRY}" --help | head -n 1`]);
  expect(exitCode).toBe(0);
  expect(stderr).toBe('');
});

test('a second Ctrl-C ends it at once', async () => {
  const client = await sandbox();
  const child = client('start', '--simulate', '--speed', '1');
  await untilSaid(child, 'preflight');
  child.kill('SIGINT');
  child.kill('SIGINT');
  expect((await child).exitCode).toBe(130);
}, 120_000);

test('the version is that of the package', async () => {
  const { version } = JSON.parse(await readFile(join(import.meta.dirname, '../../package.json'), 'utf8'));
  const client = await sandbox();
  expect((await client('version')).stdout).toContain(`appliance-client ${version} (Node 24.`);
});

test.each([
  ['>', ['releases', 'list'], EXIT.missing],
  ['2>', ['nonsense'], EXIT.usage],
])('a full disk behind %s ends it without a stack', async (redirect, args, expected) => {
  const call = `"$@" ${redirect}/dev/full`;
  const ran = await execa('sh', ['-c', call, 'sh', process.execPath, ENTRY, ...args], { reject: false });
  expect([ran.exitCode, ran.stdout, ran.stderr]).toEqual([expected, '', '']);
});
