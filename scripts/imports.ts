import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseSync } from 'oxc-parser';
import type { ParseResult } from 'oxc-parser';

/** One import of a module of ours by another. */
export interface Import {
  /** Absolute path of what is imported. */
  readonly file: string;
  /** Nothing of it is there at run time. */
  readonly isType: boolean;
}

/** Reads a module without running it. Throws a SyntaxError for what is no TypeScript. */
export function parsed(file: string, source = readFileSync(file, 'utf8')): ParseResult {
  const result = parseSync(file, source);
  const [error] = result.errors;
  if (error !== undefined) throw new SyntaxError(`${file}: ${error.message}`);
  return result;
}

/** Reads what a module imports of ours: statically, by `export … from`, by `import()` with a literal, and for types alone. */
export function importsOf(file: string): Import[] {
  const source = readFileSync(file, 'utf8');
  const { module } = parsed(file, source);
  const requests = [
    ...module.staticImports.map(({ entries, moduleRequest }) => ({
      request: moduleRequest.value,
      isType: entries.length > 0 && entries.every(({ isType }) => isType),
    })),
    ...module.staticExports
      .flatMap(({ entries }) => entries)
      .flatMap(({ isType, moduleRequest }) => (moduleRequest === null ? [] : { request: moduleRequest.value, isType })),
    ...module.dynamicImports
      .map(({ moduleRequest: { start, end } }) => /^'([^']*)'$/.exec(source.slice(start, end))?.[1])
      .flatMap((request) => (request === undefined ? [] : { request, isType: false })),
  ];
  return requests
    .filter(({ request }) => request.startsWith('.'))
    .map(({ request, isType }) => ({ file: path.resolve(path.dirname(file), request), isType }));
}
