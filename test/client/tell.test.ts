import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { specDigest } from '../../site-folder/inputs.ts';
import { EXIT } from '../../client/terminal/exit-codes.ts';
import { UserError } from '../../client/terminal/failure.ts';
import type { InstallSpec } from '../../model/site.ts';
import { COMPLETE, PARKED, story } from './support/scenes.ts';
import { progressIn } from './support/progress.ts';
import { noQuestions, runClient, temporaryFolder } from './support/run-client.ts';
import { running, scriptedInstalls } from './support/scripted-installs.ts';

const GOOD = [
  'start',
  '--fresh',
  '--node-ip',
  '192.0.2.10',
  '--repo-url',
  'https://git.example.org/alga/appliance.git',
];

async function ordered(): Promise<{ home: string; spec: InstallSpec }> {
  const home = await temporaryFolder();
  const first = scriptedInstalls({ scenes: [] });
  await runClient([...GOOD, '--detach'], { home, services: first.services });
  const [spec] = first.ordered;
  if (!spec) throw new Error('nothing was ordered');
  return { home, spec };
}

describe('retry and pause', () => {
  test.each(['retry', 'pause'])('%s reaches the install and says how it is followed', async (command) => {
    const { home } = await ordered();
    const { calls, services } = scriptedInstalls({ scenes: [{ at: 0, view: running(PARKED) }] });
    const { exit, stdout, stderr } = await runClient([command], { home, services });
    expect(exit).toBe(0);
    expect(calls).toContain(command);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/`appliance-client (status --watch|resume)`/);
  });

  test('without a worker it ends with 7 and says so', async () => {
    const { home } = await ordered();
    const { calls, services } = scriptedInstalls({
      scenes: [{ at: 0, view: running(PARKED) }],
      services: { runningWorker: async () => null },
    });
    const { exit, stderr } = await runClient(['retry'], { home, services });
    expect(exit).toBe(7);
    expect(stderr).toContain('No worker is running');
    expect(calls).not.toContain('retry');
  });
});

test('an install that is complete before a cancel reaches it is not said to be cancelled', async () => {
  const { home } = await ordered();
  let isComplete = false;
  const { services } = scriptedInstalls({
    scenes: [],
    installs: {
      view: async () => (isComplete ? running(COMPLETE, { run: 'COMPLETED' }) : running(PARKED)),
      cancel: async () => {
        isComplete = true;
      },
    },
  });
  const { exit, stdout, stderr } = await runClient(['cancel', '--yes'], { home, services });
  expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' });
  expect(stderr).toContain('ended before it could be cancelled (completed)');
});

test('a command waits for a worker that is starting, and is told then', async () => {
  const { home } = await ordered();
  const { calls, clock, services } = scriptedInstalls({ scenes: [{ at: 0, view: running(PARKED) }] });
  const began = clock.now().getTime();
  const isUp = () => clock.now().getTime() - began > 20_000;
  const { exit, stderr } = await runClient(['retry'], {
    home,
    services: {
      ...services,
      workerIsStarting: async () => !isUp(),
      runningWorker: async (folder) => (isUp() ? ((await services.runningWorker?.(folder)) ?? null) : null),
    },
  });
  expect(exit).toBe(0);
  expect(stderr).toContain('Waiting for the worker to start.');
  expect(calls).toContain('retry');
});

test('a worker that never comes up is not waited for without end', async () => {
  const { home } = await ordered();
  const { calls, services } = scriptedInstalls({
    scenes: [{ at: 0, view: running(PARKED) }],
    services: { runningWorker: async () => null, workerIsStarting: async () => true },
  });
  const { exit, stderr } = await runClient(['retry'], { home, services });
  expect(exit).toBe(7);
  expect(stderr).toContain('No worker is running');
  expect(calls).not.toContain('retry');
});

describe('where nothing was ever ordered', () => {
  test.each([['retry'], ['pause'], ['resume'], ['cancel'], ['set', '--dns-servers', '9.9.9.9']])(
    '%s ends with 2, and starts no server to find that out',
    async (...argv) => {
      const { calls, services } = scriptedInstalls({ scenes: [] });
      const { exit, stderr } = await runClient(argv, { services });
      expect(exit).toBe(2);
      expect(stderr).toContain(
        'no install of appliance-single-node on this machine. Start one: `appliance-client start`',
      );
      expect(calls).toEqual([]);
    },
  );
});

