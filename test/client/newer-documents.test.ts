import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { parseProgress } from '../../client/install/view.ts';
import { UserError } from '../../client/terminal/failure.ts';
import { heartbeatDetail } from '../../model/progress.ts';
import type { InstallProgress } from '../../model/progress.ts';
import { recordedServer } from '../../temporal/server-state.ts';
import { runningWorker } from '../../worker/index.ts';
import { PAST, pastDocument } from '../past/fixtures.ts';
import { runClient, temporaryFolder } from './support/run-client.ts';
import { running, scriptedInstalls } from './support/scripted-installs.ts';

const memos = z.record(z.string(), z.object({ progress: z.record(z.string(), z.unknown()) }));
const asWritten = memos.parse(await pastDocument('progress-memo.json'));
const HEARTBEAT = {
  wait: { what: 'Talos', saw: 'no answer', since: '2026-05-01T12:00:00Z', seenAt: '2026-05-01T12:00:05Z' },
  activeOperations: [
    {
      kind: 'image-pull',
      component: 'alga-core',
      tier: 'core',
      object: 'pod/alga-core',
      image: 'alga:1',
      startedAt: null,
      elapsedSeconds: 3,
      sizeBytes: null,
      progressAvailable: false,
      progressReason: 'none',
      message: 'Pulling',
    },
  ],
};

/** Fields with a word of a list; `state: done` of a phase and of the whole are both such. */
const WORDS = ['code', 'tier', 'layer', 'severity', 'retry', 'state', 'status', 'kind', 'id', 'phase', 'mode', 'wipe'];
const CHECK_WORDS = ['result', 'group'];

/** Every object of a document, itself included, but for those whose keys are names. */
function objectsOf(value: unknown): Record<string, unknown>[] {
  if (Array.isArray(value)) return value.flatMap(objectsOf);
  const object = z.record(z.string(), z.unknown()).safeParse(value);
  return object.success && value !== null
    ? [value as Record<string, unknown>, ...Object.values(object.data).flatMap(objectsOf)]
    : [];
}

/** A document as a newer client may write it: with a field more here and there, and other words in its lists. */
function newer(document: object): fc.Arbitrary<Record<string, unknown>> {
  const places = objectsOf(document).length;
  const change = fc.record({
    place: fc.nat({ max: places - 1 }),
    field: fc.constantFrom('foreseen', 'quota', ...WORDS, ...CHECK_WORDS),
    word: fc.stringMatching(/^[a-z][a-z-]{1,30}$/),
  });
  return fc.array(change, { minLength: 1, maxLength: 12 }).map((changes) => {
    const copy = z.record(z.string(), z.unknown()).parse(structuredClone(document));
    const objects = objectsOf(copy);
    for (const { place, field, word } of changes) {
      const object = objects[place];
      if (!object || (place === 0 && field === 'kind')) continue;
      if (typeof object[field] === 'string') object[field] = word;
      else if (!(field in object)) object[`x-${field}`] = { [word]: [word] };
    }
    return copy;
  });
}

async function siteOffice(): Promise<string> {
  const home = await temporaryFolder();
  await mkdir(join(home, 'office'));
  await copyFile(join(PAST, 'site.office.json'), join(home, 'office', 'site.json'));
  return home;
}

async function show(progress: InstallProgress, ...argv: string[]) {
  const { services } = scriptedInstalls({ scenes: [{ at: 0, view: running(progress) }] });
  return runClient(argv, { home: await siteOffice(), services });
}

test('progress with fields and words of a newer client is read, and shown by status and resume', async () => {
  const documents = Object.values(asWritten).map(({ progress }) => progress);
  await fc.assert(
    fc.asyncProperty(fc.oneof(...documents.map(newer)), async (document) => {
      const progress = parseProgress(document);
      // Nothing is lost on the way: whoever carries it on carries what it does not know.
      expect(progress).toEqual(document);
      const json = await show(progress, 'status', '-o', 'json');
      expect([0, 4]).toContain(json.exit);
      const table = await show(progress, 'status');
      expect([0, 4], table.stderr).toContain(table.exit);
      const followed = await show(progress, 'resume', '--timeout', '3s');
      expect(followed.stderr).not.toContain('defect');
      expect([0, 5, 130], followed.stderr).toContain(followed.exit);
    }),
    { numRuns: 60, seed: 20_260_501 },
  );
}, 60_000);

test('a word that nobody knows here is shown as it is written', async () => {
  const { parked } = asWritten;
  const document = structuredClone(parked?.progress ?? {});
  const words = JSON.parse(
    JSON.stringify(document)
      .replaceAll('"state":"parked"', '"state":"asleep"')
      .replaceAll('"state":"blocked"', '"state":"snoring"')
      .replaceAll('"code":"dns-resolution-failure"', '"code":"node-in-space"'),
  );
  const { stdout, stderr } = await show(parseProgress(words), 'resume', '--timeout', '3s');
  for (const word of ['snoring', 'node-in-space']) expect(stdout + stderr).toContain(word);
});

test('heartbeats of a newer client are hints still', () => {
  fc.assert(
    fc.property(newer(HEARTBEAT), (document) => {
      expect(heartbeatDetail.parse(document)).toEqual(document);
    }),
    { seed: 20_260_501 },
  );
});

test('progress of a newer major version says so', () => {
  const read = () => parseProgress({ ...asWritten['parked']?.progress, apiVersion: 'appliance.alga-psa/v2' });
  expect(read).toThrow(UserError);
  expect(read).toThrow('written by a newer client (version 2): update appliance-client');
});

test.each([
  ['of a newer major version', '{"apiVersion":"appliance.alga-psa/v7"}', 'by a newer client (version 7): update'],
  ['that is empty', '', 'site.json cannot be read (it is empty, cut or not JSON)'],
  ['that is cut', '{"apiVersion":"appl', 'site.json cannot be read (it is empty, cut or not JSON)'],
])('a record %s is told as that', async (_, text, words) => {
  const home = await siteOffice();
  await writeFile(join(home, 'office', 'site.json'), text);
  const { exit, stderr } = await runClient(['status', '--site', 'office'], { home });
  expect(stderr).toContain(words);
  expect(exit).toBe(2);
});

test.each(['', '{"pid": 12'])('state files that hold "%s" are those of nobody', async (text) => {
  const home = await temporaryFolder();
  await mkdir(join(home, '.temporal'));
  for (const name of ['worker.json', 'server.json']) await writeFile(join(home, '.temporal', name), text);
  expect([await runningWorker(home), await recordedServer(home)]).toEqual([null, null]);
});
