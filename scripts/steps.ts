import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { STEPS } from '../model/steps/index.ts';

const ROOT = resolve(import.meta.dirname, '..');
const PHASES = 'activities/phases';

/** The files below activities/phases/, by their path from activities/. */
function sources(): Map<string, string> {
  const files = globSync(`${PHASES}/**/*.ts`, { cwd: ROOT }).toSorted();
  return new Map(files.map((file) => [file.replace('activities/', './'), readFileSync(join(ROOT, file), 'utf8')]));
}

/**
 * The module `activities/steps.ts`: the function of each step, from the one file that exports a function of the step's name.
 * Throws for a step that no file exports, or more than one.
 */
export function stepsModule(files: ReadonlyMap<string, string> = sources()): string {
  const names = STEPS.map(({ step }) => step.name);
  const imports = names.map((name) => {
    const [file, ...others] = [...files].flatMap(([path, text]) =>
      new RegExp(`^export (?:async )?function ${name}\\(`, 'm').test(text) ? [path] : [],
    );
    if (file === undefined)
      throw new Error(`no file in ${PHASES}/ exports a function ${name}, which model/steps/ names`);
    if (others.length > 0) throw new Error(`${[file, ...others].join(' and ')} both export a function ${name}`);
    return `import { ${name} } from '${file}';`;
  });
  return [
    '// Written by `npm run generate` from model/steps/ and activities/phases/. Do not edit it.',
    "import type { StepName } from '../model/steps/index.ts';",
    "import type { PhaseRun } from './phase-context.ts';",
    ...imports,
    '',
    '/** What each step does, by its name. */',
    'export const STEP_RUNS: Readonly<Record<StepName, PhaseRun>> = {',
    ...names.map((name) => `  ${name},`),
    '};',
    '',
  ].join('\n');
}

/** `node scripts/steps.ts` writes it. */
if (import.meta.main) writeFileSync(join(ROOT, 'activities/steps.ts'), stepsModule());
