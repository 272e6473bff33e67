import { mkdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { readBundle } from '../../bundle/index.ts';
import { openLog } from '../../system/read-file.ts';
import { fakeKubernetes } from '../support/fake-kubernetes/index.ts';
import { orderedHome } from './support/ordered-home.ts';
import { runClient, temporaryFolder } from './support/run-client.ts';

const MEGABYTE = 1024 * 1024;

/** A site, and the log of its worker, which is not there yet. */
async function siteWithLog(): Promise<{ home: string; siteId: string; log: string }> {
  const { home, siteId } = await orderedHome();
  await mkdir(join(home, '.temporal'), { recursive: true });
  return { home, siteId, log: join(home, '.temporal', 'worker.log') };
}

test.each([
  ['a pipe', (path: string) => execa('mkfifo', [path])],
  ['a device', (path: string) => symlink('/dev/zero', path)],
])('%s in the place of the log is refused at once, and is not written to', async (_, put) => {
  const { home, siteId, log } = await siteWithLog();
  await put(log);
  const says = `${log} is a pipe or a device, but must be a file: move it away.`;
  const { exit, stderr } = await runClient(['logs', '--site', siteId], { home, env: {} });
  expect([exit, stderr]).toEqual([2, expect.stringContaining(says)]);
  await expect(openLog(log)).rejects.toThrow(says);
});

test('a kubeconfig that is a pipe is refused at once, and named', async () => {
  const { home, siteId } = await orderedHome();
  const path = join(home, siteId, 'kubeconfig');
  await execa('mkfifo', [path]);
  const { stderr } = await runClient(['pods', '--site', siteId], { home, env: {} });
  expect(stderr).toContain(`${path} is a pipe or a device, but must be a file: move it away.`);
});

test('of lines without end the last megabyte is shown, without a secret, and that it is cut is said', async () => {
  const { home, siteId, log } = await siteWithLog();
  await writeFile(log, `first\nDB_PASSWORD=Tr0ub4dor.x9 ${'x'.repeat(5 * MEGABYTE)} DB_PASSWORD=Tr0ub4dor.x9 last\n`);
  const { exit, stdout, stderr } = await runClient(['logs', '--tail', '5', '--site', siteId], { home, env: {} });
  expect([exit, stderr]).toEqual([0, expect.stringContaining('only its last 1.0 MB are shown')]);
  expect(Buffer.byteLength(stdout)).toBeLessThanOrEqual(MEGABYTE + 1);
  expect(stdout).toMatch(/^x+ .* last\n$/);
  expect(stdout).not.toContain('Tr0ub4dor');
});

test('a sparse log of 8 GB is read at its end only', async () => {
  const { home, siteId, log } = await siteWithLog();
  await truncate(log, 0).catch(() => writeFile(log, ''));
  await truncate(log, 8 * 1024 * MEGABYTE);
  await writeFile(log, '\nlast but one\nlast\n', { flag: 'a' });
  const { exit, stdout, stderr } = await runClient(['logs', '--tail', '2', '--site', siteId], { home, env: {} });
  expect([exit, stdout, stderr]).toEqual([0, 'last but one\nlast\n', '']);
});

test.each([
  ['ends in one line of 3 MB', `first\n${'x'.repeat(3 * MEGABYTE)} last\n`, /^x+ last\n$/],
  ['has many lines', `${'a line\n'.repeat(MEGABYTE)}last\n`, /^a line\n[^]*\nlast\n$/],
])('a log that %s is in the bundle with its end, and the bundle says that it is cut', async (_, text, expected) => {
  const { home, siteId, log } = await siteWithLog();
  await writeFile(log, text);
  const cwd = await temporaryFolder();
  const services = {
    reader: async () => fakeKubernetes().reader,
    talos: async () => {
      throw new Error('no talosctl');
    },
    openInstalls: async () => {
      throw new Error('no Temporal server');
    },
    runningWorker: async () => null,
    runningServer: async () => null,
  };
  const call = ['support-bundle', '--site', siteId, '--output-file', 'b.tar.gz'];
  const { exit, stderr } = await runClient(call, { home, cwd, services });
  expect([exit, stderr]).toEqual([0, expect.stringContaining('the start of worker.log')]);
  const { index, files } = await readBundle(await readFile(join(cwd, 'b.tar.gz')));
  const kept = files.get('logs/client/worker.log')?.toString('utf8') ?? '';
  expect(kept.length).toBeGreaterThan(500 * 1024);
  expect(kept).toMatch(expected);
  expect(index.missing).toContainEqual({
    part: 'logs',
    what: 'the start of worker.log',
    why: 'a bundle has the last 524288 bytes at most',
  });
});
