import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encryptionCodec } from '../../temporal/payload-codec.ts';

const payloads = fc.array(fc.record({ metadata: fc.dictionary(fc.string(), fc.uint8Array()), data: fc.uint8Array() }), {
  maxLength: 5,
});

test('what is encoded is decoded to the same, and shows nothing of it on the way', async () => {
  const codec = encryptionCodec(randomBytes(32));
  await fc.assert(
    fc.asyncProperty(payloads, async (plain) => {
      const decoded = await codec.decode(await codec.encode(plain));
      expect(decoded.map((payload) => Buffer.from(payload.data ?? []))).toEqual(
        plain.map((payload) => Buffer.from(payload.data)),
      );
    }),
  );
  const [encrypted] = await codec.encode([
    { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from('canary-4711') },
  ]);
  expect(Buffer.from(encrypted?.data ?? []).includes('canary-4711')).toBe(false);
});

test('a payload of another key is refused, and the answer says which file is missing', async () => {
  const [foreign = {}] = await encryptionCodec(randomBytes(32)).encode([{ data: Buffer.from('x') }]);
  await expect(encryptionCodec(randomBytes(32)).decode([foreign])).rejects.toThrow(
    /payload\.key from the machine that began/,
  );
});

test('a payload that was changed on the way is refused', async () => {
  const codec = encryptionCodec(randomBytes(32));
  const [payload = {}] = await codec.encode([{ data: Buffer.from('x') }]);
  const data = Buffer.from(payload.data ?? []);
  data[data.length - 1] = (data.at(-1) ?? 0) ^ 1;
  await expect(codec.decode([{ ...payload, data }])).rejects.toThrow();
});

test('a payload that was never encrypted passes', async () => {
  const plain = { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from('1') };
  expect(await encryptionCodec(randomBytes(32)).decode([plain])).toEqual([plain]);
});
