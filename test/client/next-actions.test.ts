import { glob, readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { COMMANDS, COMMON_FLAGS } from '../../client/commands/index.ts';
import type { Flag } from '../../client/terminal/flags.ts';
import { createProgram } from '../../client/program.ts';
import { makeBlocker } from '../../diagnosis/index.ts';
import { blockerCode } from '../../model/blocker.ts';
import { testSpec } from '../support/spec.ts';
import { runClient, temporaryFolder, testIo } from './support/run-client.ts';
import { story } from './support/scenes.ts';
import { completed } from './support/progress.ts';
import { scriptedInstalls } from './support/scripted-installs.ts';

/** Takes a text, gives the client's calls in it as arguments, each placeholder filled with a value. */
function callsIn(text: string): string[][] {
  return [...text.matchAll(/`appliance-client ([^`]+)`/g)].map(([, call = '']) =>
    call
      .replaceAll(/<image>=<tag>/g, 'alga-core=1')
      .replaceAll(/<[^>]+>/g, 'x')
      .split(' '),
  );
}

/** What a call would come to: a command that runs, a help text, or neither. */
async function parses(argv: readonly string[]): Promise<'none' | 'run' | 'help'> {
  const { io, stderr } = testIo('/nowhere');
  let command: 'none' | 'run' | 'help' = 'none';
  const program = await createProgram(io, argv, async () => {
    command = 'run';
  });
  await program.parseAsync([...argv], { from: 'user' }).catch((error: unknown) => {
    if (!(error instanceof Error && 'exitCode' in error && error.exitCode === 0))
      throw new Error(stderr(), { cause: error });
    command = 'help';
  });
  return command;
}

describe('every command in a next action is one that the client takes', () => {
  const actions = blockerCode.options.flatMap((code) => {
    const context = {
      component: 'alga-core',
      tier: 'login' as const,
      object: 'Pod msp/alga-core-0',
      at: '2026-05-01T12:00:00Z',
      siteId: 'site-1',
      nodeIp: '192.0.2.10',
      facts: {},
    };
    return callsIn(makeBlocker(code, context).nextAction).map((argv) => [code, argv] as const);
  });

  test('there are some', () => {
    expect(actions.length).toBeGreaterThan(30);
  });

  test.each(actions)('%s: %j', async (_, argv) => {
    expect(await parses(argv)).not.toBe('none');
  });
});

/** Of the parser itself, of a program that Flux runs, of a recognised message. */
const NO_FLAGS = ['--help', '--no-', '--feature-gates', '--insecure', '--overwrite'];

/** Rooms whose texts people read. */
const ROOMS = [
  'activities',
  'client',
  'diagnosis',
  'model',
  'site-folder',
  'status-service',
  'tools',
  'worker',
  'workflows',
];

/** Gives the sources of these rooms, without comments. */
async function texts(): Promise<{ file: string; text: string }[]> {
  const files: { file: string; text: string }[] = [];
  for await (const file of glob(ROOMS.map((room) => `${room}/**/*.ts`))) {
    const text = await readFile(file, 'utf8');
    files.push({ file, text: text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '') });
  }
  return files;
}

/** The client's calls in a source: written out between backquotes, or built by the two helpers that add the site. */
function callsInSource(text: string): string[] {
  const written = [...text.matchAll(/\\?`appliance-client ((?:\$\{[^}]*\}|[^`\\])+)\\?`/g)];
  const built = [...text.matchAll(/(?:appliance|callOf)\(context, (?:site, )?['`]([^'`]+)['`]\)/g)];
  return [...written, ...built].map(([, call = '']) => call);
}

describe('every command and flag in any text is one that the client takes', () => {
  test('commands with their flags', async () => {
    const found = (await texts()).flatMap(({ file, text }) => callsInSource(text).map((call) => ({ file, call })));
    expect(found.length).toBeGreaterThan(90);
    const wrong: string[] = [];
    for (const { file, call } of found) {
      // A flag or a command that is itself a variable is seen where the text is made; a pattern is none.
      if (/^\$\{|--\$\{|\[\^/.test(call)) continue;
      const argv = call
        .replaceAll('<image>=<tag>', 'alga-core=1')
        .replaceAll(/ \$\d/g, '')
        .replaceAll(/\$\{[^}]*\}|<[^>]+>/g, 'x')
        .split(' ');
      await parses(argv).catch((error: unknown) => wrong.push(`${file}: ${call}: ${String(error)}`));
    }
    expect(wrong).toEqual([]);
  });

  test('flags that stand alone', async () => {
    const known = new Set(
      (await Promise.all(COMMANDS.map(async (row) => (await row.load()).command.flags)))
        .flat()
        .concat(COMMON_FLAGS)
        .flatMap(namesOf),
    );
    const said = (await texts())
      .filter(({ file }) => /^(activities\/(phases|classify)|diagnosis\/rules|client)\b/.test(file))
      .flatMap(({ file, text }) =>
        [...withoutOtherPrograms(text).matchAll(/(?<![\w-])--[a-z][a-z-]+(?![\w-])/g)].map(([flag]) => ({
          file,
          flag,
        })),
      );
    expect(said.length).toBeGreaterThan(60);
    expect(said.filter(({ flag }) => !known.has(flag) && !NO_FLAGS.includes(flag))).toEqual([]);
  });
});

function namesOf({ flags }: Flag): string[] {
  return [...flags.matchAll(/--[a-z-]+/g)].map(([name]) => name);
}

/** Takes a source, gives it without the calls of other programs, which have flags of their own. */
function withoutOtherPrograms(text: string): string {
  return text
    .replaceAll(/(?:kubectl|talosctl|flux|helm|git)\(\s*context,\s*(['`])[\s\S]*?\1/g, '')
    .replaceAll(/\\?`(?:kubectl|talosctl|flux|helm|git|temporal) (?:\$\{[^}]*\}|[^`\\])*\\?`/g, '')
    .replaceAll(/(?:run|git|execa)\([^;]*?\);/g, '');
}

test('the short forms mean the long ones', async () => {
  const home = await temporaryFolder();
  const { ordered, services } = scriptedInstalls({ scenes: story({ at: 9, progress: completed() }) });
  const argv = ['start', '--fresh', '--node-ip', '192.0.2.10', '--repo-url', testSpec().repo.url];
  const short = [
    '--branch',
    'main',
    '--release',
    '1.0-rc5',
    '--image-tag',
    'alga-core=a1',
    '--image-tag',
    'workflow-worker=w1',
  ];
  const { exit } = await runClient([...argv, ...short], { home, services });
  expect(exit).toBe(0);
  expect(ordered[0]).toMatchObject({
    repo: { branch: 'main' },
    channel: null,
    imageTags: { algaCore: 'a1', workflowWorker: 'w1' },
  });
});

test.each(['nothing=1', 'alga-core', 'alga-core='])('--image-tag %s ends with 2', async (text) => {
  const { exit, stderr } = await runClient(['set', '--image-tag', text]);
  expect(exit).toBe(2);
  expect(stderr).toContain(`--image-tag "${text}": expected image=tag, with one of the images alga-core`);
});
