import { createHash, timingSafeEqual } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import type { Log } from '../log.ts';
import type { Settings } from '../settings.ts';

export interface TokenKeeper {
  /** The token that holds now; null when there is none, and then nothing opens the page. */
  current(): Promise<string | null>;
}

/** A rotated token is taken within this time after the file has changed. */
const LOOK_AGAIN_MS = 1_000;

/**
 * A file is read again after it has changed, so a rotated token needs no restart. While it cannot be read, the last
 * token stays valid.
 */
export function keepToken({ token, tokenFile }: Pick<Settings, 'token' | 'tokenFile'>, log: Log): TokenKeeper {
  if (token !== null) return { current: async () => token };
  if (tokenFile === null) return { current: async () => null };
  let held: string | null = null;
  let stamp = '';
  let lookedAt = 0;
  let look: Promise<void> | null = null;

  async function read(file: string): Promise<void> {
    try {
      // The kubelet swaps a link to a folder: the inode changes even where time and size do not.
      const { ino, mtimeMs, size } = await stat(file);
      const next = `${ino} ${mtimeMs} ${size}`;
      if (next === stamp) return;
      const text = (await readFile(file, 'utf8')).trim();
      if (text === '') log.error({ file }, 'the token file is empty: nobody can sign in');
      else if (held !== null && text !== held) log.info('the token was rotated: the old one is no longer accepted');
      held = text || null;
      stamp = next;
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : 'unknown';
      log.error({ file, code }, 'the token file cannot be read');
    }
  }

  return {
    current: async () => {
      if (look === null && Date.now() - lookedAt >= LOOK_AGAIN_MS) {
        look = read(tokenFile).finally(() => {
          lookedAt = Date.now();
          look = null;
        });
      }
      await look;
      return held;
    },
  };
}

/** Constant time, whatever their lengths. */
export function isSame(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