describe('codec', () => {
  test.each([
    ['80', 2, '--port "80": expected a number from 1024 to 65535'],
    ['0x50', 2, 'expected a number'],
    ['65536', 2, 'expected a number'],
    ['8081', 7, 'Port 8081 of 127.0.0.1 is in use by another program'],
  ])('--port %s ends with %i', async (port, exitCode, said) => {
    const { home } = await ordered();
    const { services } = scriptedInstalls({ scenes: [{ at: 0, view: running(PARKED) }] });
    const openCodec = async () => {
      throw Object.assign(new Error('listen EADDRINUSE'), { code: 'EADDRINUSE' });
    };
    const { exit, stderr } = await runClient(['codec', '--port', port], { home, services: { ...services, openCodec } });
    expect(exit).toBe(exitCode);
    expect(stderr).toContain(said);
  });
});

describe('set', () => {
  test('sends the change, and keeps the record true to what it leads to', async () => {
    const { home, spec } = await ordered();
    // The install goes by another spec than the record: what runs counts.
    const runs = { ...spec, ntpServers: ['ntp.example.org'] };
    const { calls, services } = scriptedInstalls({ scenes: [{ at: 0, view: running(PARKED) }], running: runs });
    const { exit } = await runClient(['set', '--dns-servers', '9.9.9.9, 1.1.1.1', '--alga-core-tag', 'a1'], {
      home,
      services,
    });
    expect(exit).toBe(0);
    expect(calls).toContain('set {"dnsServers":["9.9.9.9","1.1.1.1"],"imageTags":{"algaCore":"a1"}}');
    const changed = { ...runs, dnsServers: ['9.9.9.9', '1.1.1.1'], imageTags: { algaCore: 'a1' } };

    // The same `start` with the new inputs joins now: the record says what runs.
    const again = scriptedInstalls({ scenes: story({ at: 9, progress: COMPLETE }) });
    await runClient(GOOD, { home, services: again.services });
    expect(again.ordered[0] && specDigest(again.ordered[0])).toBe(specDigest(changed));
  });

  test('of a paused install it says what has it go on', async () => {
    const { home, spec } = await ordered();
    const paused = progressIn('core', { state: 'paused' });
    const { services } = scriptedInstalls({ scenes: [{ at: 0, view: running(paused) }], running: spec });
    const { exit, stdout, stderr } = await runClient(['set', '--dns-servers', '9.9.9.9'], { home, services });
    expect(exit).toBe(0);
    expect(stdout + stderr).toContain('The install is paused. To continue: `appliance-client resume');
  });

  test('takes the branch that is checked out here, as `start` does', async () => {
    const { home, spec } = await ordered();
    const sent: string[] = [];
    const checkout = { revision: 'abc', originUrl: null, uncommittedFiles: 0, unpushedCommits: 0 };
    const services = (branch: string | null) =>
      scriptedInstalls({
        scenes: [{ at: 0, view: running(PARKED) }],
        running: spec,
        installs: {
          setInput: async (_, change) => {
            sent.push(JSON.stringify(change));
            return spec;
          },
        },
        services: { checkout: async () => ({ ...checkout, branch }) },
      }).services;
    const argv = ['set', '--repo-branch', 'current'];
    expect((await runClient(argv, { home, services: services('feature/y') })).exit).toBe(0);
    expect(sent).toEqual(['{"branch":"feature/y"}']);

    const detached = await runClient(argv, { home, services: services(null) });
    expect(detached.exit).toBe(2);
    expect(detached.stderr).toContain('--repo-branch  "current": no branch is checked out here');
  });

  test.each<[argv: string[], says: string]>([
    [[], 'no input to change: give at least one of --dns-servers'],
    [['--dns-servers', 'nowhere'], '--dns-servers  "nowhere": expected an IP address'],
    [['--repo-branch', 'a..b'], '--repo-branch  "a..b": expected a Git branch name'],
    [['--alga-core-tag', 'latest'], '--alga-core-tag  "latest": a release pins its images'],
    [['--alga-core-tag', ''], '--alga-core-tag  "": expected an image tag'],
    [['--dns-servers', ''], '--dns-servers  "": expected at least one'],
    [['--dns-servers', ','], '--dns-servers  ",": expected at least one'],
    [['--branch', 'current'], '--repo-branch  "current": this folder is not a Git checkout'],
    [['--admin-email', 'nobody'], '--admin-email  "nobody": expected an e-mail address'],
    [['--node-ip', '192.0.2.1'], "unknown option '--node-ip'"],
  ])('%j ends with 2', async (argv, says) => {
    const { home } = await ordered();
    const { exit, stderr } = await runClient(['set', ...argv], { home });
    expect(exit).toBe(2);
    expect(stderr).toContain(says);
  });

  test('changes the first administrator until it is in the cluster', async () => {
    const { home } = await ordered();
    const file = join(home, 'appliance-single-node', 'initial-tenant.json');
    const before: unknown = JSON.parse(await readFile(file, 'utf8'));
    const flags = ['--admin-email', 'grace@example.org', '--company-name', 'Compilers & Co'];
    const { calls, services } = scriptedInstalls({ scenes: [{ at: 0, view: running(progressIn('host')) }] });
    const { exit } = await runClient(['set', ...flags], { home, services });
    expect(exit).toBe(0);
    const changed = { INITIAL_ADMIN_EMAIL: 'grace@example.org', INITIAL_TENANT_NAME: 'Compilers & Co' };
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ ...(before as object), ...changed });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(calls.filter((call) => call.startsWith('set'))).toEqual([]);
  });

  test.each(['in the cluster', 'in the database'])(
    'leaves it alone once it is %s, and names `admin`',
    async (where) => {
      const { home } = await ordered();
      const file = join(home, 'appliance-single-node', 'initial-tenant.json');
      const before = await readFile(file, 'utf8');
      if (where === 'in the database') await rm(file);
      const { calls, services } = scriptedInstalls({ scenes: [{ at: 0, view: running(PARKED) }] });
      const argv = ['set', '--admin-email', 'grace@example.org', '--dns-servers', '9.9.9.9'];
      const { exit, stderr } = await runClient(argv, { home, services });
      expect(exit).toBe(2);
      if (where === 'in the database')
        expect(stderr).toContain('or none was given yet; `appliance-client start --fresh`');
      expect(stderr).toContain('nothing was changed. `appliance-client admin show` shows the administrators');
      if (where === 'in the cluster') expect(await readFile(file, 'utf8')).toBe(before);
      expect(calls.filter((call) => call.startsWith('set'))).toEqual([]);
    },
  );

  test('leaves the administrator alone where the install refuses the inputs', async () => {
    const { home } = await ordered();
    const file = join(home, 'appliance-single-node', 'initial-tenant.json');
    const before = await readFile(file, 'utf8');
    const { services } = scriptedInstalls({
      scenes: [{ at: 0, view: running(progressIn('host')) }],
      installs: {
        setInput: async () => {
          throw new UserError(EXIT.usage, '--collaboration: refused');
        },
      },
    });
    const argv = ['set', '--admin-email', 'grace@example.org', '--dns-servers', '9.9.9.9'];
    const { exit, stderr } = await runClient(argv, { home, services });
    expect([exit, stderr]).toEqual([2, 'error: --collaboration: refused\n']);
    expect(await readFile(file, 'utf8')).toBe(before);
  });

  test('records what the install goes by, and not an answer that another change overtook', async () => {
    const { home, spec } = await ordered();
    const both = { ...spec, dnsServers: ['9.9.9.9'], ntpServers: ['ntp.example.org'] };
    const { services } = scriptedInstalls({
      scenes: [{ at: 0, view: running(PARKED) }],
      running: both,
      installs: { setInput: async () => ({ ...spec, dnsServers: ['9.9.9.9'] }) },
    });
    expect((await runClient(['set', '--dns-servers', '9.9.9.9'], { home, services })).exit).toBe(0);
    const again = scriptedInstalls({ scenes: story({ at: 9, progress: COMPLETE }) });
    await runClient(GOOD, { home, services: again.services });
    expect(again.ordered.map(specDigest)).toEqual([specDigest(both)]);
  });

  test('without a running install it ends with 2', async () => {
    const { home } = await ordered();
    const { services } = scriptedInstalls({ scenes: [{ at: 0, view: running(COMPLETE, { run: 'COMPLETED' }) }] });
    const { exit, stderr } = await runClient(['set', '--repo-branch', 'main'], { home, services });
    expect(exit).toBe(2);
    expect(stderr).toContain('no install of appliance-single-node is running');
  });
});

