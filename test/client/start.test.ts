import { readdir, readFile, rm, writeFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Cluster } from '../../activities/ports/kubernetes.ts';
import type { Services } from '../../client/services.ts';
import { OWN_KUBECONFIG } from '../support/kubeconfig.ts';
import type { InstallProgress } from '../../model/progress.ts';
import type { InstallSpec } from '../../model/site.ts';
import { RECHECKS, advise, holeFor, set } from '../../model/advice.ts';
import { testSpec } from '../support/spec.ts';
import { progressIn } from './support/progress.ts';
import { NOW, noQuestions, runClient, temporaryFolder } from './support/run-client.ts';
import { COMPLETE, PARKED, READY, TAG_MISSING, story } from './support/scenes.ts';
import { running, scriptedInstalls } from './support/scripted-installs.ts';

const GOOD = [
  'start',
  '--fresh',
  '--node-ip',
  '192.0.2.10',
  '--repo-url',
  'https://git.example.org/alga/appliance.git',
];
const DONE = story({ at: 60, progress: READY }, { at: 90, progress: COMPLETE });

describe('an install that is followed', () => {
  test('in a pipe: a line for each change, data on stdout', async () => {
    const home = await temporaryFolder();
    const { calls, services } = scriptedInstalls({ scenes: DONE });
    const { exit, stdout, stderr } = await runClient(GOOD, { home, services });
    expect(exit).toBe(0);
    await expect(stdout).toMatchFileSnapshot('golden/start-pipe.stdout.txt');
    await expect(stderr.replaceAll(home, '/home/op/.alga-psa-appliance')).toMatchFileSnapshot(
      'golden/start-pipe.stderr.txt',
    );
    expect(calls).toEqual(['open on-demand', 'start', 'worker', 'stop worker', 'close']);
  });

  describe.each([false, true])('what will be followed (terminal: %s)', (tty) => {
    const DIFFERS = 'Flux follows branch main';
    test.each([
      { argv: [], branch: 'release/1.0', channel: ' (channel stable)', differs: false },
      { argv: ['--channel', 'nightly'], branch: 'main', channel: ' (channel nightly)', differs: true },
      { argv: ['--release-version', '1.0', '--repo-branch', 'main'], branch: 'main', channel: '', differs: true },
    ])(
      'is said once, and where it is not the branch of the release: $argv',
      async ({ argv, branch, channel, differs }) => {
        const { services } = scriptedInstalls({ scenes: DONE });
        const { stderr } = await runClient([...GOOD, '--yes', ...argv], {
          tty,
          columns: 400,
          services: { ...services, ...noQuestions },
        });
        for (const line of [
          `Release: 1.0${channel}, branch release/1.0, profile talos-single-node, mode fresh\n`,
          `Source: https://git.example.org/alga/appliance.git, branch ${branch}, folder ./flux/profiles/talos-single-node\n`,
        ])
          expect(stderr.split(line)).toHaveLength(2);
        expect(stderr.split(DIFFERS)).toHaveLength(differs ? 2 : 1);
        const plan = await runClient(['plan', ...GOOD.slice(1), ...argv]);
        expect(plan.stdout.split(DIFFERS)).toHaveLength(differs ? 2 : 1);
      },
    );
  });

  describe('the token of the status page', () => {
    const started = async (argv: readonly string[], tty: boolean) => {
      const home = await temporaryFolder();
      const { services } = scriptedInstalls({ scenes: DONE });
      const ran = await runClient([...GOOD, '--yes', ...argv], {
        home,
        tty,
        services: { ...services, ...noQuestions },
      });
      return { ...ran, token: (await readFile(join(home, 'appliance-single-node/status-token'), 'utf8')).trim() };
    };

    test('is shown on a terminal, with its file', async () => {
      const { token, stdout, stderr } = await started([], true);
      expect(token).toMatch(/^\S{40,}$/);
      expect(stderr).toContain(`Token of the status page: ${token} (kept in ~/appliance-single-node/status-token;`);
      expect(stdout).not.toContain(token);
    });

    test.each([
      { argv: [], tty: false },
      { argv: ['-o', 'json'], tty: true },
      { argv: ['--detach'], tty: false },
    ])('never leaves by a pipe or a document: $argv, its file is named', async ({ argv, tty }) => {
      const { token, stdout, stderr } = await started(argv, tty);
      expect(`${stdout}${stderr}`).not.toContain(token);
      expect(stderr).toContain('Token of the status page: ~/appliance-single-node/status-token');
    });
  });

  // "No silence over 10 seconds" holds for every line that begins with a time.
  test('in a pipe it is never silent for ten seconds', async () => {
    const { services } = scriptedInstalls({ scenes: DONE });
    const { stderr } = await runClient(GOOD, { services });
    const times = [...stderr.matchAll(/^(\d\d):(\d\d):(\d\d)Z /gm)].map(
      ([, h, m, s]) => Number(h) * 3600 + Number(m) * 60 + Number(s),
    );
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(times.length).toBeGreaterThan(8);
    expect(Math.max(...gaps)).toBeLessThan(10);
    expect(stderr).toContain(
      'still waiting for the maintenance API on 192.0.2.10 for 8s; last seen: connection refused',
    );
  });

  test('on a terminal: the whole picture, drawn again', async () => {
    const { services } = scriptedInstalls({ scenes: DONE });
    const { exit, stderr } = await runClient([...GOOD, '--yes'], {
      services: { ...services, ...noQuestions },
      tty: true,
    });
    expect(exit).toBe(0);
    expect(stderr).toContain('waiting for the maintenance API on 192.0.2.10 for 3s; last seen: connection refused');
    expect(stderr).toMatch(/COMPLETE.*appliance-single-node/);
  });

  test('with --quiet only the result is printed', async () => {
    const { services } = scriptedInstalls({ scenes: DONE });
    const { stdout, stderr } = await runClient([...GOOD, '--quiet'], { services });
    expect(stderr).toBe('');
    expect(stdout).toContain('Alga PSA:    http://192.0.2.10:3000');
  });

  test('with -o json the last progress is one document on stdout', async () => {
    const { services } = scriptedInstalls({ scenes: DONE });
    const { stdout } = await runClient([...GOOD, '-o', 'json'], { services });
    expect(JSON.parse(stdout)).toEqual(COMPLETE);
  });

  test('--until login ends when people can log in, and leaves the rest to a background worker', async () => {
    const { calls, services } = scriptedInstalls({ scenes: DONE });
    const { exit, stdout, stderr } = await runClient([...GOOD, '--until', 'login'], { services });
    expect(exit).toBe(0);
    expect(calls).toContain('worker detached');
    expect(calls).not.toContain('stop worker');
    expect(stderr).toContain('LOGIN_READY http://192.0.2.10:3000');
    expect(stdout).toContain('people can log in; background services are still starting');
    expect(stderr).toContain('A worker (process 4711, log /home/worker.log) continues the install.');
  });

  test('--timeout ends with 5 and says that nobody goes on', async () => {
    const { calls, services } = scriptedInstalls({ scenes: DONE });
    const { exit, stderr } = await runClient([...GOOD, '--timeout', '30s'], { services });
    expect(exit).toBe(5);
    expect(calls).toContain('stop worker');
    expect(stderr).toContain('No worker is running now, so the install does not continue.');
    expect(stderr).toContain('`appliance-client resume` resumes it');
  });

  test('--detach leaves it to a background worker and returns', async () => {
    const { calls, services } = scriptedInstalls({ scenes: DONE });
    const { exit, stderr } = await runClient([...GOOD, '--detach'], { services });
    expect(exit).toBe(0);
    expect(calls).toEqual(['open on-demand', 'start', 'worker detached', 'close']);
    expect(stderr).toContain('its log: /home/worker.log');
  });
});

