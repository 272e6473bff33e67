import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { InstallView } from '../../client/install/view.ts';
import { OWN_KUBECONFIG } from '../support/kubeconfig.ts';
import { statusDocument } from '../../model/status.ts';
import { fakeKubernetes } from '../support/fake-kubernetes/index.ts';
import { pod } from './support/pod.ts';
import { at, completed, progressIn } from './support/progress.ts';
import { NOW, noQuestions, runClient, temporaryFolder } from './support/run-client.ts';
import type { Run, RunOptions } from './support/run-client.ts';
import { COMPLETE, HOST_WAIT, PARKED, PULL, READY, TAG_MISSING, story } from './support/scenes.ts';
import { running, scriptedInstalls } from './support/scripted-installs.ts';
import type { Script } from './support/scripted-installs.ts';

const GOOD = [
  'start',
  '--fresh',
  '--node-ip',
  '192.0.2.10',
  '--repo-url',
  'https://git.example.org/alga/appliance.git',
];

/** A folder in which an install was ordered. */
async function orderedHome(): Promise<string> {
  const home = await temporaryFolder();
  const { services } = scriptedInstalls({ scenes: [] });
  await runClient([...GOOD, '--detach'], { home, services });
  return home;
}

const refused = async () => ({ status: null, location: null, error: 'connect ECONNREFUSED' });

async function status(view: InstallView | null, argv: readonly string[] = [], options: RunOptions = {}): Promise<Run> {
  const { services } = scriptedInstalls({ scenes: [{ at: 0, view }] });
  const home = options.home ?? (await orderedHome());
  return runClient(['status', ...argv], { home, ...options, services: { ...services, ...options.services } });
}

const CORE = running(progressIn('core', { activeOperations: [PULL], updatedAt: at(0) }));

