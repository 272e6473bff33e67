import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

/** Every file of ours is far smaller; a larger one is not ours, and reading it would use up the memory. */
const MOST_BYTES = 16 * 1024 * 1024;

/** Without O_NONBLOCK, opening a pipe waits for its other end, without end and deaf to signals. */
const TO_READ = constants.O_RDONLY | constants.O_NONBLOCK;
const TO_APPEND = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;

/** Something else than a file of ours is in its place. The message names it and says what to do. */
export class NotReadableFileError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NotReadableFileError';
  }
}

/**
 * A file's text. Throws NotReadableFileError for a folder, for a pipe or a device, which would block without end, and for a file that is
 * too large; else the file system's error.
 */
export async function readRegularFile(path: string): Promise<string> {
  const file = await openRegular(path);
  try {
    checkSize(path, await file.stat());
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

/** As `readRegularFile`. */
export function readRegularFileSync(path: string): string {
  const descriptor = openSync(path, TO_READ);
  try {
    const found = fstatSync(descriptor);
    checkKind(path, found);
    checkSize(path, found);
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}

/** Opens a file for reading. Throws NotReadableFileError for anything but a file, whatever its size. */
export async function openRegular(path: string): Promise<FileHandle> {
  return checked(path, await open(path, TO_READ));
}

/** Opens a log to append to, and creates it with mode 0600. Throws NotReadableFileError for anything but a file. */
export async function openLog(path: string): Promise<FileHandle> {
  try {
    return await checked(path, await open(path, TO_APPEND, 0o600));
  } catch (error) {
    // A pipe that no process reads.
    if (error instanceof Error && 'code' in error && error.code === 'ENXIO') throw notAFile(path);
    throw error;
  }
}

export interface FileEnd {
  readonly text: string;
  /** How many bytes come before it. */
  readonly before: number;
}

/** The last `most` bytes of a file of any size. Throws NotReadableFileError for anything but a file. */
export async function readEnd(path: string, most: number): Promise<FileEnd> {
  const file = await openRegular(path);
  try {
    const { size } = await file.stat();
    const wanted = Buffer.alloc(Math.min(size, most));
    let length = 0;
    while (length < wanted.length) {
      const { bytesRead } = await file.read(wanted, length, wanted.length - length, size - wanted.length + length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return { text: wanted.toString('utf8', 0, length), before: size - wanted.length };
  } finally {
    await file.close();
  }
}

async function checked(path: string, file: FileHandle): Promise<FileHandle> {
  try {
    checkKind(path, await file.stat());
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

function checkKind(path: string, found: Stats): void {
  if (found.isDirectory()) throw new NotReadableFileError(`${path} is a folder, but must be a file: move it away.`);
  if (!found.isFile()) throw notAFile(path);
}

function notAFile(path: string): NotReadableFileError {
  return new NotReadableFileError(`${path} is a pipe or a device, but must be a file: move it away.`);
}

function checkSize(path: string, { size }: Stats): void {
  if (size > MOST_BYTES)
    throw new NotReadableFileError(
      `${path} has ${size} bytes, but files of this client have at most ${MOST_BYTES}: move it away.`,
    );
}
