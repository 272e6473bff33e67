import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { fetch } from 'undici';
import { writeWhole } from '../../system/write-file.ts';
import type { ReleaseManifest } from '../../model/release.ts';
import { cacheRoot } from '../../tools/cache.ts';
import { ManifestsError } from '../ports/manifests.ts';
import { isUnresolved, wordsOf } from './network-error.ts';

const DOWNLOAD_TIMEOUT_MS = 120_000;
const COMMAND_TIMEOUT_MS = 60_000;

export interface FoundManifests {
  readonly text: string;
  /** Where it is from, for people. */
  readonly from: string;
}

/**
 * The first that is available: the operator's file, the cache, the official download (kept in the cache), `flux
 * install --export` if flux is on the PATH. Manifests without the release's digest are refused. What flux itself
 * prints is never byte for byte what is published, so it counts only if the release has no digest.
 */
export async function fluxManifests(
  { version, manifestsDigest }: ReleaseManifest['flux'],
  file: string | null,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<FoundManifests> {
  if (file !== null) {
    const text = await readFile(file, 'utf8').catch((cause: unknown) => {
      throw new ManifestsError('unreadable', `${file} cannot be read: ${wordsOf(cause)}`, { cause });
    });
    return checked({ text, from: file }, manifestsDigest);
  }
  const cached = path.join(cacheRoot(environment), 'flux', version, 'install.yaml');
  const kept = await readFile(cached, 'utf8').catch(() => null); // not there, or not readable: then it is fetched
  if (kept !== null && (manifestsDigest === null || digestOf(kept) === manifestsDigest))
    return { text: kept, from: cached };
  const url = `https://github.com/fluxcd/flux2/releases/download/${version}/install.yaml`;
  try {
    const found = checked({ text: await download(url, signal), from: url }, manifestsDigest);
    await mkdir(path.dirname(cached), { recursive: true });
    await writeWhole(cached, found.text, { mode: 0o644 });
    return found;
  } catch (error) {
    signal.throwIfAborted();
    const printed = manifestsDigest === null ? await printedByFlux(version, environment, signal) : null;
    if (printed === null) throw error;
    return printed;
  }
}

function checked(found: FoundManifests, digest: string | null): FoundManifests {
  const actual = digestOf(found.text);
  if (digest === null || actual === digest) return found;
  throw new ManifestsError('digest', `${found.from} has the digest ${actual}, but the release has ${digest}`);
}

function digestOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

async function download(url: string, signal: AbortSignal): Promise<string> {
  try {
    const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS)]) });
    if (response.ok) return await response.text();
    await response.body?.cancel();
    throw new Error(`the server answered ${response.status}`);
  } catch (cause) {
    signal.throwIfAborted();
    throw new ManifestsError(
      isUnresolved(cause) ? 'dns' : 'unreachable',
      `${url} cannot be downloaded: ${wordsOf(cause)}`,
      { cause },
    );
  }
}

async function printedByFlux(
  version: string,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<FoundManifests | null> {
  const result = await execa('flux', ['install', '--export', `--version=${version}`], {
    env: environment,
    extendEnv: false,
    timeout: COMMAND_TIMEOUT_MS,
    cancelSignal: signal,
    stdin: 'ignore',
    reject: false,
  });
  signal.throwIfAborted();
  return result.failed ? null : { text: result.stdout, from: '`flux install --export`' };
}