describe('a blocked install', () => {
  const blocked = story({ at: 60, progress: PARKED }, { at: 300, progress: COMPLETE });

  test('is followed further, says blocker and next action, and goes on by itself', async () => {
    const { services } = scriptedInstalls({ scenes: blocked });
    const { exit, stderr } = await runClient(GOOD, { services });
    expect(exit).toBe(0);
    expect(stderr).toContain(TAG_MISSING.nextAction);
    expect(stderr).toContain('resolved: The image tag does not exist [image-tag-missing]');
  });

  test('ends with 4 when --exit-on-block asks for it', async () => {
    const { services } = scriptedInstalls({ scenes: blocked });
    const { exit, stderr } = await runClient([...GOOD, '--exit-on-block'], { services });
    expect(exit).toBe(4);
    expect(stderr).toContain('image-tag-missing');
    expect(stderr.split(TAG_MISSING.nextAction)).toHaveLength(2);
  });

  test('ends with 4 and still names the blocker when it is quiet', async () => {
    const { services } = scriptedInstalls({ scenes: blocked });
    const { exit, stderr } = await runClient([...GOOD, '--exit-on-block', '--quiet'], { services });
    expect(exit).toBe(4);
    expect(stderr).toContain(TAG_MISSING.nextAction);
  });
});

