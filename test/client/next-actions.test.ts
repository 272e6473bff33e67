import { describe, expect, test } from 'vitest';
import { createProgram } from '../../client/program.ts';
import { makeBlocker } from '../../diagnosis/index.ts';
import { blockerCode } from '../../model/blocker.ts';
import { anywhere, stretchesOf } from '../../model/render-advice.ts';
import type { InstallThere, Stretch } from '../../model/render-advice.ts';
import { testSpec } from '../support/spec.ts';
import { runClient, temporaryFolder, testIo } from './support/run-client.ts';
import { story } from './support/scenes.ts';
import { completed } from './support/progress.ts';
import { scriptedInstalls } from './support/scripted-installs.ts';

/** The client's calls in rendered advice as a shell parses them, with every hole filled in. */
function callsIn(stretches: readonly Stretch[]): string[][] {
  return stretches
    .filter(({ is, text }) => is === 'command' && text.startsWith('appliance-client '))
    .map(({ text }) =>
      text
        .replace('appliance-client ', '')
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

const SITUATIONS: readonly InstallThere[] = ['attended', 'unattended', 'over', 'check', 'elsewhere', 'unknown'];

describe.each(SITUATIONS)('every command in advice is one that the client takes: %s', (install) => {
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
    const blocker = makeBlocker(code, context);
    return callsIn(stretchesOf(blocker, anywhere('site-1', install))).map((argv) => [code, argv] as const);
  });

  test('there are some', () => {
    expect(actions.length).toBeGreaterThan(20);
  });

  test.each(actions)('%s: %j', async (_, argv) => {
    expect(await parses(argv)).not.toBe('none');
    // Nobody is there to be told, unless an install is open.
    if ((install === 'over' || install === 'check') && !argv.includes('--help'))
      expect(argv[0]).not.toMatch(/^(?:retry|cancel|set)$/);
  });
});

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
  expect(stderr).toContain(`--image-tag "${text}": expected image=tag, where image is one of alga-core`);
});
