import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { METADATA_ENCODING_KEY, ValueError } from '@temporalio/common';
import type { Payload, PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';

/** The package is CommonJS: Node finds no named export in it. */
const { Payload: PayloadMessage } = proto.temporal.api.common.v1;

const ENCODING = 'binary/encrypted';
const KEY_ID = 'encryption-key-id';
const ALGORITHM = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Takes a key of 32 bytes, gives the codec that encrypts every payload before it leaves for the Temporal server: the second
 * line behind the rule that no secret enters a workflow. Wire form: IV, authentication tag, ciphertext of the whole payload.
 * Decoding throws ValueError for a payload of another key, and passes on payloads that were never encrypted.
 */
export function encryptionCodec(key: Buffer): PayloadCodec {
  const keyId = createHash('sha256').update(key).digest('hex').slice(0, 16);
  return {
    encode: async (payloads) => payloads.map((payload) => encrypt(payload, key, keyId)),
    decode: async (payloads) => payloads.map((payload) => decrypt(payload, key, keyId)),
  };
}

function encrypt(payload: Payload, key: Buffer, keyId: string): Payload {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, iv);
  const plain = PayloadMessage.encode(payload).finish();
  const data = Buffer.concat([cipher.update(plain), cipher.final()]);
  return {
    metadata: { [METADATA_ENCODING_KEY]: Buffer.from(ENCODING), [KEY_ID]: Buffer.from(keyId) },
    data: Buffer.concat([iv, cipher.getAuthTag(), data]),
  };
}

function decrypt(payload: Payload, key: Buffer, keyId: string): Payload {
  if (text(payload.metadata?.[METADATA_ENCODING_KEY]) !== ENCODING) return payload;
  const wanted = text(payload.metadata?.[KEY_ID]);
  if (wanted !== keyId) {
    throw new ValueError(
      `a payload was encrypted with key ${wanted}, this machine has key ${keyId}: copy payload.key from the machine that began the install`,
    );
  }
  const data = Buffer.from(payload.data ?? new Uint8Array());
  const decipher = createDecipheriv(ALGORITHM, key, data.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAuthTag(data.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  const plain = Buffer.concat([decipher.update(data.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
  return PayloadMessage.decode(plain);
}

function text(bytes: Uint8Array | null | undefined): string {
  return Buffer.from(bytes ?? []).toString('utf8');
}
