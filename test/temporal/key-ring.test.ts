import { randomBytes } from 'node:crypto';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Payload, SerializationContext } from '@temporalio/common';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { whyRefused } from '../../model/refused.ts';
import { LEGACY_WORKFLOWS } from '../../model/records.ts';
import { SITE_RECORD } from '../../model/site.ts';
import { documentText } from '../../model/documents.ts';
import { installWorkflowId } from '../../model/workflow-contract.ts';
import { readStored } from '../../site-folder/documents.ts';
import { siteFolder } from '../../site-folder/index.ts';
import { ensureKeyRing, forgetLostKeys, rotateKeyRing, siteKeyFault } from '../../temporal/key-ring.ts';
import { keyIdIn, keyIdOf, sealLegacy } from '../../temporal/payload-codec.ts';
import { serverFolder } from '../../temporal/server-state.ts';
import { siteCodec } from '../../temporal/site-codec.ts';
import type { Side } from '../../temporal/site-codec.ts';
import { temporaryFolder } from '../client/support/run-client.ts';
import { sealedSite } from '../support/sealed-site.ts';
import { keptOrder } from '../support/orders.ts';
import { testSpec } from '../support/spec.ts';

const NAMESPACE = 'default';
const inWorkflow = (workflowId: string): SerializationContext => ({
  type: 'workflow',
  namespace: NAMESPACE,
  workflowId,
});
const json = (value: unknown): Payload => ({
  metadata: { encoding: Buffer.from('json/plain') },
  data: Buffer.from(JSON.stringify(value)),
});
const valueOf = (payload: Payload | undefined): unknown =>
  JSON.parse(Buffer.from(payload?.data ?? []).toString('utf8'));
const recorded = async (home: string, siteId: string) =>
  (await readStored(siteFolder(home, siteId), 'site.json', SITE_RECORD))?.payloadKeys;

