import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Takes a module's name in this folder, gives its path: the TypeScript source in a checkout, the built file in `dist/`.
 * Temporal loads some modules by path, so the way to them differs between the two.
 */
export function beside(name: string): string {
  for (const candidate of [`./${name}.ts`, `./${name}.mjs`, `../${name}.mjs`]) {
    const path = fileURLToPath(new URL(candidate, import.meta.url));
    if (existsSync(path)) return path;
  }
  throw new Error(`${name} is missing beside ${import.meta.url}: run \`npm run build\``);
}

/** Gives the path of the workflows that were bundled when the product was built; null in a checkout, which bundles at start. */
export function builtWorkflowBundle(): string | null {
  for (const candidate of ['./workflow-bundle.js', '../workflow-bundle.js']) {
    const path = fileURLToPath(new URL(candidate, import.meta.url));
    if (existsSync(path)) return path;
  }
  return null;
}
