import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { cacheRoot } from '../../tools/cache.ts';
import { labNames } from '../place.ts';
import { startRegistry } from '../registry/registry.ts';
import { layers, recipes } from './catalog.ts';
import type { Recipe } from './catalog.ts';
import { makeLayer } from './layer.ts';
import type { Entry, Layer } from './layer.ts';
import { pushImage } from './push.ts';

/**
 * The folder of a registry that holds every image of the lab. Made once for what goes into the images; kept in the cache.
 * @param tell one line of progress for a person
 */
export async function imageStore(tell: (line: string) => void): Promise<string> {
  const [contents, images] = [await layers(), await recipes()];
  const key = await keyOf(contents, images);
  const root = path.join(cacheRoot(process.env), '..', 'lab');
  const store = path.join(root, `registry-${key}`);
  if (
    await access(store).then(
      () => true,
      () => false,
    )
  )
    return store;
  await mkdir(root, { recursive: true });
  // What an older state of the project left; a lab that is up may still read it.
  const old = (await labNames()).length === 0 ? await readdir(root) : [];
  for (const name of old) await rm(path.join(root, name), { recursive: true, force: true });
  const work = await mkdtemp(path.join(root, 'making-'));
  try {
    await fill(work, contents, images, tell);
    await rename(path.join(work, 'registry'), store);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return store;
}

type Contents = Awaited<ReturnType<typeof layers>>;

async function fill(work: string, contents: Contents, images: readonly Recipe[], tell: (line: string) => void) {
  const registry = await startRegistry({ storage: path.join(work, 'registry'), folder: work });
  try {
    const made = new Map<string, Layer>();
    for (const [index, recipe] of images.entries()) {
      tell(`image ${index + 1} of ${images.length}: ${recipe.reference}`);
      const own: Layer[] = [];
      for (const name of recipe.layers) {
        const layer = made.get(name) ?? (await makeLayer(contents[name], work));
        made.set(name, layer);
        own.push(layer);
      }
      const { repository, tag } = partsOf(recipe.reference);
      const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
      await pushImage(registry.url, { repository, tag, layers: own, config: recipe.config, architecture });
    }
  } finally {
    await registry.stop();
  }
}

/** Takes `registry/repository:tag`, gives the last two. */
export function partsOf(reference: string): { readonly repository: string; readonly tag: string } {
  const match = /^[^/]+\/(.+):([^:/]+)$/.exec(reference);
  if (!match?.[1] || !match[2]) throw new Error(`${reference} is not an image reference with registry and tag`);
  return { repository: match[1], tag: match[2] };
}

/** Changes when a file that goes in does, judged by size and time. */
async function keyOf(contents: Contents, images: readonly Recipe[]): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([contents, images]));
  for (const name of ['layer.ts', 'push.ts']) hash.update(await readFile(path.join(import.meta.dirname, name)));
  const entries: readonly Entry[] = Object.values(contents).flat();
  for (const entry of entries) {
    const source = 'program' in entry ? entry.program : 'from' in entry ? entry.from : null;
    if (source === null) continue;
    const root = await stat(source);
    const files = root.isDirectory() ? await readdir(source, { recursive: true }) : ['.'];
    for (const file of files.toSorted()) {
      const { size, mtimeMs } = await stat(path.join(source, file));
      hash.update(`${file} ${size} ${mtimeMs}\n`);
    }
  }
  return hash.digest('hex').slice(0, 12);
}
