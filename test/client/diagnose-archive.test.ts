import { execFileSync } from 'node:child_process';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { expect, test } from 'vitest';
import { sha256, writeBundle } from '../../bundle/index.ts';
import type { BundleFile } from '../../bundle/index.ts';
import { appliance } from '../diagnosis/appliance.ts';
import { runClient, temporaryFolder } from './support/run-client.ts';

const HEAD = {
  createdAt: '2026-05-01T12:00:00.000Z',
  site: { siteId: 's', nodeIp: null, appUrl: null },
  client: { version: '0.1.0', node: '24', platform: 'linux-x64' },
};
const snapshot: BundleFile = { path: 'snapshot.json', part: 'snapshot', what: 'x', document: appliance() };

type Header = Parameters<ReturnType<typeof pack>['entry']>[0];
type Row = Header & { readonly name: string; readonly body?: string | Buffer };

async function tar(...rows: readonly Row[]): Promise<Buffer> {
  const archive = pack();
  for (const { body = '', ...header } of rows) {
    const isFile = (header.type ?? 'file') === 'file';
    if (isFile) archive.entry({ ...header, size: Buffer.byteLength(body) }, body);
    else archive.entry({ ...header, size: 0 });
  }
  archive.finalize();
  return gzipSync(await buffer(archive));
}

const text = '{"kind":"Snapshot"}';
const index = (change: Record<string, unknown> = {}, files: unknown[] = []): Row => ({
  name: 'index.json',
  body: JSON.stringify({
    apiVersion: 'appliance.alga-psa/v1',
    kind: 'SupportBundle',
    ...HEAD,
    files,
    missing: [],
    ...change,
  }),
});
const listed = {
  path: 'snapshot.json',
  part: 'snapshot',
  what: 'x',
  bytes: text.length,
  sha256: sha256(Buffer.from(text)),
};
const whole = async (): Promise<Buffer> => (await writeBundle(HEAD, [snapshot], [])).archive;

