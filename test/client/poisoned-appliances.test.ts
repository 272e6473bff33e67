import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { replaceUnseen } from '../../text/unseen.ts';
import { casesIn } from '../diagnosis/appliances/case.ts';
import { runClient, temporaryFolder } from './support/run-client.ts';

const CASES = casesIn(join(import.meta.dirname, '../diagnosis/appliances'));
const SEED = 20_261_130;
const execute = promisify(execFile);

const tricks = (owned: string): readonly string[] => [
  `$(/usr/bin/touch ${owned})`,
  `\`/usr/bin/touch ${owned}\``,
  `'; /usr/bin/touch ${owned}; '`,
  `"; /usr/bin/touch ${owned} #`,
  `\n/usr/bin/touch ${owned}\n`,
  `&& /usr/bin/touch ${owned} ||`,
  '\u001b]52;c;ZXZpbA==\u0007',
  '\u009b2J\u001b[31m',
  '\u202Eevil\u2066',
  'zero\u200bwidth\u2060\ufeff',
  '\u2028line\u2029',
  ' --all-namespaces -rf ~ *',
];

/** The paths of every text of a value. */
function pathsOf(value: unknown, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value === 'string') return [path];
  if (Array.isArray(value)) return value.flatMap((one, index) => pathsOf(one, [...path, index]));
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, one]) => pathsOf(one, [...path, key]));
}

function withText(
  value: unknown,
  [key, ...rest]: readonly (string | number)[],
  change: (text: string) => string,
): unknown {
  if (key === undefined) return typeof value === 'string' ? change(value) : value;
  if (Array.isArray(value)) return value.map((one, index) => (index === key ? withText(one, rest, change) : one));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, name === key ? withText(one, rest, change) : one]),
  );
}

const commandsIn = (text: string): string[] =>
  [...text.matchAll(/`((?:appliance-client|kubectl|talosctl) [^`]*)`/g)].map(([, line = '']) =>
    line.replaceAll(/<[^<>]+>/g, 'hole'),
  );

test('no field of a snapshot writes on the terminal, or runs by a command that is shown', async () => {
  const home = await temporaryFolder();
  const owned = join(home, 'owned');
  const file = join(home, 'snapshot.json');
  const lines = new Set<string>();
  const fields = new Set<string>();
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...CASES),
      fc.array(fc.tuple(fc.nat(), fc.constantFrom(...tricks(owned)), fc.boolean()), { minLength: 12, maxLength: 60 }),
      async ([, { snapshot }], poison) => {
        const paths = pathsOf(snapshot);
        let spoiled: unknown = snapshot;
        for (const [at, trick, before] of poison) {
          const path = paths[at % paths.length] ?? [];
          fields.add(path.filter((one) => typeof one === 'string').join('.'));
          spoiled = withText(spoiled, path, (text) => (before ? `${trick}${text}` : `${text}${trick}`));
        }
        await writeFile(file, JSON.stringify(spoiled));
        for (const format of [['--explain'], ['-o', 'json']]) {
          const { stdout, stderr } = await runClient(['diagnose', '--from', file, ...format], { home });
          expect(replaceUnseen(`${stdout}${stderr}`, () => '�')).toBe(`${stdout}${stderr}`);
          const told = format.length === 1 ? stdout : stdout.replaceAll('\\"', '"').replaceAll('\\\\', '\\');
          for (const line of commandsIn(told)) lines.add(line);
        }
      },
    ),
    { seed: SEED, numRuns: 400 },
  );
  expect(fields.size).toBeGreaterThan(100);
  expect(lines.size).toBeGreaterThan(20);
  for (const line of lines)
    await execute('/bin/sh', ['-c', `run() { :; }; ${line.replace(/^\S+/, 'run')}`], {
      env: { HOME: home, PATH: '/nowhere' },
      cwd: home,
    }).catch((error: unknown) => {
      throw new Error(`this cannot be pasted: ${line}`, { cause: error });
    });
  expect(existsSync(owned)).toBe(false);
}, 240_000);