// What it was parked on when it was last seen may be gone: an old blocker is no answer.
describe('an install that was blocked when it was last seen', () => {
  /** Parked until it looks again, then as the look finds it. */
  const parkedUntilRetry = (found: InstallProgress) => {
    let retried = false;
    const calls: string[] = [];
    const scripted = scriptedInstalls({
      scenes: [],
      outcome: { kind: 'joined' },
      installs: {
        view: async () =>
          running(retried ? found : PARKED, retried && found.state === 'complete' ? { run: 'COMPLETED' } : {}),
        retry: async () => {
          retried = true;
          calls.push('retry');
        },
      },
    });
    return { calls, services: scripted.services };
  };

  test.each([
    ['start', GOOD],
    ['resume', ['resume']],
  ])('%s --exit-on-block has it look first, and does not end at what is gone', async (_, argv) => {
    const home = await temporaryFolder();
    await runClient(GOOD, { home, services: scriptedInstalls({ scenes: DONE }).services });
    const { calls, services } = parkedUntilRetry(COMPLETE);
    const { exit, stderr } = await runClient([...argv, '--exit-on-block'], { home, services });
    expect(calls).toEqual(['retry']);
    expect(stderr).not.toContain(TAG_MISSING.nextAction);
    expect(exit).toBe(0);
  });

  test('ends with 4 when the look finds it again', async () => {
    const home = await temporaryFolder();
    await runClient(GOOD, { home, services: scriptedInstalls({ scenes: DONE }).services });
    const { services } = parkedUntilRetry(PARKED);
    const { exit, stderr } = await runClient(['resume', '--exit-on-block'], { home, services });
    expect(exit).toBe(4);
    expect(stderr).toContain(TAG_MISSING.code);
  });

  test('is followed as it is where nobody asked to end at a blocker', async () => {
    const home = await temporaryFolder();
    await runClient(GOOD, { home, services: scriptedInstalls({ scenes: DONE }).services });
    const { calls, services } = parkedUntilRetry(COMPLETE);
    const { exit } = await runClient(['resume', '--timeout', '5s'], { home, services });
    expect(exit).toBe(5);
    expect(calls).toEqual([]);
  });
});

