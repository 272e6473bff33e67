import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { COMMANDS, nameOf } from '../../client/commands/index.ts';
import { columnsOf } from '../../client/terminal/text.ts';
import { noQuestions, runClient, temporaryFolder } from './support/run-client.ts';
import type { RunOptions } from './support/run-client.ts';
import { dialectIn } from '../support/dialect.ts';
import { testSpec } from '../support/spec.ts';

/** What a person's environment says of colours: nothing, and that there shall be none. */
const COLOURS: readonly Record<string, string>[] = [{ TERM: 'xterm-256color' }, { NO_COLOR: '1', FORCE_COLOR: '1' }];
const TERMINAL: RunOptions = { tty: true, columns: 80, env: { TERM: 'xterm-256color' } };
const ESCAPE = '\u001b';

/**
 * Lines that are wider than 80 columns, but for those that are one piece to be copied: a command in backquotes, a path or an
 * address, with what stands directly around it.
 */
function tooWide(text: string): string[] {
  return text.split('\n').filter((line) => {
    if (columnsOf(line) <= 80) return false;
    const pieces = line
      .trim()
      .replaceAll(/`[^`]*`/g, (code) => code.replaceAll(' ', '_'))
      .split(' ');
    return pieces.length > 1;
  });
}

describe('help texts', () => {
  const calls = [['--help'], ['help'], [], ...COMMANDS.map((row) => [nameOf(row), '--help'])];

  test.each(calls.map((argv) => [argv.join(' ') || '(nothing)', argv] as const))('%s', async (_, argv) => {
    for (const env of COLOURS) {
      const { stdout, stderr } = await runClient(argv, { ...TERMINAL, env });
      const text = stdout + stderr;
      expect(text).toContain('Usage: appliance-client');
      expect(text.split('\n').filter((line) => columnsOf(line) > 80)).toEqual([]);
      expect(text).not.toContain(ESCAPE);
      expect(dialectIn(text)).toEqual([]);
    }
    const piped = await runClient(argv, {});
    expect(piped.stdout + piped.stderr).not.toContain(ESCAPE);
  });

  test('an example that is too long for a terminal can still be copied', async () => {
    const { stdout } = await runClient(['start', '--help'], TERMINAL);
    const [, text = ''] = stdout.split('Examples:\n');
    const commands = text.replaceAll(/ \\\n +/g, ' ').split('\n');
    expect(commands[0]).toBe(
      '  $ appliance-client start --fresh --node-ip 192.0.2.10 --repo-url https://git.example.com/alga/appliance.git',
    );
  });
});

/** A call that is wrong, what it is about, and in what surroundings. */
type Wrong = readonly [argv: string, object: string, options?: RunOptions & { readonly arrange?: Arrange }];
/** Prepares the folder of all sites for a call. */
type Arrange = (home: string) => Promise<void>;

const GOOD = 'start --fresh --node-ip 192.0.2.10 --repo-url https://git.example.org/alga/appliance.git';

const unavailable: RunOptions = {
  services: {
    openInstalls: async () => {
      throw Object.assign(
        new Error(
          'no Temporal server answers at 127.0.0.1:7233: check TEMPORAL_ADDRESS, or unset it for the local server',
        ),
        { name: 'TemporalUnavailableError' },
      );
    },
  },
};

/** The record of a site that was ordered, as far as these calls read it. */
const recorded =
  (...names: string[]): Arrange =>
  async (home) => {
    for (const name of names) {
      await mkdir(join(home, name), { recursive: true });
      await writeFile(
        join(home, name, 'site.json'),
        JSON.stringify({
          apiVersion: 'appliance.alga-psa/v1',
          kind: 'Site',
          siteId: name,
          nodeIp: '192.0.2.10',
          appUrl: 'http://192.0.2.10:3000',
          hostname: name,
          createdAt: '2026-05-01T12:00:00.000Z',
          updatedAt: '2026-05-01T12:00:00.000Z',
          spec: testSpec({ siteId: name }),
          cluster: null,
        }),
      );
    }
  };

const damaged: Arrange = async (home) => {
  await mkdir(join(home, 'berlin'), { recursive: true });
  await writeFile(join(home, 'berlin', 'site.json'), '{"kind": "Site"');
};
const renamed: Arrange = async (home) => {
  await recorded('berlin')(home);
  await rename(join(home, 'berlin'), join(home, 'paris'));
};

const WRONG: readonly Wrong[] = [
  // words that are none
  ['strat', 'strat'],
  ['help nothing', 'nothing'],
  ['status --wach', '--wach'],
  ['status -o xml', 'xml'],
  ['status extra', 'status'],
  ['status --site', '--site'],
  ['status --site --watch', '--watch'],
  ['smoke', 'action'],
  ['smoke test', 'test'],
  ['admin', 'action'],
  ['admin remove', 'remove'],
  ['token turn', 'turn'],
  ['worker restart', 'restart'],
  ['worker service start', 'start'],
  ['codec open', 'open'],
  ['releases get', 'get'],
  ['completion tcsh', 'tcsh'],
  ['completion', 'shell'],
  // values that are none
  ['status --site Bad_Name', 'Bad_Name'],
  ['status --watch --timeout 5', '--timeout'],
  ['resume --until tomorrow', 'tomorrow'],
  ['logs alga-core --tail many', '--tail'],
  ['codec --port eighty', '--port'],
  ['smoke monitor --timeout soon', '--timeout', { arrange: recorded('berlin') }],
  ['start', '--node-ip'],
  [`${GOOD} --recover`, '--recover'],
  [`${GOOD} --hostname My_Host`, '--hostname'],
  [`${GOOD} --network-mode magic`, 'magic'],
  [`${GOOD} --release-version 9.9`, '9.9'],
  [`${GOOD} --channel beta`, 'beta'],
  [`${GOOD} --repo-url http://git.example.org/a`, '--repo-url'],
  [`${GOOD} --repo-url https://u:p@git.example.org/a`, '--repo-url'],
  [`${GOOD} --auth-key-file nowhere`, '--auth-key-file'],
  [`${GOOD} --license-file nowhere`, '--license-file'],
  [`${GOOD} --kubeconfig nowhere`, '--kubeconfig'],
  [`${GOOD} --alga-core-tag latest`, '--alga-core-tag'],
  [`${GOOD} --image-tag web=1`, '--image-tag'],
  [`${GOOD} --speed 5`, '--speed'],
  ['start --simulate dns', 'dns'],
  ['start --simulate --speed warp', '--speed'],
  ['set', '--dns-servers'],
  ['set --dns-servers dns', '--dns-servers'],
  ['set --alga-core-tag latest', '--alga-core-tag'],
  // things that are not there
  ['resume', 'appliance-single-node'],
  ['retry', 'appliance-single-node'],
  ['pause', 'appliance-single-node'],
  ['cancel', 'appliance-single-node'],
  ['progress', 'appliance-single-node'],
  ['resume', '127.0.0.1:7233', { ...unavailable, arrange: recorded('berlin') }],
  ['cancel', '127.0.0.1:7233', { ...unavailable, arrange: recorded('berlin') }],
  ['pods', 'appliance-single-node'],
  ['logs alga-core', 'appliance-single-node'],
  ['token show', 'token'],
  ['token rotate', 'appliance-single-node'],
  ['admin show', 'appliance-single-node'],
  ['admin reset-password', 'admin reset-password'],
  ['admin show --email ada@example.com', '--email'],
  ['codec rotate', 'appliance-single-node'],
  ['diagnose --from nowhere.json', 'nowhere.json'],
  ['releases show 9.9', '9.9'],
  ['releases show', 'releases show'],
  ['releases validate nowhere', 'nowhere'],
  ['releases remove 9.9', '9.9'],
  ['releases import nowhere.json', 'nowhere.json'],
  ['releases list --like 1.0', '--like'],
  // sites that cannot be told apart, or read
  ['status', 'berlin, paris', { arrange: recorded('berlin', 'paris') }],
  ['token rotate', 'berlin, paris', { arrange: recorded('berlin', 'paris') }],
  ['status', 'site.json', { arrange: damaged }],
  ['status --site berlin', 'berlin', { arrange: renamed }],
  [GOOD, 'berlin, paris', { arrange: recorded('berlin', 'paris') }],
];

/** A person is told what to do: a command or flag to give, what was expected or can be chosen, or an order in words. */
const NEXT_STEP =
  /`[^`]+`|--[a-z][a-z-]+|expected |Allowed choices|Did you mean|such as |\b(?:name|choose|give|run|set|check|copy|add|leave out|remove|restore|correct|call it)\b/i;

describe('wrong invocations', () => {
  test.each(WRONG.map((one, index) => [one[0], index, one] as const))(
    '%s (%i)',
    async (_, _index, [line, object, { arrange, ...options } = {}]) => {
      const folder = await temporaryFolder();
      const home = join(folder, 'sites');
      await mkdir(home);
      await arrange?.(home);
      const common = { home, cwd: folder, namesPassword: false, ...options };
      const argv = line.split(' ');
      // On a terminal what is missing is asked for.
      const unasked = argv[0] === 'start' ? [...argv, '--yes'] : argv;

      const piped = await runClient(argv, common);
      expect(piped.exit, piped.stderr).toBeGreaterThan(1);
      expect(piped.exit).toBeLessThan(10);
      expect(piped.stderr).toMatch(/^error: /m);
      expect(piped.stderr).not.toContain(ESCAPE);
      expect(piped.stderr).toContain(object);
      expect(piped.stderr.replace(object, '')).toMatch(NEXT_STEP);
      expect(dialectIn(piped.stderr)).toEqual([]);

      for (const env of COLOURS) {
        const services = { ...noQuestions, ...options.services };
        const shown = await runClient(unasked, { ...common, ...TERMINAL, env, services });
        expect(tooWide(shown.stderr)).toEqual([]);
        if ('NO_COLOR' in env) expect(shown.stderr).not.toContain(ESCAPE);
      }
    },
  );
});
