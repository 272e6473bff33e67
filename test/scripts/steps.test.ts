import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { stepsModule } from '../../scripts/steps.ts';

test('activities/steps.ts is what npm run generate writes', () => {
  expect(readFileSync('activities/steps.ts', 'utf8')).toBe(stepsModule());
});

test.each([
  ['no file', 'no file in activities/phases/ exports a function checkEverything, which model/steps/ names', []],
  ['two files', './one.ts and ./other.ts both export a function checkEverything', ['./one.ts', './other.ts']],
])('%s for a step is refused, by its name', (_what, says, files) => {
  const texts = new Map(files.map((file) => [file, 'export async function checkEverything() {}\n']));
  expect(() => stepsModule(texts)).toThrow(says);
});
