import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { z } from 'zod';
import type { Entry } from './layer.ts';

const manifest = z.object({ dependencies: z.record(z.string(), z.string()).default({}) });

/** Entries that put npm packages of this project, and all that they depend on, into an image's node_modules. */
export async function packageEntries(names: readonly string[], to: string): Promise<Entry[]> {
  const found = new Map<string, string>();
  const visit = async (name: string, from: string): Promise<void> => {
    if (found.has(name)) return;
    const folder = await folderOf(name, from);
    found.set(name, folder);
    const { dependencies } = manifest.parse(JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8')));
    for (const dependency of Object.keys(dependencies)) await visit(dependency, folder);
  };
  for (const name of names) await visit(name, import.meta.dirname);
  return [...found].map(([name, from]) => ({ from, to: path.join(to, name) }));
}

/** Packages whose exports hide their package.json are found in the folders that Node would search. */
async function folderOf(name: string, from: string): Promise<string> {
  const folders = createRequire(path.join(from, 'index.js')).resolve.paths(name) ?? [];
  for (const folder of folders) {
    const at = path.join(folder, name);
    const there = await readFile(path.join(at, 'package.json')).catch(() => null); // not in this folder: in the next
    if (there !== null) return at;
  }
  throw new Error(`the npm package ${name} is not installed: run \`npm ci\``);
}