describe('a preflight that fails', () => {
  const progress = progressIn('preflight', { state: 'parked', blockers: [TAG_MISSING] }, 'blocked');

  test('ends with 3 and withdraws the order, so that a corrected one is not refused', async () => {
    const { calls, services } = scriptedInstalls({ scenes: [{ at: 0, view: running(progress) }] });
    const { exit, stderr } = await runClient(GOOD, { services });
    expect(exit).toBe(3);
    expect(calls).toContain('cancel');
    expect(stderr).toContain(TAG_MISSING.nextAction);
    expect(stderr).toContain('Preflight failed: nothing was touched');
  });

  test.each([false, true])('speaks of no install that looks again: it is withdrawn (terminal: %s)', async (tty) => {
    const advice = [...advise`Give others: ${set('--dns-servers', holeFor('ip'))}. ${RECHECKS}`];
    const blockers = [{ ...TAG_MISSING, advice }];
    const { services } = scriptedInstalls({ scenes: [{ at: 0, view: running({ ...progress, blockers }) }] });
    const { stderr } = await runClient([...GOOD, '--yes'], { services: { ...services, ...noQuestions }, tty });
    expect(stderr).toContain('Give others: run this check again with `--dns-servers <ip>`.');
    expect(stderr).not.toMatch(/checks again|appliance-client (?:set|retry)/);
  });

  test('ends with 7 when a tool is missing', async () => {
    const tool = { ...TAG_MISSING, code: 'operator-tool-missing' as const };
    const { services } = scriptedInstalls({ scenes: [{ at: 0, view: running({ ...progress, blockers: [tool] }) }] });
    expect((await runClient(GOOD, { services })).exit).toBe(7);
  });

  test('is not withdrawn by somebody who only joined it', async () => {
    const { calls, services } = scriptedInstalls({
      scenes: [{ at: 0, view: running(progress) }],
      outcome: { kind: 'joined' },
    });
    const { exit } = await runClient(GOOD, { services });
    expect(exit).toBe(3);
    expect(calls).not.toContain('cancel');
  });
});

// Lesson 25: Ctrl-C left the work running with no way back to it.
describe('Ctrl-C', () => {
  const interruptedAt = (seconds: number) => {
    const controller = new AbortController();
    const scripted = scriptedInstalls({ scenes: DONE });
    const { clock } = scripted;
    const sleep: typeof clock.sleep = async (milliseconds, signal) => {
      await clock.sleep(milliseconds, signal);
      if (clock.now().getTime() - NOW.getTime() >= seconds * 1000) controller.abort();
    };
    return { ...scripted, services: { ...scripted.services, clock: { ...clock, sleep } }, signal: controller.signal };
  };

  test('detaches with 130, stops the worker of its own, and says how to come back', async () => {
    const { calls, services, signal } = interruptedAt(20);
    const { exit, stderr } = await runClient(GOOD, { services, signal });
    expect(exit).toBe(130);
    expect(calls).toContain('stop worker');
    expect(stderr).toContain(
      'No worker is running now, so the install does not continue.\n`appliance-client resume` resumes it',
    );
  });

  test("leaves another's worker alone and says that it goes on", async () => {
    const { calls, services, signal } = interruptedAt(20);
    const { stderr } = await runClient(GOOD, {
      signal,
      services: {
        ...services,
        ensureWorker: async () => ({
          pid: 42,
          logFile: '/log',
          startedNow: false,
          detached: true,
          stop: async () => {
            calls.push('stop worker');
          },
          exited: new Promise<number | null>(() => {}),
        }),
      },
    });
    expect(calls).not.toContain('stop worker');
    expect(stderr).toContain('A worker (process 42, log /log) continues the install.');
  });
});

