import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { stopBackground } from '../../worker/index.ts';

/** Gives a folder of all sites for one test; its worker and server are stopped, and it is removed, when the test ends. */
export async function temporaryHome(inside?: string): Promise<string> {
  const home = inside ?? (await mkdtemp(join(tmpdir(), 'appliance-home-')));
  onTestFinished(async () => {
    await stopBackground({ home });
    await rm(home, { recursive: true, force: true });
  });
  return home;
}
