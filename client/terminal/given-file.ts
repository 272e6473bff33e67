import { constants, openSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { Socket } from 'node:net';

/** Why a file that a person named is not taken, in words that go on after its path. */
export class FileRefused extends Error {}

/** How long something is waited for that comes by a pipe: whoever writes to it has begun, or is about to. */
const PIPE_PATIENCE_MS = 30_000;

export interface GivenFileOptions {
  /** No more than this is read: the beginning of a file that has more. */
  readonly most: number;
  readonly signal: AbortSignal;
  readonly patienceMs?: number;
}

/**
 * Reads a file that a person named, or a pipe as `<(…)` makes one. Neither a pipe that nobody writes to nor a device holds it up.
 * @throws FileRefused for what is neither, and for a pipe that stays silent
 * @throws the signal's reason when it aborts, and the system's error for a file that cannot be opened
 */
export async function readGiven(path: string, options: GivenFileOptions): Promise<Buffer> {
  const { most, signal } = options;
  signal.throwIfAborted();
  // Without it a named pipe is opened only once somebody writes to it, and nothing ends that wait.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const found = await file.stat();
    if (found.isFIFO()) return await readPipe(path, options);
    if (found.isDirectory()) throw new FileRefused('is a folder, not a file');
    if (!found.isFile()) throw new FileRefused('is neither a file nor a pipe');
    const buffer = Buffer.alloc(most);
    let length = 0;
    while (length < most) {
      const { bytesRead } = await file.read(buffer, length, most - length, null);
      if (bytesRead === 0) break;
      length += bytesRead;
      signal.throwIfAborted();
    }
    return buffer.subarray(0, length);
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
        ? new FileRefused(`is a pipe to which nobody wrote to its end within ${patienceMs / 1000} s`)
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
