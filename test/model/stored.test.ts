import { glob, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { documentText, readDocument, readDocumentText, whyUnread } from '../../model/documents.ts';
import type { DocumentForm } from '../../model/documents.ts';
import { SERVER, WORKER } from '../../model/records.ts';
import { SNAPSHOT } from '../../model/snapshot.ts';
import { STORED } from '../../model/stored.ts';
import { readStored } from '../../site-folder/documents.ts';
import { privateFolder } from '../../site-folder/index.ts';
import { recordedServer } from '../../temporal/server-state.ts';
import { runningWorker } from '../../worker/index.ts';
import { runClient, temporaryFolder } from '../client/support/run-client.ts';
import { pastDocument } from '../past/fixtures.ts';

const FIXTURES = join(import.meta.dirname, '../fixtures/documents');
const DOCUMENTS: [string, DocumentForm][] = Object.entries(STORED);

const fixture = async (name: string): Promise<string> => readFile(join(FIXTURES, `${name}.json`), 'utf8');

/** The text in its present version, but for the version itself. */
function asVersion({ mark }: DocumentForm, text: string, version: number): Record<string, unknown> {
  const said = mark === 'apiVersion' ? `appliance.alga-psa/v${version}` : version;
  return { ...(JSON.parse(text) as Record<string, unknown>), [mark]: said };
}

describe.each(DOCUMENTS)('%s', (where, form) => {
  test('has a document of each version among the fixtures, and each is read', async () => {
    const kept = (await readdir(FIXTURES)).filter((name) => name.startsWith(`${form.kind}.v`));
    expect(kept).toContain(`${form.kind}.v${form.version}.json`);
    for (const name of kept) {
      const read = readDocumentText(form, await readFile(join(FIXTURES, name), 'utf8'));
      expect(read, name).toHaveProperty('value');
    }
  });

  test('is written as it was read, and with its version', async () => {
    const text = await fixture(`${form.kind}.v${form.version}`);
    const read = readDocumentText(form, text);
    if (!('value' in read)) throw new Error(JSON.stringify(read));
    const written = documentText(form, read.value as object);
    expect(JSON.parse(written)).toEqual(JSON.parse(text));
    expect(readDocumentText(form, written)).toEqual(read);
  });

  test('is read as far as it is known where a newer client wrote fields beside', async () => {
    const [present, newer] = [await fixture(`${form.kind}.v${form.version}`), await fixture(`${form.kind}.newer`)];
    const read = readDocumentText(form, newer);
    const known = readDocumentText(form, present);
    if (!('value' in read && 'value' in known)) throw new Error(JSON.stringify(read));
    const { [form.mark]: _, ...rest } = known.value as Record<string, unknown>;
    expect(read.value).toMatchObject(rest);
  });

  test('of a newer version is refused with file, version and what to do, or is one that says so itself', async () => {
    const newer = asVersion(form, await fixture(`${form.kind}.v${form.version}`), form.version + 6);
    const read = readDocument(form, newer);
    if (form.newer === 'read') return expect(read).toHaveProperty('value');
    expect(read).toEqual({ newer: form.version + 6 });
    expect(whyUnread(form, { newer: form.version + 6 }, `/home/${where}`)).toBe(
      `/home/${where} was written by a newer client (version ${form.version + 6}): update appliance-client, or use the client that ` +
        `wrote it. This client reads ${form.kind} up to version ${form.version}.`,
    );
  });

  test('that is none is told with the name of its file', async () => {
    const folder = privateFolder(await temporaryFolder());
    for (const text of ['', '{"a', '[]', 'null', '"x"', '{}', '{"apiVersion": {}, "kind": 3}']) {
      await folder.write('some.json', text);
      await expect(readStored(folder, 'some.json', form)).rejects.toMatchObject({
        name: 'DocumentUnreadableError',
        message: expect.stringContaining(`${folder.path('some.json')} cannot be read (`),
      });
    }
  });

  test('is never read with a defect, whatever it holds', () => {
    const any = fc.oneof(
      fc.jsonValue(),
      fc.record({
        apiVersion: fc.jsonValue(),
        kind: fc.jsonValue(),
        [form.mark]: fc.oneof(fc.integer(), fc.jsonValue()),
      }),
    );
    fc.assert(
      fc.property(any, (found) => {
        const read = readDocument(form, found);
        expect(Object.keys(read)).toHaveLength(1);
      }),
      { numRuns: 200, seed: 20_261_130 },
    );
  });

  test('stands in the table of docs/contract.md with the version that is written today', async () => {
    const contract = await readFile(join(import.meta.dirname, '../../docs/contract.md'), 'utf8');
    const [, table = ''] = contract.split('\n## Documents that are kept\n');
    const row = table
      .split('\n')
      .find((line) => line.startsWith('|') && line.includes(` ${where.includes('`') ? where : `\`${where}\``} |`));
    expect(row, `a row for ${where}`).toBeDefined();
    expect(row?.split('|').map((cell) => cell.trim())).toContain(`${form.kind} ${form.version}`);
  });
});

test.each([
  ['handover.json', 'handover.json'],
  ['simulation.json', 'simulation.json'],
  ['worker.json', '.temporal/worker.json'],
  ['server.json', '.temporal/server.json'],
  ['site.parked.json', 'site.json'],
  ['report.json', 'install-report.json'],
  ['snapshot.json', 'snapshot.json'],
] as const)('%s of a client up to 0.1.0 is read', async (name, where) => {
  const form: DocumentForm = STORED[where];
  const found = await pastDocument(name);
  const read = readDocument(form, found);
  expect(read).toMatchObject({ value: name === 'site.parked.json' ? { spec: { specVersion: 2 } } : (found as object) });
});

test('a document of another kind is not taken for this one', async () => {
  const text = await fixture(`${SERVER.kind}.v1`);
  expect(readDocumentText(WORKER, text)).toEqual({
    fault: 'kind: expected Worker, found Server',
  });
});

test.each([
  ['worker.json', WORKER],
  ['server.json', SERVER],
] as const)('%s of a newer client is told as that by the client, and left alone', async (name, form) => {
  const home = await temporaryFolder();
  const file = join(home, '.temporal', name);
  await mkdir(dirname(file));
  const text = JSON.stringify(asVersion(form, await fixture(`${form.kind}.v1`), 2));
  await writeFile(file, text);
  const services = { runningWorker, runningServer: recordedServer };
  const { exit, stderr } = await runClient(['worker', 'status'], { home, services });
  expect(stderr).toContain(`${file} was written by a newer client (version 2): update appliance-client`);
  expect(stderr).not.toContain('defect');
  expect([exit, await readFile(file, 'utf8')]).toEqual([2, text]);
});

test.each(['worker.json', 'server.json'])('a folder in the place of %s is told as that', async (name) => {
  const home = await temporaryFolder();
  const file = join(home, '.temporal', name);
  await mkdir(file, { recursive: true });
  const services = { runningWorker, runningServer: recordedServer };
  const { exit, stderr } = await runClient(['worker', 'status'], { home, services });
  expect(stderr).toContain(`${file} is a folder, but must be a file: move it away.`);
  expect([exit, stderr.includes('defect')]).toEqual([2, false]);
});

test('a snapshot of a newer client is told as that', async () => {
  const home = await temporaryFolder();
  await writeFile(join(home, 'snapshot.json'), JSON.stringify(asVersion(SNAPSHOT, await fixture('Snapshot.v1'), 2)));
  const { exit, stderr } = await runClient(['diagnose', '--from', 'snapshot.json'], { home });
  expect(stderr).toContain('--from snapshot.json was written by a newer client (version 2): update appliance-client');
  expect(exit).toBe(2);
});

/** Files that make JSON and write files, and why what they write has no form in model/stored.ts. */
const OTHERS: Readonly<Record<string, string>> = {
  'client/commands/diagnose.ts': 'a snapshot without its secrets, which says its version itself',
  'client/commands/releases-import.ts':
    'a release manifest: people write such files too, and they are checked strictly',
  'client/inputs/administrator.ts': 'the keys of a Secret of the vendor; a person may write it',
  'simulation/world/state-file.ts': 'a whole simulated world, whose version stands in it as `format`',
  'site-folder/inputs.ts': 'a spec as text that has one digest whoever writes it; it says its version itself',
  'system/lock.ts': 'lives as long as its process',
  'temporal/codec-server.ts': 'a token of one line, which lives as long as its process',
};

test('whoever writes a document of ours writes it by its form, and with that its version', async () => {
  const rooms = [
    'activities',
    'administration',
    'client',
    'observation',
    'redaction',
    'registry',
    'simulation',
    'site-folder',
  ];
  const writers: string[] = [];
  for await (const file of glob(
    `{${[...rooms, 'status-service', 'system', 'temporal', 'worker'].join(',')}}/**/*.ts`,
  )) {
    const text = await readFile(file, 'utf8');
    if (
      /JSON\.stringify\(/.test(text) &&
      /\b(folder\S*\.write|createOnce|writeWhole(Sync)?|writeFile(Sync)?)\(/.test(text)
    )
      writers.push(file);
  }
  expect(writers.toSorted()).toEqual(Object.keys(OTHERS).toSorted());
});
