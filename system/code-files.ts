import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The path of a module, named by its place in the project without the ending (`worker/main`): the built file in `dist/`, or the
 * TypeScript source in a checkout. Temporal loads some modules by path. Throws if there is neither.
 */
export function codeFile(module: string): string {
  const built = `${basename(module)}.mjs`;
  const path = firstThat(`./${built}`, `../${built}`, `../${module}.ts`);
  if (path === null) throw new Error(`${module} is missing beside ${import.meta.url}: run \`npm run build\``);
  return path;
}

/** The workflows that were bundled when the product was built; null in a checkout, which bundles at start. */
export function builtWorkflowBundle(): string | null {
  return firstThat('./workflow-bundle.js', '../workflow-bundle.js');
}

/** The path of the product's own package.json. */
export function packageFile(): string {
  const path = firstThat('../package.json', '../../package.json');
  if (path === null)
    throw new Error(`package.json is missing beside ${import.meta.url}: install appliance-client again`);
  return path;
}

/** A built module is in `dist/` or, if several parts share it, in `dist/chunks/`. */
function firstThat(...places: readonly string[]): string | null {
  return places.map((place) => fileURLToPath(new URL(place, import.meta.url))).find(existsSync) ?? null;
}
