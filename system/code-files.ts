import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Takes a module by its place in the project without the ending (`worker/main`), gives its path: the built file in `dist/`, or
 * the TypeScript source in a checkout. Temporal loads some modules by path, so the way to them differs between the two. Throws
 * where there is neither.
 */
export function codeFile(module: string): string {
  const built = `${basename(module)}.mjs`;
  const path = firstThat(`./${built}`, `../${built}`, `../${module}.ts`);
  if (path === null) throw new Error(`${module} is missing beside ${import.meta.url}: run \`npm run build\``);
  return path;
}

/** Gives the path of the workflows that were bundled when the product was built; null in a checkout, which bundles at start. */
export function builtWorkflowBundle(): string | null {
  return firstThat('./workflow-bundle.js', '../workflow-bundle.js');
}

/** Gives the path of the product's own package.json. */
export function packageFile(): string {
  const path = firstThat('../package.json', '../../package.json');
  if (path === null)
    throw new Error(`package.json is missing beside ${import.meta.url}: install appliance-client anew`);
  return path;
}

/** A built module lies in `dist/` or, where several parts share it, in `dist/chunks/`. */
function firstThat(...places: readonly string[]): string | null {
  return places.map((place) => fileURLToPath(new URL(place, import.meta.url))).find(existsSync) ?? null;
}
