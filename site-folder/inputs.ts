import { createHash } from 'node:crypto';
import type { InputsReference } from '../model/order.ts';
import { installed as installedOf } from '../model/release.ts';
import { readDocumentText } from '../model/documents.ts';
import { INSTALL_SPEC } from '../model/site.ts';
import type { InstallSpec } from '../model/site.ts';
import type { PrivateFolder } from './index.ts';

const FOLDER = 'inputs';

/** The file of inputs, relative to the site's folder. */
export function inputsFile(digest: string): string {
  return `${FOLDER}/${digest}.json`;
}

/** The digest under which inputs are stored. */
export function inputsDigestOf(spec: InstallSpec): string {
  return digestOf(textOf(spec));
}

/**
 * Writes the inputs under the digest of their text, unless they are already stored, and gives the digest. So the inputs of an install
 * are never overwritten: other inputs are another file.
 */
export async function keepInputs(folder: PrivateFolder, spec: InstallSpec): Promise<string> {
  const text = textOf(spec);
  const digest = digestOf(text);
  if ((await folder.read(inputsFile(digest))) !== text) await folder.write(inputsFile(digest), text);
  return digest;
}

/** `missing`: no such file. `changed`: its text has another digest. `unreadable`: a client that knows other inputs wrote it. */
export type InputsFault = 'missing' | 'changed' | 'unreadable';

export type KeptInputs = { readonly spec: InstallSpec } | { readonly fault: InputsFault; readonly detail: string };

/** Reads the inputs that a reference names; they are accepted only with that digest, and for that site. */
export async function readInputs(
  folder: PrivateFolder,
  { digest, siteId }: Pick<InputsReference, 'digest' | 'siteId'>,
): Promise<KeptInputs> {
  const path = folder.path(inputsFile(digest));
  const text = await folder.read(inputsFile(digest));
  if (text === null) return { fault: 'missing', detail: `${path} does not exist` };
  if (digestOf(text) !== digest) return { fault: 'changed', detail: `${path} was changed after it was written` };
  const read = readDocumentText(INSTALL_SPEC, text);
  if (!('value' in read)) {
    const what = 'fault' in read ? read.fault : `version ${read.newer}`;
    return { fault: 'unreadable', detail: `${path} was written by another version of appliance-client (${what})` };
  }
  const spec = read.value;
  if (spec.siteId !== siteId) return { fault: 'changed', detail: `${path} contains inputs of site ${spec.siteId}` };
  return { spec };
}

/**
 * The digest of what is installed, independent of how it was ordered and of the version of the spec's form. So the same inputs join an
 * install that an older client started, for every operator and order of keys, and on every machine that imported the same release.
 */
export function specDigest(spec: InstallSpec): string {
  return digestOf(canonical(installed(spec)));
}

/** The part of a spec that says what is installed. */
export function installed(spec: InstallSpec): unknown {
  const { specVersion: _version, checkout: _checkout, wipeConfirmed: _wipeConfirmed, ...rest } = spec;
  return { ...rest, release: installedOf(spec.release) };
}

function textOf(spec: InstallSpec): string {
  return `${canonical(spec)}\n`;
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** JSON with sorted keys and without undefined values, so that equal specs have equal texts. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const entries = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`);
  return `{${entries.join(',')}}`;
}