describe('resume', () => {
  test('ensures a worker, ends a pause and follows', async () => {
    const { home } = await ordered();
    const { calls, services } = scriptedInstalls({
      scenes: [
        { at: 0, view: running(progressIn('core', { state: 'paused' })) },
        { at: 3, view: running(COMPLETE, { run: 'COMPLETED' }) },
      ],
    });
    const { exit, stdout } = await runClient(['resume'], { home, services });
    expect(exit).toBe(0);
    expect(calls.slice(0, 3)).toEqual(['open on-demand', 'worker', 'resume']);
    expect(stdout).toContain('Alga PSA:');
  });

  test('--detach returns at once', async () => {
    const { home } = await ordered();
    const { calls, services } = scriptedInstalls({ scenes: [{ at: 0, view: running(PARKED) }] });
    const { exit, stderr } = await runClient(['resume', '--detach'], { home, services });
    expect(exit).toBe(0);
    expect(calls).toContain('worker detached');
    expect(stderr).toContain('Its log: /home/worker.log');
  });

  test('shows how a finished install ended', async () => {
    const { home } = await ordered();
    const { calls, services } = scriptedInstalls({
      scenes: [{ at: 0, view: running(COMPLETE, { run: 'COMPLETED' }) }],
    });
    const { exit, stdout } = await runClient(['resume'], { home, services });
    expect(exit).toBe(0);
    expect(stdout).toContain('Install:     complete');
    expect(calls).not.toContain('worker');
  });

  test('without any install it ends with 2', async () => {
    const { services } = scriptedInstalls({ scenes: [] });
    const { exit, stderr } = await runClient(['resume'], { services });
    expect(exit).toBe(2);
    expect(stderr).toContain('no install of appliance-single-node on this machine');
  });

  test('a worker that dies is started again, and one that keeps dying is given up with its log', async () => {
    const { home } = await ordered();
    const { calls, services } = scriptedInstalls({ scenes: [{ at: 0, view: running(PARKED) }] });
    const { exit, stderr } = await runClient(['resume'], {
      home,
      services: {
        ...services,
        ensureWorker: async () => {
          calls.push('worker');
          return {
            pid: 1,
            logFile: '/home/worker.log',
            startedNow: true,
            detached: false,
            stop: async () => {},
            exited: Promise.resolve(1),
          };
        },
      },
    });
    expect(exit).toBe(1);
    expect(calls.filter((call) => call === 'worker')).toHaveLength(6);
    expect(stderr).toContain('the worker ended; starting another');
    expect(stderr).toContain('The worker ended 6 times. Check its log: /home/worker.log');
  });

  test('a Temporal server that dies is found again and the install is followed on', async () => {
    const { home } = await ordered();
    let looks = 0;
    const complete = running(COMPLETE, { run: 'COMPLETED' });
    const { calls, services } = scriptedInstalls({
      scenes: [],
      installs: {
        view: async () => {
          looks += 1;
          if (looks === 3) throw new UserError(EXIT.missing, 'the server does not answer');
          return looks < 5 ? running(PARKED) : complete;
        },
      },
    });
    const { exit, stderr } = await runClient(['resume'], { home, services });
    expect(exit).toBe(0);
    expect(stderr).toContain('the Temporal server does not answer; reconnecting');
    expect(calls.filter((call) => call.startsWith('open'))).toHaveLength(2);
  });
});