describe('an install that runs already', () => {
  test('is joined when the spec is the same', async () => {
    const { services } = scriptedInstalls({ scenes: DONE, outcome: { kind: 'joined' } });
    const { exit, stderr } = await runClient(GOOD, { services });
    expect(exit).toBe(0);
    expect(stderr).toContain('Joined the running install of appliance-single-node.');
  });

  test('is refused with 6 and every difference, and nothing of the order is written', async () => {
    const home = await temporaryFolder();
    const record = (): Promise<string> => readFile(join(home, 'appliance-single-node', 'site.json'), 'utf8');
    await runClient(GOOD, { home, services: scriptedInstalls({ scenes: DONE }).services });
    const before = await record();
    const other = testSpec({ nodeIp: '192.0.2.99', dnsServers: ['9.9.9.9'], mode: 'recover' });
    const { calls, services } = scriptedInstalls({ scenes: DONE, outcome: { kind: 'refused', running: other } });
    const { exit, stderr } = await runClient([...GOOD, '--release-version', '1.0-rc5', '--alga-core-tag', 'eaec6253'], {
      home,
      services,
    });
    expect(exit).toBe(6);
    await expect(stderr).toMatchFileSnapshot('golden/start-refused.txt');
    expect(calls).not.toContain('worker');
    expect(await record()).toBe(before);
  });

  test('a difference that `set` can make is offered as such', async () => {
    const home = await temporaryFolder();
    const first = scriptedInstalls({ scenes: DONE });
    await runClient(GOOD, { home, services: first.services });
    const [spec] = first.ordered;
    const { services } = scriptedInstalls({ scenes: DONE, outcome: { kind: 'refused', running: spec ?? null } });
    const { stderr } = await runClient([...GOOD, '--dns-servers', '9.9.9.9'], { home, services });
    expect(stderr).toContain('To change its inputs: `appliance-client set` with --dns-servers.');
  });
});

