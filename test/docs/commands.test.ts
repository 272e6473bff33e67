import { access, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CommanderError } from 'commander';
import { expect, test } from 'vitest';
import { COMMANDS, nameOf } from '../../client/commands/index.ts';
import { createProgram } from '../../client/program.ts';
import { EXIT } from '../../client/terminal/exit-codes.ts';
import { releaseManifest } from '../../model/release.ts';
import { temporaryFolder, testIo } from '../client/support/run-client.ts';
import { commandsIn, documentedCommands } from './commands.ts';
import type { Documented } from './commands.ts';

const ROOT = join(import.meta.dirname, '../..');

const NAMES = COMMANDS.map(nameOf);

/** Parses a command as the client does, and runs nothing; gives what is wrong with it, or null. */
async function faultOf({ argv, isBlock }: Pick<Documented, 'argv' | 'isBlock'>): Promise<string | null> {
  // In a sentence the client, or a command, is named without what it takes.
  if (!isBlock && argv.length < 2 && (argv[0] === undefined || NAMES.includes(argv[0]))) return null;
  // `appliance-client <command> --help` stands for all of them.
  const words = argv.map((word) => (word === '<command>' ? 'status' : word));
  const { io } = testIo(await temporaryFolder());
  const said: string[] = [];
  let isParsed = false;
  const program = await createProgram(
    io,
    words,
    async () => {
      isParsed = true;
    },
    (text) => said.push(text),
  );
  try {
    await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? null : said.join('').trim();
  }
  return isParsed ? null : 'it names no command';
}

const ALL = await documentedCommands();

test('every command in the documents is one of the client, with flags that it has', async () => {
  expect(ALL.length).toBeGreaterThan(150);
  const wrong: string[] = [];
  for (const one of ALL) {
    const fault = await faultOf(one);
    if (fault !== null) wrong.push(`${one.file}, "${one.heading}": \`${one.text}\`: ${fault.split('\n')[0]}`);
  }
  expect(wrong).toEqual([]);
});

test('a command or a flag that there is not is found, in a block and in a sentence', async () => {
  const text = [
    '# Title',
    'Run `appliance-client strat --fresh`, then `appliance-client set --dns 1.1.1.1`.',
    '```sh',
    'bin/appliance-client start --fresh \\',
    '  --node-addr 192.0.2.10   # a comment',
    'appliance-client token turn > file',
    'appliance-client status -o json | jq .',
    '```',
  ].join('\n');
  const found = commandsIn('a.md', text);
  expect(found.map(({ text: one, isBlock }) => [one, isBlock])).toEqual([
    ['appliance-client strat --fresh', false],
    ['appliance-client set --dns 1.1.1.1', false],
    ['bin/appliance-client start --fresh --node-addr 192.0.2.10', true],
    ['appliance-client token turn', true],
    ['appliance-client status -o json', true],
  ]);
  const faults = await Promise.all(found.map(faultOf));
  expect(faults[0]).toContain("unknown command 'strat'");
  expect(faults[1]).toContain("unknown option '--dns'");
  expect(faults[2]).toContain("unknown option '--node-addr'");
  expect(faults[3]).toContain("'turn' is invalid");
  expect(faults[4]).toBeNull();
});

test('docs/operating.md names every command that an operator needs', () => {
  const named = new Set(ALL.filter(({ file }) => file === 'docs/operating.md').map(({ argv }) => argv[0]));
  // What is for programs, and what is for the shell, stands elsewhere.
  const others = new Set(['progress', 'completion', 'version']);
  const missing = NAMES.filter((name) => !named.has(name) && !others.has(name));
  expect(missing).toEqual([]);
});

test('the table of exit codes in docs/operating.md is that of the client', async () => {
  const text = await readFile(join(ROOT, 'docs/operating.md'), 'utf8');
  const [, section = ''] = text.split('\n## Exit codes\n');
  const codes = [...section.matchAll(/^\| (\d+) \| \S/gm)].map(([, code]) => Number(code));
  expect(codes).toEqual(Object.values(EXIT));
});

test('the Talos medium and the branch in docs/operating.md are those of the release that it installs', async () => {
  const text = await readFile(join(ROOT, 'docs/operating.md'), 'utf8');
  const release = JSON.parse(await readFile(join(ROOT, 'releases/1.0/release.json'), 'utf8'));
  const { app, talos } = releaseManifest.parse(release);
  expect(text).toContain(`/image/${talos.schematicId}/${talos.version}/metal-amd64.iso`);
  expect(text).toContain(`HEAD:refs/heads/${app.releaseBranch}\n`);
});

/** A heading's anchor, as GitHub makes it. */
function anchorOf(heading: string): string {
  return heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

test.each([
  'README.md',
  'docs/operating.md',
  'docs/blockers.md',
  'docs/http-api.md',
  'docs/releasing.md',
  'docs/changing.md',
])('the links of %s lead somewhere', async (file) => {
  const text = (await readFile(join(ROOT, file), 'utf8'))
    .replaceAll(/^```[\s\S]*?^```/gm, '')
    .replaceAll(/`[^`]*`/g, '');
  const broken: string[] = [];
  for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^https?:/.test(target)) continue;
    const [path = '', anchor] = target.split('#');
    const at = path === '' ? join(ROOT, file) : join(ROOT, dirname(file), path);
    const isThere = await access(at).then(
      () => true,
      () => false,
    );
    const headings = anchor === undefined ? [] : [...(await readFile(at, 'utf8')).matchAll(/^#+ (.*)$/gm)];
    const hasAnchor = anchor === undefined || headings.some(([, heading = '']) => anchorOf(heading) === anchor);
    if (!isThere || !hasAnchor) broken.push(target);
  }
  expect(broken).toEqual([]);
});
