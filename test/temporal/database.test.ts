import { mkdir, readFile, readdir, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { privateFolder } from '../../site-folder/index.ts';
import { prepareDatabase } from '../../temporal/database.ts';
import { temporaryFolder } from '../client/support/run-client.ts';
import { PAST } from '../past/fixtures.ts';

const VERSION = 'server 1.29.1';
const DAY_MS = 24 * 60 * 60_000;

/** The folder of the server of a client up to 0.1.0, whose power went. */
async function pastFolder() {
  const at = await temporaryFolder();
  await execa('tar', ['-xzf', join(PAST, 'home-real.tar.gz'), '-C', at]);
  const folder = privateFolder(join(at, 'appliance-home', '.temporal'));
  const said: string[] = [];
  const prepare = (now = new Date()) =>
    prepareDatabase(folder, { version: VERSION, now, onProgress: (line) => said.push(line) });
  return { folder, said, prepare, file: folder.path('temporal.db') };
}

const namespaces = (file: string): unknown[] => {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return database
      .prepare('SELECT name FROM namespaces ORDER BY name')
      .all()
      .map(({ name }) => name);
  } finally {
    database.close();
  }
};

test('a database of start-dev is copied once, taken over as it is, and told', async () => {
  const { folder, file, said, prepare } = await pastFolder();
  const before = await readFile(file);
  expect(await prepare()).toBe(true);
  expect(said.join()).toContain(`kept for 30 days: ${file}.before-1.5.1`);
  expect((await readFile(file)).equals(before)).toBe(true);
  expect(await folder.read('temporal.db.version')).toBe(`${VERSION}\n`);
  const copy = `${file}.before-1.5.1`;
  expect(namespaces(copy)).toEqual(['appliance', 'default', 'temporal-system']);
  expect(((await stat(copy)).mode & 0o777).toString(8)).toBe('600');
  expect(await folder.list()).not.toContain('temporal.db.before-1.5.1.unfinished');

  await prepare(new Date(Date.now() + 29 * DAY_MS));
  expect([said.length, await folder.exists('temporal.db.before-1.5.1')]).toEqual([1, true]);
  await prepare(new Date(Date.now() + 31 * DAY_MS));
  expect(await folder.exists('temporal.db.before-1.5.1')).toBe(false);
});

test('a copy that is there is not overwritten by a second try', async () => {
  const { folder, prepare } = await pastFolder();
  await folder.write('temporal.db.before-1.5.1', 'the first');
  await prepare();
  expect(await folder.read('temporal.db.before-1.5.1')).toBe('the first');
});

const OVERWRITE = Buffer.alloc(8192, 7);

test.each([
  ['garbage', (file: string) => writeFile(file, OVERWRITE), 'file is not a database'],
  ['cut off', (file: string) => truncate(file, 100_000), 'malformed'],
  ['empty', (file: string) => truncate(file, 0), 'it is empty'],
  [
    'written over in its middle',
    async (file: string) => {
      const whole = await readFile(file);
      OVERWRITE.copy(whole, 40_960);
      await writeFile(file, whole);
    },
    'is damaged',
  ],
])('one that is %s is told with what is lost and the way out, and is left alone', async (_what, spoil, why) => {
  const { file, folder, prepare } = await pastFolder();
  await spoil(file);
  const before = [await readFile(file), await folder.list()];
  const failure = await prepare().catch((error: unknown) => error);
  expect(String(failure)).toContain(why);
  expect(String(failure)).toMatch(
    /Nothing was changed\.\nTo continue without it: `mv \S*temporal\.db \S*temporal\.db\.damaged`/,
  );
  expect(String(failure)).toContain('the appliances themselves are not touched');
  expect(failure).toMatchObject({ name: 'TemporalUnavailableError' });
  expect([await readFile(file), await folder.list()]).toEqual(before);
});

test('one that another program holds is told as that within seconds', async () => {
  const { file, prepare } = await pastFolder();
  const holder = new DatabaseSync(file);
  onTestFinished(() => holder.close());
  holder.exec('BEGIN EXCLUSIVE');
  await expect(prepare()).rejects.toThrow(`${file}, is locked by another program. Nothing was changed.`);
});

test('one of a version with other tables is told with both versions, and left alone', async () => {
  const { file, folder, prepare } = await pastFolder();
  const database = new DatabaseSync(file);
  database.exec('DROP TABLE nexus_endpoints');
  database.close();
  await folder.write('temporal.db.version', '1.1.2\n');
  await expect(prepare()).rejects.toThrow(
    /was created by Temporal 1\.1\.2, whose tables.*server 1\.29\.1.*started them/s,
  );
  expect(await folder.read('temporal.db.version')).toBe('1.1.2\n');
});

test('what a server leaves that died before it ever came up is made anew, and nothing else is', async () => {
  const folder = privateFolder(join(await temporaryFolder(), '.temporal'));
  const prepare = () => prepareDatabase(folder, { version: VERSION, now: new Date(), onProgress: () => {} });
  await mkdir(folder.root);
  expect(await prepare()).toBe(false);
  const file = folder.path('temporal.db');
  for (const tables of ['', 'CREATE TABLE namespaces (id TEXT)']) {
    const database = new DatabaseSync(file);
    database.exec(tables);
    database.close();
    await writeFile(file, '', { flag: 'a' });
    expect(await prepare()).toBe(false);
    expect(await readdir(folder.root)).not.toContain('temporal.db');
  }
  const used = new DatabaseSync(file);
  used.exec("CREATE TABLE namespaces (id TEXT); INSERT INTO namespaces VALUES ('mine')");
  used.close();
  await expect(prepare()).rejects.toThrow('was created by Temporal an unknown version');
});

test('the journal of a database that is gone is not played into the next one', async () => {
  const { folder, file, prepare } = await pastFolder();
  await folder.write('temporal.db-journal', 'of another');
  await folder.remove('temporal.db');
  expect(await prepare()).toBe(false);
  expect(await readdir(folder.root)).not.toContain('temporal.db-journal');
  await expect(stat(file)).rejects.toThrow('ENOENT');
});
