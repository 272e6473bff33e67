import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** The differences of docs/changing.md: the file that stands above each, and its pieces without the lines that are new. */
const DIFFERENCES = [...read('docs/changing.md').matchAll(/^`([^`]+)`:\n\n```diff\n([\s\S]*?)^```/gm)].map(
  ([, file = '', body = '']): [file: string, pieces: string[]] => [
    file,
    body.split('@@\n').map((piece) =>
      piece
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('+'))
        .map((line) => line.slice(1))
        .join('\n'),
    ),
  ],
);

test('there is one for each of the three changes', () => {
  expect(DIFFERENCES.map(([file]) => file)).toEqual([
    'client/commands/pods.ts',
    'model/steps/gitops.ts',
    'model/pod-columns.ts',
  ]);
});

test.each(DIFFERENCES)('the difference of %s fits the file', (file, pieces) => {
  const text = read(file);
  for (const piece of pieces) expect(text).toContain(`${piece}\n`);
});

test('every file that docs/changing.md names is there, but for the one that is new', () => {
  const named = [...read('docs/changing.md').matchAll(/`([a-z][\w./-]*\/[\w./-]*)`/g)].map(([, file = '']) => file);
  const missing = named.filter((file) => file !== 'golden/' && !isThere(file));
  expect(missing).toEqual(['activities/phases/gitops/label-node.ts']);
});

function isThere(file: string): boolean {
  return existsSync(join(ROOT, file));
}
