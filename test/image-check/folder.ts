import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { librariesOf } from '../../lab/images/layer.ts';
import { packageEntries } from '../../lab/images/packages.ts';

const IMAGES = join(import.meta.dirname, '../../lab/images');

/** The lab's stand-in of alga-core, laid out as an unpacked image: with Node, what Node needs, and the real knex and pg. */
export async function standInFolder(): Promise<{ dir: string; remove: () => void }> {
  const dir = mkdtempSync(join(tmpdir(), 'stand-in-root-'));
  chmodSync(dir, 0o755);
  const copy = (from: string, to: string) => {
    mkdirSync(dirname(join(dir, to)), { recursive: true });
    cpSync(from, join(dir, to), { recursive: true, dereference: true });
  };
  copy(join(IMAGES, 'alga-core/app'), 'app');
  copy(join(IMAGES, 'files/vendor'), 'app/stand-in');
  copy(join(IMAGES, 'files/vendor/tsx'), 'app/server/node_modules/tsx');
  for (const entry of await packageEntries(['knex', 'pg'], 'app/node_modules'))
    if ('from' in entry) copy(entry.from, entry.to);
  copy(process.execPath, 'usr/local/bin/node');
  for (const library of await librariesOf(process.execPath)) copy(library, library);
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}
