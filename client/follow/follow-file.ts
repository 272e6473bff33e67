import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_EVERY_MS = 300;

/** Takes a file that grows, gives what is appended from now on to `write`, until the signal is aborted. */
export async function followFile(file: string, write: (text: string) => void, signal: AbortSignal): Promise<void> {
  const handle = await open(file, 'r');
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