// Lesson 2 and 5: a wipe needs the site's own cluster and a consent.
describe('a fresh install where an appliance may be', () => {
  const known = async (): Promise<{ home: string; spec: InstallSpec }> => {
    const home = await temporaryFolder();
    const { ordered, services } = scriptedInstalls({ scenes: DONE });
    await runClient(GOOD, { home, services });
    await writeFile(join(home, 'appliance-single-node', 'kubeconfig'), OWN_KUBECONFIG);
    return { home, spec: ordered[0] ?? testSpec() };
  };

  test.each([[], ['--yes']])(
    'with %j destroys nothing without a terminal, begins nothing, and names the data',
    async (...agreed) => {
      const { home } = await known();
      const { calls, services } = scriptedInstalls({ scenes: [], services: holding(['install-1']) });
      const { exit, stderr } = await runClient([...GOOD, ...agreed], { home, services });
      expect(exit).toBe(2);
      expect(flat(stderr)).toContain(
        '--fresh wipes all application data of appliance-single-node on 192.0.2.10, and --yes does not confirm that.',
      );
      expect(flat(stderr)).toContain('`appliance-client start --fresh --destroy install-1`');
      expect(calls).not.toContain('start');
      expect(await consentIn(home)).toBeNull();
    },
  );

  test('wipes the data that is named, and no other: the same command again destroys nothing', async () => {
    const { home } = await known();
    const first = scriptedInstalls({ scenes: DONE, services: holding(['install-1', 'install-1']) });
    expect((await runClient([...GOOD, '--destroy', 'install-1'], { home, services: first.services })).exit).toBe(0);
    expect(await consentIn(home)).toBe('install-1');
    await rm(join(home, 'appliance-single-node', 'consent.json'));
    const again = scriptedInstalls({ scenes: DONE, services: holding(['install-2']) });
    const second = await runClient([...GOOD, '--destroy', 'install-1'], { home, services: again.services });
    expect(second.exit).toBe(2);
    expect(flat(second.stderr)).toContain(
      '--destroy install-1: the application data of appliance-single-node has the id install-2.',
    );
    const third = scriptedInstalls({ scenes: DONE, services: holding([]) });
    const none = await runClient([...GOOD, '--destroy', 'install-1'], { home, services: third.services });
    expect(flat(none.stderr)).toContain('holds no application data (any more)');
    expect([...again.calls, ...third.calls]).not.toContain('start');
    expect(await consentIn(home)).toBeNull();
  });

  test('of data that is noted as of several installs, or of none, is named by what it consists of', async () => {
    const { home } = await known();
    const ids: string[] = [];
    for (const noted of [[null], ['install-1', null], ['install-1', 'install-2']]) {
      const { services } = scriptedInstalls({ scenes: [], services: holding(noted) });
      const { stderr } = await runClient(GOOD, { home, services });
      ids.push(/--destroy (data-[0-9a-f]{12})/.exec(stderr)?.[1] ?? '');
    }
    // Claims decide, not what stands at them: the last two are the same.
    expect(ids[0]).toMatch(/^data-/);
    expect(ids[1]).toBe(ids[2]);
    expect(ids[1]).not.toBe(ids[0]);
  });

  test('of an appliance that does not answer begins without consent, and with the one that was given', async () => {
    const silent = { cluster: async () => Promise.reject(new Error('nobody answers')) };
    for (const [given, consent] of [
      [[], null],
      [['--destroy', 'install-1'], 'install-1'],
    ] as const) {
      const { home } = await known();
      const { services, calls } = scriptedInstalls({ scenes: DONE.slice(1), services: silent });
      const { exit, stderr } = await runClient([...GOOD, ...given], { home, services });
      expect(exit).toBe(0);
      expect(calls).toContain('start');
      expect(await consentIn(home)).toBe(consent);
      expect(flat(stderr).includes('It is unknown whether appliance-single-node holds application data')).toBe(
        consent === null,
      );
    }
  });

  test('--recover with --destroy is refused', async () => {
    const { home } = await known();
    const { calls, services } = scriptedInstalls({ scenes: [] });
    const { exit, stderr } = await runClient(['start', '--recover', '--destroy', 'install-1'], { home, services });
    expect([exit, calls.includes('start')]).toEqual([2, false]);
    expect(stderr).toContain('--destroy belongs to --fresh');
  });

  test("needs the site's name typed on a terminal", async () => {
    const { home } = await known();
    const { services } = scriptedInstalls({ scenes: DONE.slice(1), services: holding(['install-1']) });
    const checks: (string | undefined)[] = [];
    const prompter = async () => ({
      text: async ({ check }: { check?: (value: string) => string | undefined }) => {
        checks.push(check?.('yes'), check?.('appliance-single-node'));
        return 'appliance-single-node';
      },
      secret: async () => '',
      choose: async <Value extends string>(_message: string, _options: unknown, initial: Value) => initial,
      confirm: async () => false,
    });
    const { exit } = await runClient(GOOD, { home, tty: true, services: { ...services, prompter } });
    expect(exit).toBe(0);
    expect(checks).toEqual(['type appliance-single-node, or press Ctrl-C to keep the data', undefined]);
    expect(await consentIn(home)).toBe('install-1');
  });

  test('joins a running one without asking again', async () => {
    const { home } = await known();
    const { ordered, services } = scriptedInstalls({
      scenes: [{ at: 0, view: running(progressIn('core')) }, ...DONE.slice(-1)],
      outcome: { kind: 'joined' },
    });
    const { exit } = await runClient(GOOD, { home, services });
    expect(exit).toBe(0);
    expect(ordered).toHaveLength(1);
    expect(await consentIn(home)).toBeNull();
  });

  test('--recover asks for nothing', async () => {
    const { home } = await known();
    const { services } = scriptedInstalls({ scenes: DONE });
    expect((await runClient(['start', '--recover'], { home, services })).exit).toBe(0);
  });
});