describe('cancel', () => {
  test('stops it with a worker, and says what is left', async () => {
    const { home } = await ordered();
    const progress = progressIn('release');
    const { calls, services } = scriptedInstalls({ scenes: [{ at: 0, view: running(progress) }] });
    const { exit, stdout } = await runClient(['cancel'], { home, services });
    expect(exit).toBe(0);
    expect(calls).toEqual(['open on-demand', 'cancel', 'worker', 'stop worker', 'close']);
    await expect(stdout.replaceAll(home, '/home/op/.alga-psa-appliance')).toMatchFileSnapshot('golden/cancel.txt');
  });

  test.each([
    [{}, null, 'wipe'],
    [
      { wipeStage: 'holding' },
      'had deleted nothing yet: its workloads, data and credentials still exist',
      'had started',
    ],
    [{ wipeStage: 'application' }, 'files, database and credentials all still exist', 'deleted nothing'],
    [{ wipeStage: 'data' }, 'files, database and credentials may be deleted in part or whole', 'all still exist'],
    [
      { wipeStage: 'a-later-word' },
      'files, database and credentials may be deleted in part or whole',
      'all still exist',
    ],
    [{ wipeStage: 'data', wipe: 'wiped' }, 'The application data of the earlier appliance is wiped.', 'had started'],
  ])('in a wipe (%o) it says what is gone and what is not', async (facts, said, unsaid) => {
    const { home } = await ordered();
    const known = progressIn('storage');
    const progress = { ...known, facts: { ...known.facts, ...facts } };
    const { services } = scriptedInstalls({ scenes: [{ at: 0, view: running(progress) }] });
    const { exit, stdout } = await runClient(['cancel'], { home, services });
    expect(exit).toBe(0);
    const words = stdout.replaceAll(/\s+/g, ' ');
    if (said !== null) expect(words).toContain(said);
    expect(words).not.toContain(unsaid);
  });

  test.each([
    ['identity', 'start --fresh`; no data is left to keep.'],
    ['background', 'To continue from the present state: `appliance-client start --recover`.'],
  ] as const)('after a wipe, in the phase %s, it names the start that ends well', async (phase, said) => {
    const { home } = await ordered();
    const known = progressIn(phase);
    const progress = { ...known, facts: { ...known.facts, wipe: 'wiped' as const } };
    const { services } = scriptedInstalls({ scenes: [{ at: 0, view: running(progress) }] });
    expect((await runClient(['cancel'], { home, services })).stdout).toContain(said);
  });

  test('on a terminal it asks first', async () => {
    const { home } = await ordered();
    const { calls, services } = scriptedInstalls({ scenes: [{ at: 0, view: running(PARKED) }] });
    const prompter = await noQuestions.prompter?.(undefined as never);
    if (!prompter) throw new Error('no prompter');
    const { exit, stderr } = await runClient(['cancel'], {
      home,
      tty: true,
      services: { ...services, prompter: async () => ({ ...prompter, confirm: async () => false }) },
    });
    expect(exit).toBe(130);
    expect(stderr).toContain('The install continues.');
    expect(calls).not.toContain('cancel');
  });

  test('without a running install it ends with 2', async () => {
    const { home } = await ordered();
    const { services } = scriptedInstalls({ scenes: [] });
    expect((await runClient(['cancel'], { home, services })).exit).toBe(2);
  });
});

