import { constants, openSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { Socket } from 'node:net';

/** Why a file that a person named is refused, in words that continue after its path. */
export class FileRefused extends Error {}

/** How long to wait for a pipe: its writer has started, or is about to. */
const PIPE_PATIENCE_MS = 30_000;

/** As much memory is taken at once as this; a file's size is not believed. */
const PART_BYTES = 256 * 1024;

export interface GivenFileOptions {
  /** In bytes; of a larger file only the start is read. */
  readonly most: number;
  readonly signal: AbortSignal;
  readonly patienceMs?: number;
}

/**
 * Reads a file that a person named, or a pipe such as `<(…)`. Neither a pipe without a writer nor a device blocks it.
 * @throws FileRefused for anything else, and for a pipe that stays silent
 * @throws the signal's reason when it aborts, and the system's error for a file that cannot be opened
 */
export async function readGiven(path: string, options: GivenFileOptions): Promise<Buffer> {
  const { most, signal } = options;
  signal.throwIfAborted();
  // Without O_NONBLOCK opening a named pipe waits for a writer, without a time-out.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const found = await file.stat();
    if (found.isFIFO()) return await readPipe(path, options);
    if (found.isDirectory()) throw new FileRefused('is a folder, not a file');
    if (!found.isFile()) throw new FileRefused('is neither a file nor a pipe');
    const parts: Buffer[] = [];
    let length = 0;
    while (length < most) {
      const part = Buffer.alloc(Math.min(most - length, PART_BYTES));
      const { bytesRead } = await file.read(part, 0, part.length, null);
      if (bytesRead === 0) break;
      parts.push(part.subarray(0, bytesRead));
      length += bytesRead;
      signal.throwIfAborted();
    }
    return Buffer.concat(parts);
  } finally {
    await file.close();
  }
}

async function readPipe(path: string, { most, signal, patienceMs = PIPE_PATIENCE_MS }: GivenFileOptions) {
  // The socket closes what it is given.
  const pipe = new Socket({
    fd: openSync(path, constants.O_RDONLY | constants.O_NONBLOCK),
    readable: true,
    writable: false,
  });
  const late = AbortSignal.timeout(patienceMs);
  const end = () =>
    void pipe.destroy(
      late.aborted
        ? new FileRefused(`is a pipe that was not written and closed within ${patienceMs / 1000} s`)
        : undefined,
    );
  const any = AbortSignal.any([signal, late]);
  if (any.aborted) end();
  any.addEventListener('abort', end, { once: true });
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of pipe) {
      const part: Buffer = chunk;
      parts.push(part);
      length += part.length;
      if (length >= most) break;
    }
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    any.removeEventListener('abort', end);
    pipe.destroy();
  }
  signal.throwIfAborted();
  return Buffer.concat(parts).subarray(0, most);
}