describe('--dry-run and plan', () => {
  test('print the plan and every file, and touch nothing', async () => {
    const home = join(await temporaryFolder(), 'sites');
    const { exit, stdout, stderr } = await runClient([...GOOD, '--dry-run'], { home });
    expect(exit).toBe(0);
    expect(stderr).toBe('');
    await expect(stdout.replaceAll(home, '/home/op/.alga-psa-appliance')).toMatchFileSnapshot('golden/plan.txt');
    await expect(readdir(home)).rejects.toThrow('ENOENT');
  });

  test('say which files are kept', async () => {
    const home = await temporaryFolder();
    await mkdir(join(home, 'appliance-single-node'));
    await writeFile(join(home, 'appliance-single-node', 'secrets.yaml'), '');
    const { stdout } = await runClient([...GOOD, '--dry-run', '-o', 'json'], { home });
    const plan: { files: { path: string; state: string }[] } = JSON.parse(stdout);
    const state = (name: string) => plan.files.find(({ path }) => path.endsWith(`/${name}`))?.state;
    expect([state('secrets.yaml'), state('kubeconfig')]).toEqual(['kept', 'new']);
  });

  test('plan is the same as --dry-run', async () => {
    const home = await temporaryFolder();
    const dry = await runClient([...GOOD, '--dry-run'], { home });
    const plan = await runClient(['plan', ...GOOD.slice(1)], { home });
    expect(plan.stdout).toBe(dry.stdout);
  });
});

describe('--simulate', () => {
  test('needs no input, has a folder of its own, and no way to a Temporal cluster', async () => {
    const home = await temporaryFolder();
    const opened: { home: string; temporal: string[] }[] = [];
    const { calls, services } = scriptedInstalls({ scenes: DONE });
    const { exit } = await runClient(['start', '--simulate', 'dns-refused', '--speed', '10'], {
      home,
      env: { TEMPORAL_ADDRESS: 'cloud.example.com:7233', TEMPORAL_API_KEY: 'canary' },
      services: {
        ...services,
        openInstalls: async (options) => {
          opened.push({
            home: options.home,
            temporal: Object.keys(options.environment).filter((name) => name.startsWith('TEMPORAL_')),
          });
          return services.openInstalls?.(options) ?? Promise.reject(new Error('no script'));
        },
      },
    });
    expect(exit).toBe(0);
    expect(calls).toContain('worker dns-refused');
    expect(opened).toEqual([{ home: join(home, '.simulation'), temporal: [] }]);
    const sites = await runClient(['sites'], { home });
    expect(sites.stdout).toContain('simulated (simulated)');
  });

  test('never takes the name of a real site', async () => {
    const home = await temporaryFolder();
    const { services } = scriptedInstalls({ scenes: DONE });
    await runClient(GOOD, { home, services });
    const { exit, stderr } = await runClient(['start', '--simulate', '--site', 'appliance-single-node'], { home });
    expect(exit).toBe(2);
    expect(stderr).toContain('appliance-single-node is a real site');
  });

  test('resume goes on with the same play', async () => {
    const home = await temporaryFolder();
    const { services } = scriptedInstalls({ scenes: DONE });
    await runClient(['start', '--simulate', 'dns-refused'], { home, services });
    const again = scriptedInstalls({ scenes: story({ at: 90, progress: COMPLETE }) });
    expect((await runClient(['resume'], { home, services: again.services })).exit).toBe(0);
    expect(again.calls).toContain('worker dns-refused');
  });
});

/** An appliance that holds a claim for each of these, noted as of that install. */
function holding(installs: readonly (string | null)[]): Partial<Services> {
  const claims = installs.map((install, index) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: `claim-${index}`,
      namespace: 'msp',
      uid: `uid-${index}`,
      ...(install !== null && { annotations: { 'appliance.alga-psa/install-id': install } }),
    },
  }));
  const list: Cluster['list'] = async ({ kind }) => (kind === 'PersistentVolumeClaim' ? claims : []);
  const reader = { close: async () => {} };
  return { cluster: async () => ({ list, reader }) as unknown as Cluster };
}

async function consentIn(home: string): Promise<string | null> {
  const text = await readFile(join(home, 'appliance-single-node', 'consent.json'), 'utf8').catch(() => null);
  return text === null ? null : z.object({ destroys: z.string() }).parse(JSON.parse(text)).destroys;
}

/** A text as it is read, wherever the terminal breaks it. */
function flat(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}