describe('preflight', () => {
  const checks = [
    { id: 'disk', title: 'Free disk', group: 'operator' as const, result: 'passed' as const, detail: '80 GB free' },
    { id: 'tags', title: 'Image tags', group: 'images' as const, result: 'failed' as const, detail: 'no tag 94446747' },
    { id: 'clock', title: 'Clock', group: 'node' as const, result: 'skipped' as const, detail: '' },
  ];

  test('prints every check; ends with 0 when nothing stands in the way', async () => {
    const { calls, services } = scriptedInstalls({
      scenes: [],
      preflight: { checks: checks.slice(0, 1), blockers: [], warnings: [] },
    });
    const { exit, stdout } = await runClient(['preflight', ...GOOD.slice(2)], { services });
    expect(exit).toBe(0);
    expect(stdout).toContain('✓ Free disk  passed   80 GB free');
    expect(calls).toContain('worker');
    expect(calls).not.toContain('start');
  });

  test('ends with 3 when a hard check fails, and records nothing', async () => {
    const home = await temporaryFolder();
    const [blocker] = PARKED.blockers;
    const { services } = scriptedInstalls({
      scenes: [],
      preflight: { checks, blockers: blocker ? [blocker] : [], warnings: [] },
    });
    const { exit, stdout } = await runClient(['preflight', ...GOOD.slice(2)], { home, services });
    expect(exit).toBe(3);
    await expect(stdout).toMatchFileSnapshot('golden/preflight.txt');
    expect(JSON.parse((await runClient(['sites', '-o', 'json'], { home })).stdout)).toEqual([]);
  });
});
