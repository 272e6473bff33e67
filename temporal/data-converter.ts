import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { DataConverter, PayloadCodec } from '@temporalio/common';
import { privateFolder } from '../site-folder/index.ts';
import { codeFile } from '../system/code-files.ts';
import { encryptionCodec } from './payload-codec.ts';

const KEY_FILE = 'payload.key';
const KEY_BYTES = 32;

/**
 * Takes the folder of all sites, gives the data converter of client and worker: payloads and failure texts are encrypted with
 * the key in `payload.key` there, which is made once (or with the file that APPLIANCE_PAYLOAD_KEY_FILE names, where several
 * machines share a Temporal cluster). Throws when the key is not 64 hexadecimal digits.
 */
export async function dataConverter(home: string, environment: NodeJS.ProcessEnv): Promise<DataConverter> {
  return {
    failureConverterPath: codeFile('temporal/failure-converter'),
    payloadCodecs: [encryptionCodec(await loadKey(home, environment['APPLIANCE_PAYLOAD_KEY_FILE']))],
  };
}

/** Gives the codec of payloads alone, with a key that is there: to read, none is made. Throws where there is none. */
export async function payloadCodec(home: string, environment: NodeJS.ProcessEnv): Promise<PayloadCodec> {
  const named = environment['APPLIANCE_PAYLOAD_KEY_FILE'];
  const folder = privateFolder(home);
  if (!named && !(await folder.exists(KEY_FILE)))
    throw new Error(`${folder.path(KEY_FILE)} is missing: nothing was encrypted here yet`);
  return encryptionCodec(await loadKey(home, named));
}

async function loadKey(home: string, named: string | undefined): Promise<Buffer> {
  const folder = privateFolder(home);
  if (!named && !(await folder.exists(KEY_FILE))) {
    await folder.createOnce(KEY_FILE, `${randomBytes(KEY_BYTES).toString('hex')}\n`);
  }
  const path = named ?? folder.path(KEY_FILE);
  const key = Buffer.from((await readFile(path, 'utf8')).trim(), 'hex');
  if (key.length !== KEY_BYTES) throw new Error(`${path} does not hold a key of 64 hexadecimal digits`);
  return key;
}
