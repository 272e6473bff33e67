import { chmod, mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { downloadKey } from '../cache.ts';
import type { StepContext, StepOutcome } from '../context.ts';
import type { Download, Program } from '../program.ts';
import { titleOf } from '../program.ts';
import { withProgress } from '../progress.ts';
import { DownloadError, fetchText, fetchToFile } from './fetch.ts';
import type { Bytes, FetchContext } from './fetch.ts';
import { makeInCache } from './make.ts';

const TRIES = 3;
const TOTAL_TIMEOUT_MS = 20 * 60_000;
const UNPACK_TIMEOUT_MS = 120_000;

/** The program as its makers publish it, believed when its SHA-256 is the published one. */
export async function fromDownload(program: Program, context: StepContext): Promise<StepOutcome> {
  if (program.download === undefined || context.platform === undefined) return { tried: [] };
  const { os, arch } = context.platform;
  const download = program.download(context.platform);
  if (download === undefined) {
    return { tried: [{ place: 'download', reason: `no download exists for ${os}/${arch}` }] };
  }
  const key = downloadKey(program, context.platform);
  return makeInCache(program, context, { place: `download ${download.url}`, key, foundBy: 'download' }, (folder) =>
    fetchProgram(program, download, folder, context),
  );
}

async function fetchProgram(program: Program, download: Download, folder: string, context: StepContext): Promise<void> {
  const limit = AbortSignal.timeout(TOTAL_TIMEOUT_MS);
  const signal = context.signal === undefined ? limit : AbortSignal.any([context.signal, limit]);
  const name = path.posix.basename(new URL(download.url).pathname);
  const expected = digestFor(
    name,
    await fetchText(download.checksums, { env: context.env, signal }),
    download.checksums,
  );
  const parcel = path.join(folder, 'parcel');
  const actual = await fetchWithRetries(program, download.url, parcel, { ...context, signal });
  if (actual !== expected) {
    throw new DownloadError(`its SHA-256 is ${actual}, but ${download.checksums} says ${expected}: it was deleted`);
  }
  if (download.member === undefined) await rename(parcel, path.join(folder, program.executable));
  else await unpack(parcel, download.member, path.join(folder, program.executable), { env: context.env, signal });
  await chmod(path.join(folder, program.executable), 0o755);
}

async function fetchWithRetries(
  program: Program,
  url: string,
  file: string,
  context: FetchContext & Pick<StepContext, 'onProgress'>,
): Promise<string> {
  const { onProgress } = context;
  let bytes: Bytes = { received: 0, total: undefined };
  const line = (): string => `${titleOf(program)}: downloading from ${new URL(url).host}, ${megabytes(bytes)}`;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await withProgress(onProgress, line, () => fetchToFile(url, file, context, (now) => (bytes = now)));
    } catch (error) {
      if (!(error instanceof DownloadError) || !error.cut || attempt === TRIES) {
        if (error instanceof DownloadError && error.cut)
          error.message += `, ${TRIES} times, last after ${megabytes(bytes)}`;
        throw error;
      }
      onProgress?.(`${titleOf(program)}: ${error.message} after ${megabytes(bytes)}; once more`);
    }
  }
}

function megabytes({ received, total }: Bytes): string {
  const mb = (count: number): string => (count / 1_000_000).toFixed(1);
  return total === undefined ? `${mb(received)} MB` : `${mb(received)} of ${mb(total)} MB`;
}

/**
 * The digest that a published list gives for a file: `<sha256>  <name>` lines (names may carry a `*` or a path), or
 * just the digest.
 * @throws DownloadError when the list has none
 */
export function digestFor(name: string, list: string, source: string): string {
  const lines = list.split('\n').map((line) => line.trim().split(/\s+/));
  const line = lines.find((fields) => path.posix.basename(fields[1]?.replace(/^\*/, '') ?? '') === name) ?? lines[0];
  const isForName =
    line !== undefined && (line.length === 1 || path.posix.basename(line[1]?.replace(/^\*/, '') ?? '') === name);
  const digest = line?.[0]?.toLowerCase() ?? '';
  if (isForName && /^[0-9a-f]{64}$/.test(digest)) return digest;
  throw new DownloadError(`${source} has no SHA-256 for ${name}`);
}

async function unpack(parcel: string, member: string, program: string, { env, signal }: FetchContext): Promise<void> {
  const unpacked = `${parcel}.unpacked`;
  await mkdir(unpacked);
  // tar reads the zips of macOS releases as well: there it is libarchive's.
  const { failed, shortMessage, stderr } = await execa('tar', ['-xf', parcel, '-C', unpacked, member], {
    reject: false,
    env,
    extendEnv: false,
    stdin: 'ignore',
    timeout: UNPACK_TIMEOUT_MS,
    cancelSignal: signal,
  });
  if (failed) throw new DownloadError(`it cannot be unpacked: ${stderr?.split('\n', 1)[0] || shortMessage}`);
  await rename(path.join(unpacked, member), program);
  await rm(unpacked, { recursive: true });
  await rm(parcel);
}
