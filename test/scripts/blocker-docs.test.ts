import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { RULES } from '../../diagnosis/rules/table.ts';
import { blockerCode, BLOCKER_CODES } from '../../model/blocker.ts';
import { blockerDocs } from '../../scripts/blocker-docs.ts';

const DOCS = await readFile(join(import.meta.dirname, '../../docs/blockers.md'), 'utf8');

test('docs/blockers.md is what the rules make of it (npm run generate)', () => {
  expect(DOCS).toBe(blockerDocs());
});

test('every code has one section, and each says what it means, how it is recognised, what to do and whether it is checked again', () => {
  const sections = new Map(
    DOCS.split(/^### /m)
      .slice(1)
      .map((text) => [text.slice(0, text.indexOf('\n')), text]),
  );
  expect([...sections.keys()].toSorted()).toEqual([...blockerCode.options].toSorted());
  for (const [code, text] of sections) {
    expect(text, code).toMatch(/^\*\*.+\*\* Layer: [a-z]+\.$/m);
    for (const part of ['How it is recognised.', 'What to do.', 'Re-checked automatically?'])
      expect(text, code).toMatch(
        new RegExp(String.raw`^\*\*${part.replaceAll(/[.?]/g, String.raw`\$&`)}\*\* \S.{20,}$`, 'm'),
      );
    expect(text, code).not.toMatch(/undefined|\bnull\b|\[object|NaN/);
    expect(DOCS, code).toContain(`[${code}](#${code})`);
  }
  expect(Object.values(BLOCKER_CODES).flat()).toHaveLength(sections.size);
});

test('a code without a rule is not left out in silence', () => {
  expect(() => blockerDocs(RULES.filter(({ code }) => code !== 'cni-failure'))).toThrow(
    'The blocker code cni-failure has no rule',
  );
});

test('outside of code and examples nothing is taken for HTML', () => {
  const prose = DOCS.replaceAll(/```text\n[\s\S]*?\n```/g, '').replaceAll(/`[^`]*`/g, '');
  expect(prose).not.toMatch(/(?<!\\)</);
});
