import { setTimeout as sleep } from 'node:timers/promises';
import { openRegular } from '../../system/read-file.ts';

const LOOK_EVERY_MS = 300;

/** Hands what is appended to the file from now on to `write`, until the signal is aborted; like `tail -f`. */
export async function followFile(file: string, write: (text: string) => void, signal: AbortSignal): Promise<void> {
  const handle = await openRegular(file);
  try {
    let position = (await handle.stat()).size;
    const buffer = Buffer.alloc(64 * 1024);
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
      position += bytesRead;
      if (bytesRead > 0) write(buffer.toString('utf8', 0, bytesRead));
      else if (signal.aborted) return;
      else await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    await handle.close();
  }
}
