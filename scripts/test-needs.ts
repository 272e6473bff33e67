import { existsSync, globSync } from 'node:fs';
import path from 'node:path';
import type { CallExpression, ParseResult } from 'oxc-parser';
import { importsOf, parsed } from './imports.ts';
import type { Need } from '../test/support/needs.ts';

/** The project's folder; paths of test files are relative to it. */
const ROOT = path.resolve(import.meta.dirname, '..');
const FOLDER = 'test';

/** What one module of `test/` says of itself. */
interface Module {
  readonly needs: readonly Need[];
  /** The modules of `test/` that it imports, for more than types. */
  readonly imports: readonly string[];
}

/** Which tests run together: those that need nothing, those that need a whole appliance, and all between. */
export const TIERS = ['unit', 'parts', 'lab'] as const;
export type Tier = (typeof TIERS)[number];

/**
 * Reads what every test file needs, by its path in the project: what it and the modules of `test/` that it imports say by
 * `needs('…')` (test/support/needs.ts). Nothing is run; what a reader cannot see is refused when the file runs.
 * @param root the folder that holds `test/`
 */
export function readTestNeeds(root = ROOT): ReadonlyMap<string, ReadonlySet<Need>> {
  const folder = path.join(root, FOLDER);
  const read = new Map<string, Module>();
  const moduleAt = (file: string): Module => {
    const known = read.get(file) ?? readModule(file, folder);
    read.set(file, known);
    return known;
  };
  const needsOf = (file: string): ReadonlySet<Need> => {
    const seen = new Set([file]);
    // A set gives out what is added while it is walked.
    for (const each of seen) for (const imported of moduleAt(each).imports) seen.add(imported);
    return new Set([...seen].flatMap((each) => moduleAt(each).needs).toSorted());
  };
  const files = globSync('**/*.test.ts', { cwd: folder }).toSorted();
  return new Map(files.map((file) => [path.posix.join(FOLDER, file), needsOf(path.join(folder, file))]));
}

/** The tier of a test file with these needs. */
export function tierOf(needed: ReadonlySet<Need>): Tier {
  if (needed.has('lab')) return 'lab';
  return needed.size === 0 ? 'unit' : 'parts';
}

function readModule(file: string, folder: string): Module {
  const imports = importsOf(file)
    .filter(({ isType }) => !isType)
    .map((one) => one.file)
    .filter(
      (imported) => imported.startsWith(`${folder}${path.sep}`) && imported.endsWith('.ts') && existsSync(imported),
    );
  return { needs: callsOfNeeds(parsed(file)).flatMap((call) => wordsOf(call, file)), imports };
}

function callsOfNeeds({ program }: ParseResult): CallExpression[] {
  return program.body.flatMap((statement) => {
    if (statement.type !== 'ExpressionStatement' || statement.expression.type !== 'CallExpression') return [];
    const { callee } = statement.expression;
    return callee.type === 'Identifier' && callee.name === 'needs' ? statement.expression : [];
  });
}

function wordsOf(call: CallExpression, file: string): Need[] {
  return call.arguments.map((argument) => {
    // The compiler has checked that the word is one of a need's.
    if (argument.type === 'Literal' && typeof argument.value === 'string') return argument.value as Need;
    throw new SyntaxError(`${file}: needs(…) takes literal words only, for it is read without being run`);
  });
}
