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

/**
 * Reads what a module imports of ours: statically, by `export … from`, by `import()`, as a type written `import('…').T`, and
 * by `import … = require()`. Throws a SyntaxError for an import whose target does not stand in the source, or that goes
 * around the project's own paths: its target could not be known.
 */
export function importsOf(file: string): Import[] {
  const source = readFileSync(file, 'utf8');
  const { module, program } = parsed(file, source);
  const requests = [
    ...module.staticImports.map(({ entries, moduleRequest }) => ({
      request: moduleRequest.value,
      isType: entries.length > 0 && entries.every(({ isType }) => isType),
    })),
    ...module.staticExports
      .flatMap(({ entries }) => entries)
      .flatMap(({ isType, moduleRequest }) => (moduleRequest === null ? [] : { request: moduleRequest.value, isType })),
    ...module.dynamicImports.map(({ moduleRequest: { start, end } }) => ({
      request: literal(source.slice(start, end), file),
      isType: false,
    })),
    ...(HIDDEN.test(source) ? importsInTypes(program) : []),
  ];
  const around = requests.find(({ request }) => /^(?:\/|file:)/.test(request));
  if (around) throw new SyntaxError(`${file} imports ${around.request}: name a module of ours by a relative path`);
  return requests
    .filter(({ request }) => request.startsWith('.'))
    .map(({ request, isType }) => ({ file: path.resolve(path.dirname(file), request), isType }));
}

/** What only the syntax tree shows; walking it costs more than all the rest, so only where it may be. */
const HIDDEN = /[:=|&<,]\s*(?:typeof\s+)?import\s*\(|import\s+\w+\s*=/;

function literal(text: string, file: string): string {
  const request = /^(['"`])([^'"`$]*)\1$/.exec(text)?.[2];
  if (request === undefined) throw new SyntaxError(`${file}: import(${text}) does not say what it imports`);
  return request;
}

/** Finds `import('…').T` and `import … = require('…')`. */
function importsInTypes(node: unknown): { request: string; isType: boolean }[] {
  if (Array.isArray(node)) return node.flatMap(importsInTypes);
  if (typeof node !== 'object' || node === null) return [];
  const inner = Object.values(node).flatMap(importsInTypes);
  const { type, source, moduleReference } = node as Record<string, unknown>;
  if (type === 'TSImportType') return [...inner, ...requestIn(source, true)];
  if (type === 'TSImportEqualsDeclaration') {
    const { expression } = (moduleReference ?? {}) as Record<string, unknown>;
    return [...inner, ...requestIn(expression, false)];
  }
  return inner;
}

function requestIn(node: unknown, isType: boolean): { request: string; isType: boolean }[] {
  const { value } = (node ?? {}) as Record<string, unknown>;
  return typeof value === 'string' ? [{ request: value, isType }] : [];
}
