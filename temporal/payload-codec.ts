import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { METADATA_ENCODING_KEY } from '@temporalio/common';
import type { Payload } from '@temporalio/common';
import proto from '@temporalio/proto';
import { refusedValue } from '../model/refused.ts';

/** The package is CommonJS: Node finds no named exports in it. */
const { Payload: PayloadMessage } = proto.temporal.api.common.v1;

/** The form of a payload: bound to its place, as clients up to 0.1.0 wrote it, or not written by our client. */
export type PayloadForm = 'bound' | 'legacy' | 'plain';

const ENCODINGS = { bound: 'binary/appliance-2', legacy: 'binary/encrypted' } as const;
const KEY_ID = { bound: 'key', legacy: 'encryption-key-id' } as const;
/** In clear for reading by hand; client and worker know the place and do not use this. */
const PLACE = 'place';
const ALGORITHM = 'aes-256-gcm';
export const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
/** The progress, which every change writes again, compresses to a fifth of its size; below this size compression gains nothing. */
const COMPRESSED_FROM_BYTES = 256;
/** The server accepts no payload above 2 MB. */
const LARGEST_BYTES = 16 * 1024 * 1024;
const PLAIN = 0;
const COMPRESSED = 1;

/** A key is named by its own digest. */
export function keyIdOf(key: Buffer): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 16);
}

export function formOf({ metadata }: Payload): PayloadForm {
  const encoding = text(metadata?.[METADATA_ENCODING_KEY]);
  if (encoding === ENCODINGS.bound) return 'bound';
  return encoding === ENCODINGS.legacy ? 'legacy' : 'plain';
}

/** The key that an encrypted payload names. */
export function keyIdIn(payload: Payload): string {
  const form = formOf(payload);
  return form === 'plain' ? '' : text(payload.metadata?.[KEY_ID[form]]);
}

/** The place that a payload claims: it is true if the payload can be decrypted with it. */
export function placeIn({ metadata }: Payload): string {
  return text(metadata?.[PLACE]);
}

/**
 * Encrypts a payload for one place: it can be decrypted with the same key at the same place only. Wire form: IV, authentication tag,
 * ciphertext of the compression flag (one byte) and the whole payload.
 */
export function seal(payload: Payload, key: Buffer, place: string): Payload {
  const plain = PayloadMessage.encode(payload).finish();
  const packed =
    plain.length < COMPRESSED_FROM_BYTES
      ? Buffer.concat([Buffer.from([PLAIN]), plain])
      : Buffer.concat([Buffer.from([COMPRESSED]), deflateRawSync(plain)]);
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, iv).setAAD(authenticated(place));
  const data = Buffer.concat([cipher.update(packed), cipher.final()]);
  return {
    metadata: {
      [METADATA_ENCODING_KEY]: Buffer.from(ENCODINGS.bound),
      [KEY_ID.bound]: Buffer.from(keyIdOf(key)),
      [PLACE]: Buffer.from(place),
    },
    data: Buffer.concat([iv, cipher.getAuthTag(), data]),
  };
}

/** The payload, or null if it is damaged or belongs to another place. Never throws. */
export function open(payload: Payload, key: Buffer, place: string): Payload | null {
  return decrypted(payload, key, authenticated(place), (packed) => {
    const content = packed.subarray(1);
    if (packed[0] === PLAIN) return content;
    return packed[0] === COMPRESSED ? inflateRawSync(content, { maxOutputLength: LARGEST_BYTES }) : null;
  });
}

/** As clients up to 0.1.0 wrote: the key decrypts it at any place. */
export function sealLegacy(payload: Payload, key: Buffer): Payload {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, iv);
  const data = Buffer.concat([cipher.update(PayloadMessage.encode(payload).finish()), cipher.final()]);
  return {
    metadata: {
      [METADATA_ENCODING_KEY]: Buffer.from(ENCODINGS.legacy),
      [KEY_ID.legacy]: Buffer.from(keyIdOf(key)),
    },
    data: Buffer.concat([iv, cipher.getAuthTag(), data]),
  };
}

/** The payload, or null if it is damaged. Never throws. */
export function openLegacy(payload: Payload, key: Buffer): Payload | null {
  return decrypted(payload, key, null, (content) => content);
}

/** The replacement for a payload that is not ours. */
export function refusedPayload(why: string): Payload {
  return {
    metadata: { [METADATA_ENCODING_KEY]: Buffer.from('json/plain') },
    data: Buffer.from(JSON.stringify(refusedValue(why))),
  };
}

function decrypted(
  payload: Payload,
  key: Buffer,
  bound: Buffer | null,
  unpacked: (content: Buffer) => Buffer | null,
): Payload | null {
  try {
    const data = Buffer.from(payload.data ?? new Uint8Array());
    const decipher = createDecipheriv(ALGORITHM, key, data.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
    if (bound !== null) decipher.setAAD(bound);
    decipher.setAuthTag(data.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
    const content = unpacked(Buffer.concat([decipher.update(data.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]));
    return content && PayloadMessage.decode(content);
  } catch {
    return null;
  }
}

function authenticated(place: string): Buffer {
  return Buffer.from(JSON.stringify([ENCODINGS.bound, place]));
}

function text(bytes: Uint8Array | null | undefined): string {
  return Buffer.from(bytes ?? []).toString('utf8');
}