test.each<[what: string, archive: () => Promise<Buffer>, says: string]>([
  ['an absolute path', () => tar(index(), { name: '/etc/passwd', body: 'x' }), 'a file with the name'],
  ['a way up', () => tar(index(), { name: '../../escaped', body: 'x' }), 'a file with the name "../../escaped"'],
  ['a way up inside', () => tar(index(), { name: 'logs/../../escaped', body: 'x' }), 'a file with the name'],
  ['a backslash', () => tar(index(), { name: '..\\escaped', body: 'x' }), 'a file with the name'],
  ['a control character', () => tar(index(), { name: 'a\u001b]52;c;eA==\u0007b', body: 'x' }), 'a file with the name'],
  [
    'a symbolic link',
    () => tar(index(), { name: 'l', type: 'symlink', linkname: '/etc/passwd' }),
    'a symlink and no file',
  ],
  ['a hard link', () => tar(index(), { name: 'l', type: 'link', linkname: 'index.json' }), 'a link and no file'],
  ['a device', () => tar(index(), { name: 'd', type: 'character-device' }), 'a character-device and no file'],
  ['a pipe', () => tar(index(), { name: 'f', type: 'fifo' }), 'a fifo and no file'],
  ['a folder', () => tar(index(), { name: 'logs', type: 'directory' }), 'a directory and no file'],
  [
    'a name twice',
    () => tar(index({}, [listed]), { name: 'snapshot.json', body: text }, { name: 'snapshot.json', body: text }),
    'twice',
  ],
  [
    'a file that is not in the index',
    () => tar(index(), { name: 'snapshot.json', body: text }),
    'its index does not name',
  ],
  [
    'another checksum',
    () => tar(index({}, [listed]), { name: 'snapshot.json', body: '{"kind":"Snapshoo"}' }),
    'another checksum',
  ],
  ['a file too few', () => tar(index({}, [listed])), 'lacks snapshot.json'],
  ['no index', () => tar({ name: 'snapshot.json', body: text }), 'is no support bundle: it has no index.json'],
  [
    'a newer version',
    () => tar(index({ apiVersion: 'appliance.alga-psa/v9' })),
    'newer client (version 9): update appliance-client',
  ],
  ['another kind', () => tar(index({ kind: 'Other' })), 'cannot be read (kind'],
  [
    'too many files',
    () => tar(index(), ...Array.from({ length: 600 }, (_, at) => ({ name: `f${at}`, body: '' }))),
    'more than 500 files',
  ],
  ['a large file', () => tar(index(), { name: 'big', body: Buffer.alloc(33 * 1024 * 1024) }), 'more than 33554432'],
  ['a bomb', async () => gzipSync(Buffer.alloc(160 * 1024 * 1024)), 'unpacks to more than'],
  ['an end too early', async () => (await whole()).subarray(0, 900), 'is cut or damaged'],
  [
    'a byte that was changed',
    async () => {
      const bytes = Buffer.from(await whole());
      bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 255;
      return bytes;
    },
    '--from',
  ],
  ['gzip and no archive', async () => gzipSync('hello'), '--from'],
  [
    'a bundle without a snapshot',
    async () => (await writeBundle(HEAD, [], [{ part: 'snapshot', what: 'x', why: 'no kubeconfig' }])).archive,
    'a support bundle without a snapshot: no kubeconfig',
  ],
])('an archive with %s is refused, and nothing is written', async (_what, archive, says) => {
  const home = await temporaryFolder();
  const cwd = await temporaryFolder();
  await writeFile(join(cwd, 'b.tar.gz'), await archive());
  const { exit, stdout, stderr } = await runClient(['diagnose', '--from', 'b.tar.gz'], { home, cwd });
  expect([exit, stdout, stderr]).toEqual([2, '', expect.stringContaining(says)]);
  expect(stderr).not.toContain('defect');
  // oxlint-disable-next-line no-control-regex
  expect(stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  expect([await readdir(cwd), await readdir(home)]).toEqual([['b.tar.gz'], []]);
});

test('a bundle is read from a file and from standard input alike', async () => {
  const cwd = await temporaryFolder();
  await writeFile(join(cwd, 'b.tar.gz'), await whole());
  const file = await runClient(['diagnose', '--from', 'b.tar.gz', '-o', 'json'], { cwd });
  const stdin = await runClient(['diagnose', '--from', '-', '-o', 'json'], {
    stdin: await readFile(join(cwd, 'b.tar.gz')),
  });
  expect(file.exit).toBe(0);
  expect(stdin.stdout).toBe(file.stdout);
});

test.each([
  ['diagnose', '--from'],
  ['releases', 'validate'],
])('%s %s of a device or a silent pipe does not hang', async (...call) => {
  const cwd = await temporaryFolder();
  execFileSync('mkfifo', [join(cwd, 'pipe')]);
  const zero = await runClient([...call, '/dev/zero'], { cwd });
  expect([zero.exit, zero.stderr]).toEqual([2, expect.stringContaining('is neither a file nor a pipe')]);
  const stop = new AbortController();
  const silent = runClient([...call, 'pipe'], { cwd, signal: stop.signal });
  setTimeout(() => stop.abort(), 200);
  expect((await silent).exit).toBe(130);
});

const LEVELS = 20_000;
const nested = '{"apiVersion":"v1","kind":"List","items":['.repeat(LEVELS) + ']}'.repeat(LEVELS);
const nestedFile = { ...listed, bytes: nested.length, sha256: sha256(Buffer.from(nested)) };

test.each<[what: string, bytes: () => Promise<Buffer> | Buffer]>([
  ['lists in lists', () => Buffer.from(nested)],
  [
    'objects in a snapshot',
    () => Buffer.from(`{"kind":"Snapshot","x":${'{"a":'.repeat(LEVELS)}1${'}'.repeat(LEVELS)}}`),
  ],
  ['a bundle with such a snapshot', () => tar(index({}, [nestedFile]), { name: 'snapshot.json', body: nested })],
  ['a bundle with such an index', () => tar({ name: 'index.json', body: nested })],
])('%s, nested without end, are a usage error', async (_what, bytes) => {
  const home = await temporaryFolder();
  await writeFile(join(home, 'deep'), await bytes());
  const { exit, stderr } = await runClient(['diagnose', '--from', 'deep'], { home, cwd: home });
  expect([exit, stderr]).toEqual([2, expect.stringContaining('nested more than 500 levels deep')]);
});

test('a site record nested without end is named, and no defect', async () => {
  const home = await temporaryFolder();
  await mkdir(join(home, 's'));
  await writeFile(join(home, 's', 'site.json'), nested);
  const { exit, stderr } = await runClient(['status', '--site', 's'], { home });
  expect([exit, stderr]).toEqual([
    2,
    expect.stringContaining(`${join(home, 's', 'site.json')} cannot be read (it is nested`),
  ]);
});