describe('how it looks', () => {
  const looks: [name: string, argv: string[], options: RunOptions][] = [
    ['tty', [], { tty: true }],
    ['tty-no-color-variable', [], { tty: true, env: { NO_COLOR: '1' } }],
    ['tty-narrow', [], { tty: true, columns: 50 }],
    ['tty-ascii', ['--no-color'], { tty: true, env: { LANG: 'C' } }],
    ['pipe', [], {}],
    ['yaml', ['-o', 'yaml'], {}],
  ];
  test.each(looks)('blocked, %s', async (name, argv, options) => {
    const { exit, stdout } = await status(running(PARKED), argv, options);
    expect(exit).toBe(4);
    await expect(stdout).toMatchFileSnapshot(`golden/status-blocked-${name}.txt`);
  });

  test('colour is only ever a second sign: without it every word is still there', async () => {
    const plain = await status(running(PARKED), [], { tty: true, env: { NO_COLOR: '1' } });
    const colour = await status(running(PARKED), [], { tty: true });
    // oxlint-disable-next-line no-control-regex -- that is what is looked for
    expect(colour.stdout.replaceAll(/\u001B\[\d+m/g, '')).toBe(plain.stdout);
    expect(colour.stdout).not.toBe(plain.stdout);
  });

  test.each(['NO_COLOR', 'TERM'])('%s turns colours off', async (name) => {
    const { stdout } = await status(CORE, [], { tty: true, env: { [name]: name === 'TERM' ? 'dumb' : '1' } });
    expect(stdout).not.toContain('\u001B');
  });

  test('FORCE_COLOR colours a pipe', async () => {
    expect((await status(CORE, [], { env: { FORCE_COLOR: '1' } })).stdout).toContain('\u001B[');
  });

  test('an install that pulls, in words', async () => {
    const { exit, stdout } = await status(CORE);
    expect(exit).toBe(0);
    await expect(stdout).toMatchFileSnapshot('golden/status-core.txt');
  });

  test('-o json is the status document, and nothing else is on stdout', async () => {
    const { stdout } = await status(running(PARKED), ['-o', 'json']);
    const document = statusDocument.parse(JSON.parse(stdout));
    expect(document.rollup).toEqual({
      state: 'failed_action_required',
      message: `${TAG_MISSING.title}. ${TAG_MISSING.reason}`,
      nextAction: TAG_MISSING.nextAction,
    });
    expect(document.topBlockers.map(({ code }) => code)).toEqual(['image-tag-missing']);
    expect(document.install?.phase).toBe('login');
  });

  test('what came from outside cannot move the cursor', async () => {
    const evil = { ...TAG_MISSING, reason: 'a\u001B[2J\u001B]0;title\u0007b\nc' };
    const { stdout } = await status(running({ ...PARKED, blockers: [evil] }));
    expect(stdout).toContain('ab c');
    expect(stdout).not.toContain('\u001B');
  });
});

describe('what it says', () => {
  test('nothing was ever installed: unknown, in words, without starting anything', async () => {
    const { exit, stdout, stderr } = await runClient(['status']);
    expect(exit).toBe(0);
    expect(stdout).toContain('? Unknown  site appliance-single-node');
    expect(stderr).toContain('nothing was installed from this machine');
    expect(stderr).toContain('To install an appliance: `appliance-client start`.');
  });

  test('no worker runs: it still answers, and says what that means', async () => {
    const { exit, stdout, stderr } = await status(CORE, [], { services: { runningWorker: async () => null } });
    expect(exit).toBe(4);
    expect(stdout).toContain('Installing');
    expect(stderr).toContain(
      'No worker is running, so the install does not continue. Resume it: `appliance-client resume`.',
    );
  });

  test('no Temporal: the rest is still told', async () => {
    const { exit, stdout, stderr } = await status(null, [], {
      services: {
        openInstalls: async () => {
          throw Object.assign(new Error('no server to be had'), { name: 'TemporalUnavailableError' });
        },
      },
    });
    expect(exit).toBe(0);
    expect(stdout).toContain('Unknown');
    expect(stderr).toContain("The install's progress is unknown: no server to be had");
  });

  // Lesson 18: with the API down the page said "installing".
  test('a completed install whose cluster does not answer is unknown, not healthy', async () => {
    const home = await orderedHome();
    await writeFile(join(home, 'appliance-single-node', 'kubeconfig'), OWN_KUBECONFIG);
    const view = running(completed(), { run: 'COMPLETED' });
    const kubernetes = fakeKubernetes();
    kubernetes.isAway = true;
    const { stdout } = await status(view, ['-o', 'json'], {
      home,
      services: {
        reader: async () => kubernetes.reader,
        get: refused,
      },
    });
    const document = statusDocument.parse(JSON.parse(stdout));
    expect(document.rollup.state).toBe('unknown');
    expect(document.stale).toBe(true);
    expect(document.sources.find(({ source }) => source === 'kubernetes')?.error).toContain('ECONNREFUSED');
  });

  test.each([
    ['running', HOST_WAIT, 'installing', 0],
    ['parked', PARKED, 'failed_action_required', 4],
    ['ready', READY, 'ready_with_background_issues', 0],
    ['ready, all well', { ...READY, warnings: [] }, 'ready_to_log_in', 0],
    ['paused', progressIn('core', { state: 'paused' }), 'installing', 4],
  ])('before there is a cluster, an install that is %s', async (_, progress, state, exitCode) => {
    const { exit, stdout } = await status(running(progress), ['-o', 'json']);
    expect(statusDocument.parse(JSON.parse(stdout)).rollup.state).toBe(state);
    expect(exit).toBe(exitCode);
  });

  test('several sites: it asks which one is meant', async () => {
    const home = await orderedHome();
    const { services } = scriptedInstalls({ scenes: [] });
    await runClient([...GOOD, '--detach', '--site', 'other'], { home, services });
    const { exit, stderr } = await runClient(['status'], { home });
    expect(exit).toBe(2);
    expect(stderr).toContain('several sites found (appliance-single-node, other): choose one with --site');
  });

  test('several simulated sites, and no other: it asks which one is meant', async () => {
    const home = await temporaryFolder();
    const { services } = scriptedInstalls({ scenes: [] });
    for (const site of ['one', 'two'])
      await runClient(['start', '--fresh', '--simulate', '--yes', '--detach', '--site', site], { home, services });
    const { exit, stderr } = await runClient(['status'], { home });
    expect(exit).toBe(2);
    expect(stderr).toContain('several simulated sites found (one, two): choose one with --site');
  });
});

describe('--watch', () => {
  const watch =
    (script: Script, argv: readonly string[], options: RunOptions = {}) =>
    async (): Promise<Run> => {
      const { services } = scriptedInstalls(script);
      return runClient(['status', '--watch', ...argv], { home: await orderedHome(), services, ...options });
    };
  const scenes = story({ at: 60, progress: PARKED }, { at: 100, progress: COMPLETE });

  test('in a pipe: a line for each change, never silent for ten seconds', async () => {
    const { exit, stdout } = await watch({ scenes }, ['--timeout', '120s'])();
    expect(exit).toBe(5);
    await expect(stdout).toMatchFileSnapshot('golden/watch-pipe.txt');
    const times = [...stdout.matchAll(/^12:(\d\d):(\d\d)Z /gm)].map(([, m, s]) => Number(m) * 60 + Number(s));
    expect(Math.max(...times.slice(1).map((time, index) => time - (times[index] ?? 0)))).toBeLessThan(10);
  });

  test('with -o json: one document a line, for each change only', async () => {
    const { stdout } = await watch({ scenes }, ['--timeout', '120s', '-o', 'json'])();
    const documents = stdout
      .trimEnd()
      .split('\n')
      .map((line) => statusDocument.parse(JSON.parse(line)));
    expect(documents.map(({ install }) => install?.state ?? null)).toEqual([
      null,
      'running',
      'running',
      'running',
      'parked',
      'complete',
    ]);
  });

  test('on a terminal the picture is drawn again', async () => {
    const { services } = scriptedInstalls({ scenes });
    const { stdout } = await runClient(['status', '--watch', '--timeout', '70s'], {
      home: await orderedHome(),
      tty: true,
      services: { ...services, ...noQuestions },
    });
    expect(stdout).toContain('Action required');
    expect(stdout).toContain('\u001B[2K');
  });

  test('on a terminal that says it has no size, a line for each change as in a pipe', async () => {
    const options = { tty: true, columns: 0, rows: 0, env: { NO_COLOR: '1' } };
    const { stdout } = await watch({ scenes }, ['--timeout', '120s'], options)();
    await expect(stdout).toMatchFileSnapshot('golden/watch-pipe.txt');
  });
});

test('--watch of a cluster shows its tiers, and marks what is no longer seen', async () => {
  const home = await orderedHome();
  await writeFile(join(home, 'appliance-single-node', 'kubeconfig'), OWN_KUBECONFIG);
  const { clock, services } = scriptedInstalls({ scenes: [] });
  const kubernetes = fakeKubernetes([pod('db-0')]);
  const { stdout } = await runClient(['status', '--watch', '-o', 'json', '--timeout', '40s'], {
    home,
    services: {
      ...services,
      clock: {
        ...clock,
        sleep: async (milliseconds, signal) => {
          await clock.sleep(milliseconds, signal);
          kubernetes.isAway = clock.now().getTime() - NOW.getTime() > 20_000;
        },
      },
      get: refused,
      reader: async () => kubernetes.reader,
    },
  });
  const documents = stdout
    .trimEnd()
    .split('\n')
    .map((line) => statusDocument.parse(JSON.parse(line)));
  expect(documents[0]?.stale).toBe(false);
  expect(documents[0]?.tiers.platform.status).not.toBe('unknown');
  expect(documents.at(-1)?.stale).toBe(true);
});

test('status of a site in another folder is asked for by --config-dir', async () => {
  const home = await orderedHome();
  await mkdir(join(home, 'elsewhere'));
  const { services } = scriptedInstalls({ scenes: [{ at: 0, view: CORE }] });
  const { stdout } = await runClient(['status', '--config-dir', home, '-o', 'json'], { services });
  expect(statusDocument.parse(JSON.parse(stdout)).timestamp).toBe(NOW.toISOString());
});
