import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formOf, keyIdIn, keyIdOf, open, openLegacy, seal, sealLegacy } from '../../temporal/payload-codec.ts';

const SEED = 20_261_130;
const PLACE = '["appliance-install/office","awaitCore-12"]';
const payload = fc.record({
  metadata: fc.dictionary(fc.string(), fc.uint8Array()),
  data: fc.oneof(fc.uint8Array(), fc.uint8Array({ minLength: 200, maxLength: 20_000 })),
});

test('what is sealed opens to the same at its place, and shows nothing of it on the way', () => {
  const key = randomBytes(32);
  fc.assert(
    fc.property(payload, (plain) => {
      const opened = open(seal(plain, key, PLACE), key, PLACE);
      expect(Buffer.from(opened?.data ?? [])).toEqual(Buffer.from(plain.data));
      expect(Object.keys(opened?.metadata ?? {}).toSorted()).toEqual(Object.keys(plain.metadata).toSorted());
    }),
    { seed: SEED },
  );
  const sealed = seal(
    { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from('canary-4711') },
    key,
    PLACE,
  );
  expect(Buffer.from(sealed.data ?? []).includes('canary-4711')).toBe(false);
  expect([formOf(sealed), keyIdIn(sealed)]).toEqual(['bound', keyIdOf(key)]);
});

test('it opens nowhere else, and with no other key', () => {
  const key = randomBytes(32);
  const sealed = seal({ data: Buffer.from('x') }, key, PLACE);
  expect(open(sealed, key, PLACE)).not.toBeNull();
  for (const place of ['', 'nowhere', '["appliance-install/office"]', '["appliance-install/office","awaitCore-13"]'])
    expect(open(sealed, key, place)).toBeNull();
  expect(open(sealed, randomBytes(32), PLACE)).toBeNull();
  expect(openLegacy(sealed, key)).toBeNull();
  expect(open(sealLegacy({ data: Buffer.from('x') }, key), key, PLACE)).toBeNull();
});

test.each(['bound', 'legacy'] as const)(
  'no bit of a %s one can be turned, and none cut off: it never throws',
  (form) => {
    const key = randomBytes(32);
    const plain = {
      metadata: { encoding: Buffer.from('json/plain') },
      data: Buffer.from(JSON.stringify({ a: 'b'.repeat(400) })),
    };
    const sealed = form === 'bound' ? seal(plain, key, PLACE) : sealLegacy(plain, key);
    const data = Buffer.from(sealed.data ?? []);
    const opened = (changed: Buffer) =>
      form === 'bound' ? open({ ...sealed, data: changed }, key, PLACE) : openLegacy({ ...sealed, data: changed }, key);
    expect(opened(data)).not.toBeNull();
    fc.assert(
      fc.property(fc.nat(data.length * 8 - 1), (bit) => {
        const changed = Buffer.from(data);
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(opened(changed)).toBeNull();
      }),
      { seed: SEED, numRuns: 500 },
    );
    fc.assert(
      fc.property(fc.nat(data.length - 1), fc.uint8Array(), (length, rest) => {
        expect(opened(data.subarray(0, length))).toBeNull();
        expect(opened(Buffer.from(rest))).toBeNull();
      }),
      { seed: SEED },
    );
  },
);
