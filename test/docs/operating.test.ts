import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { EXIT } from '../../client/terminal/exit-codes.ts';
import { stopBackground } from '../../worker/index.ts';
import { temporaryFolder } from '../client/support/run-client.ts';
import { needs } from '../support/needs.ts';
import { documentedCommands } from './commands.ts';

needs('built-client', 'temporal-local', 'talosctl');

const CLIENT = join(import.meta.dirname, '../../dist/client.mjs');

/** What cannot be played without a machine or a network. */
const SKIPPED: Readonly<Record<string, string>> = {
  'appliance-client doctor --fetch': 'downloads',
  'appliance-client preflight --node-ip 192.0.2.10 --repo-url https://git.example.com/you/appliance.git':
    'asks a machine',
  'appliance-client releases import ghcr.io/nine-minds/alga-appliance-release:stable': 'asks a registry',
  'appliance-client codec': 'runs until Ctrl-C',
  'appliance-client logs alga-core': 'reads a cluster',
  'appliance-client pods': 'reads a cluster',
  'appliance-client repair': 'reads a cluster',
  'appliance-client repair --yes': 'writes to a cluster',
  'appliance-client smoke verify': 'asks a page and an application',
  'appliance-client token rotate': 'writes to a cluster',
  'appliance-client admin show': 'asks a database',
  'appliance-client admin reset-password --email ada@example.com': 'writes to a database',
};

/** What ends otherwise where nothing is installed by that name, or nothing runs any more. */
const ENDS: Readonly<Record<string, readonly number[]>> = {
  'appliance-client cancel': [EXIT.done, EXIT.usage],
  // Its start is only planned here.
  'appliance-client status --site berlin': [EXIT.usage],
};

/** These begin an install; every other `start` prints its plan. */
const BEGIN_SLOWLY = /start .*--detach$/;
const TO_THE_END = 'appliance-client start --recover --release-version 1.0';

/** What a command is played with: an install of a simulated appliance, and nothing that is waited for. */
function played(text: string, argv: readonly string[]): readonly string[] {
  if (argv[0] === 'resume') return [...argv, '--detach'];
  if (argv[0] !== 'start') return argv;
  if (BEGIN_SLOWLY.test(text)) return [...argv, '--simulate', '--speed', '1'];
  if (text === TO_THE_END) return [...argv, '--simulate', '--speed', '600', '--yes'];
  return [...argv, '--simulate', '--yes', '--dry-run'];
}

test('the commands of docs/operating.md, in its order, on a simulated appliance', async () => {
  const home = await temporaryFolder();
  const root = join(home, '.alga-psa-appliance');
  onTestFinished(async () => {
    await stopBackground({ home: join(root, '.simulation') });
    await stopBackground({ home: root });
  });
  await mkdir(root);
  await writeFile(join(home, 'password.txt'), 'Sample-Word-4711\n', { mode: 0o600 });
  const env = {
    ALGA_APPLIANCE_HOME: root,
    HOME: home,
    XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'] ?? join(process.env['HOME'] ?? '/', '.cache'),
  };
  const told: string[] = [];
  const failed: string[] = [];
  for (const { text, argv, file, isBlock } of await documentedCommands()) {
    if (file !== 'docs/operating.md' || !isBlock || text in SKIPPED) continue;
    const { exitCode, stdout, stderr } = await execa(process.execPath, [CLIENT, ...played(text, argv)], {
      cwd: home,
      env,
      reject: false,
      stdin: 'ignore',
      timeout: 120_000,
    });
    told.push(text);
    if (!(ENDS[text] ?? [EXIT.done]).includes(exitCode ?? -1))
      failed.push(`${text}: ${exitCode}\n${stdout.slice(-1_000)}\n${stderr.slice(-1_000)}`);
  }
  expect(failed).toEqual([]);
  expect(told).toContain(TO_THE_END);
  expect(told.length).toBeGreaterThan(25);
}, 600_000);

test('what is not played stands in the document', async () => {
  const texts = (await documentedCommands()).filter(({ file }) => file === 'docs/operating.md').map(({ text }) => text);
  for (const text of [...Object.keys(SKIPPED), ...Object.keys(ENDS), TO_THE_END]) expect(texts).toContain(text);
});
