import { access, mkdir, mkdtemp, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { cacheRoot } from '../../tools/cache.ts';
import { takeLock } from '../../system/lock.ts';
import { labNames } from '../place.ts';
import { startRegistry } from '../registry/registry.ts';
import { layers, recipes } from './catalog.ts';
import type { Recipe } from './catalog.ts';
import { keyOf } from './key.ts';
import { makeLayer } from './layer.ts';
import type { Layer } from './layer.ts';
import { pushImage } from './push.ts';
import { shareBlobs } from './share.ts';

const MAKING = 'making-';
/** A registry that was not used for this long is deleted. Another state of the project creates its own, and shares identical contents. */
const UNUSED_MS = 24 * 3_600_000;

/**
 * The folder of a registry that holds every image of the lab. Made once for what goes into the images; kept in the cache.
 * Two labs that come up at once make it once: the second waits for the first.
 * @param tell one line of progress for a person
 */
export async function imageStore(tell: (line: string) => void, signal?: AbortSignal): Promise<string> {
  const [contents, images] = [await layers(), await recipes()];
  const root = path.join(cacheRoot(process.env), '..', 'lab');
  const store = path.join(root, `registry-${await keyOf(contents, images)}`);
  await mkdir(path.dirname(root), { recursive: true });
  const release = await takeLock(`${root}.lock`, {
    signal,
    onWait: (holder) => tell(`images: waiting for process ${holder?.pid ?? 'unknown'}, which makes them`),
  });
  try {
    await mkdir(root, { recursive: true });
    await removeUnused(root, path.basename(store));
    if (!(await exists(store))) await make(store, root, (work) => fill(work, contents, images, tell));
    await utimes(store, new Date(), new Date());
  } finally {
    await release();
  }
  return store;
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

async function make(store: string, root: string, fillFolder: (work: string) => Promise<void>): Promise<void> {
  const work = await mkdtemp(path.join(root, MAKING));
  try {
    await fillFolder(work);
    const registry = path.join(work, 'registry');
    const others = (await readdir(root)).filter((name) => !name.startsWith(MAKING));
    for (const other of others) await shareBlobs(registry, path.join(root, other));
    await rename(registry, store);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Under the lock, an unfinished folder is one that a killed process left; a registry may still serve a lab that is up. */
async function removeUnused(root: string, wanted: string): Promise<void> {
  const isUp = (await labNames()).length > 0;
  for (const name of await readdir(root)) {
    const folder = path.join(root, name);
    const unused = !isUp && name !== wanted && Date.now() - (await stat(folder)).mtimeMs > UNUSED_MS;
    if (name.startsWith(MAKING) || unused) await rm(folder, { recursive: true, force: true });
  }
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

/** Splits `registry/repository:tag`; the registry is dropped. */
export function partsOf(reference: string): { readonly repository: string; readonly tag: string } {
  const match = /^[^/]+\/(.+):([^:/]+)$/.exec(reference);
  if (!match?.[1] || !match[2]) throw new Error(`${reference} is not an image reference with registry and tag`);
  return { repository: match[1], tag: match[2] };
}