describe('the keys of a site', () => {
  test('are made once, however many ask at the same time, and for nobody else to read', async () => {
    const home = await temporaryFolder();
    await keptOrder(siteFolder(home, 'office'), testSpec({ siteId: 'office' }));
    const rings = await Promise.all([1, 2, 3, 4, 5].map(() => ensureKeyRing(home, 'office')));
    expect(new Set(rings.map(({ ids }) => ids.join())).size).toBe(1);
    expect(await recorded(home, 'office')).toEqual(rings[0]?.ids);
    expect((await stat(join(home, 'office/payload-keys.json'))).mode & 0o777).toBe(0o600);
  });

  test('that were written before a death kept the record from naming them are taken up', async () => {
    const home = await temporaryFolder();
    const { ids } = await ensureKeyRing(home, 'office');
    await keptOrder(siteFolder(home, 'office'), testSpec({ siteId: 'office' }));
    expect(await recorded(home, 'office')).toBeUndefined();
    expect((await ensureKeyRing(home, 'office')).ids).toEqual(ids);
    expect(await recorded(home, 'office')).toEqual(ids);
  });

  test('are not made anew where the record names some that are gone, damaged or others', async () => {
    const home = await temporaryFolder();
    await sealedSite(home, 'office');
    await sealedSite(home, 'other');
    const file = join(home, 'office/payload-keys.json');
    const [id] = (await recorded(home, 'office')) ?? [];
    const text = await readFile(file, 'utf8');
    const other = await readFile(join(home, 'other/payload-keys.json'), 'utf8');
    for (const spoiled of [null, '', other, text.replace(/"key": "../, '"key": "00')]) {
      if (spoiled === null) await rm(file);
      else await writeFile(file, spoiled);
      const fault = await siteKeyFault(home, 'office');
      expect(fault?.message).toContain(file);
      expect(fault?.message).toContain('appliance-client cancel');
      if (spoiled === null || spoiled === other) expect(fault?.message).toContain(id);
      await expect(ensureKeyRing(home, 'office')).rejects.toThrow('cannot be read');
      await expect(rotateKeyRing(home, 'office')).rejects.toThrow('cannot be read');
      expect(await readFile(file, 'utf8').catch(() => null)).toBe(spoiled);
    }
    await writeFile(file, text);
    expect(await siteKeyFault(home, 'office')).toBeNull();
    await writeFile(file, '{');
    await forgetLostKeys(home, 'office');
    expect(await readFile(`${file}.unreadable`, 'utf8')).toBe('{');
    expect((await ensureKeyRing(home, 'office')).ids).not.toContain(id);
  });

  test('rotate: the new one encrypts, in a process that runs too, and the old one decrypts', async () => {
    const home = await temporaryFolder();
    const { workflowId } = await sealedSite(home, 'office');
    const [client, worker] = [
      siteCodec({ home, environment: {}, side: 'client' }),
      siteCodec({ home, environment: {}, side: 'worker' }),
    ];
    const context = inWorkflow(workflowId);
    const before = await client.encode([json('before')], context);
    await worker.decode(before, context);
    const rotated = await Promise.all([rotateKeyRing(home, 'office'), rotateKeyRing(home, 'office')]);
    expect(await recorded(home, 'office')).toHaveLength(3);
    const after = await worker.encode([json('after')], context);
    expect(rotated.map(({ id }) => id)).toContain(keyIdIn(after[0] ?? {}));
    expect((await client.decode([...before, ...after], context)).map(valueOf)).toEqual(['before', 'after']);
  });
});

describe('a codec', () => {
  test('refuses a payload whose bits were turned, wherever, and never throws', async () => {
    const home = await temporaryFolder();
    const { workflowId } = await sealedSite(home, 'office');
    const codec = siteCodec({ home, environment: {}, side: 'worker' });
    const context = inWorkflow(workflowId);
    const [sealed = {}] = await codec.encode([json({ order: 'x' })], context);
    const parts: [string | null, Buffer][] = [
      [null, Buffer.from(sealed.data ?? [])],
      ...Object.entries(sealed.metadata ?? {}).map(([key, bytes]): [string, Buffer] => [key, Buffer.from(bytes)]),
    ];
    const counted = parts.filter(([key]) => key !== 'place');
    await fc.assert(
      fc.asyncProperty(fc.nat(counted.length - 1), fc.nat(), async (index, at) => {
        const [key, bytes] = counted[index] ?? [null, Buffer.alloc(1)];
        const changed = Buffer.from(bytes);
        const bit = at % (changed.length * 8);
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const given =
          key === null ? { ...sealed, data: changed } : { ...sealed, metadata: { ...sealed.metadata, [key]: changed } };
        const [read] = await codec.decode([given], context);
        expect(whyRefused(valueOf(read))).not.toBeNull();
      }),
      { seed: 20_261_130, numRuns: 400 },
    );
  });

  test('tells a lost key and a site that is elsewhere from what is not ours', async () => {
    const home = await temporaryFolder();
    const { workflowId } = await sealedSite(home, 'office');
    const context = inWorkflow(workflowId);
    const [sealed = {}] = await siteCodec({ home, environment: {}, side: 'client' }).encode([json('x')], context);
    const worker = () => siteCodec({ home, environment: {}, side: 'worker' });
    await rm(join(home, 'office/payload-keys.json'));
    await expect(worker().decode([sealed], context)).rejects.toThrow('payload-keys.json does not exist');
    await expect(worker().encode([json('x')], context)).rejects.toThrow('payload-keys.json does not exist');
    // Not even then does an activity, or what has no place, take the worker down with it.
    const activity = { ...context, type: 'activity', activityId: '1', isLocal: false } as const;
    for (const place of [activity, undefined])
      expect(whyRefused(valueOf((await worker().encode([json('x')], place))[0]))).not.toBeNull();
    expect(whyRefused(valueOf((await worker().decode([json('x')], context))[0]))).toBe('it is not encrypted');
    await rm(join(home, 'office'), { recursive: true });
    await expect(worker().decode([sealed], context)).rejects.toMatchObject({ name: 'NotHereError' });
    expect(whyRefused(valueOf((await worker().decode([sealed], inWorkflow('somebody/else')))[0]))).not.toBeNull();
  });

  test.each<[string, Side, boolean, boolean]>([
    ['ran when this client came', 'worker', true, true],
    ['ran when this client came', 'client', true, true],
    ['had ended by then', 'worker', false, false],
    ['had ended by then', 'client', false, true],
  ])('of a workflow of a client up to 0.1.0 that %s, as a %s', async (_, side, isOpen, isRead) => {
    const home = await temporaryFolder();
    await keptOrder(siteFolder(home, 'office'), testSpec({ siteId: 'office' }));
    const key = randomBytes(32);
    await writeFile(join(home, 'payload.key'), `${key.toString('hex')}\n`);
    const [known, unknown] = [installWorkflowId('office'), `${installWorkflowId('office')}-2`];
    const document = { servers: ['local'], workflows: [{ workflowId: known, isOpen }], keyId: keyIdOf(key) };
    await serverFolder(home).write('legacy-workflows.json', documentText(LEGACY_WORKFLOWS, document));
    const codec = siteCodec({ home, environment: {}, side });
    const old = sealLegacy(json('old'), key);
    const read = async (payload: Payload, workflowId: string) => {
      const value = valueOf((await codec.decode([payload], inWorkflow(workflowId)))[0]);
      return whyRefused(value) === null ? value : null;
    };
    expect(await read(old, known)).toBe(isRead ? 'old' : null);
    expect(await read(json('plain'), known)).toBe(isOpen ? 'plain' : null);
    expect(await read(sealLegacy(json('old'), randomBytes(32)), known)).toBeNull();
    expect(await read(old, unknown)).toBeNull();
    expect(await read(json('plain'), unknown)).toBeNull();
  });
});
