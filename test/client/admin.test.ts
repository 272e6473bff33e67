import { setTimeout as delay } from 'node:timers/promises';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { ref } from '../../kubernetes/addresses.ts';
import { OWN_KUBECONFIG } from '../support/kubeconfig.ts';
import { diagnose } from '../support/diagnosed.ts';
import { passwordFault } from '../../model/initial-tenant.ts';
import { playAdminKubelet, secretNamed, serverDeployment } from '../support/admin-kubelet.ts';
import type { Ending, Started } from '../support/admin-kubelet.ts';
import { fakeKubernetes } from '../support/fake-kubernetes/index.ts';
import type { FakeKubernetes } from '../support/fake-kubernetes/index.ts';
import { NOW, runClient, temporaryFolder } from './support/run-client.ts';
import type { Run, RunOptions } from './support/run-client.ts';
import { scriptedInstalls } from './support/scripted-installs.ts';

const SITE = 'appliance-single-node';
const PASSWORD = 'canary-Word-4711';
const signal = AbortSignal.timeout(120_000);

const ADA = {
  id: 'u-1',
  tenant: 't-1',
  company: 'Analytical Engines',
  name: 'Ada Lovelace',
  email: 'ada@example.com',
  active: true,
  twoFactor: false,
  lastLoginAt: '2026-04-30T08:00:00Z',
};
const GRACE = { ...ADA, id: 'u-2', name: 'Grace Hopper', email: 'grace@example.com', lastLoginAt: null };

const request = z.object({
  action: z.string(),
  user: z.string().optional(),
  tenant: z.string().optional(),
  password: z.string().optional(),
});
type Asked = z.infer<typeof request>;

const answerLine = (answer: unknown): Ending => ({ printed: `appliance-admin/v1 ${JSON.stringify(answer)}\n` });

interface Appliance {
  readonly kubernetes: FakeKubernetes;
  readonly asked: Asked[];
  readonly started: Started[];
  readonly home: string;
  run(argv: readonly string[], options?: RunOptions): ReturnType<typeof runClient>;
}

/** An appliance with these administrators, whose program answers so, and a site that knows it. */
async function appliance(
  administrators: readonly (typeof ADA | typeof GRACE)[] = [ADA],
  reset: Ending | (() => Ending | Promise<Ending>) = answerLine({ sessionsEnded: 2, mobileSessionsEnded: 0 }),
): Promise<Appliance> {
  const home = await temporaryFolder();
  const { services } = scriptedInstalls({ scenes: [] });
  const order = ['--fresh', '--node-ip', '192.0.2.10', '--repo-url', 'https://git.example.org/alga/appliance.git'];
  await runClient(['start', ...order, '--detach'], { home, services });
  await writeFile(join(home, SITE, 'kubeconfig'), OWN_KUBECONFIG);
  const kubernetes = fakeKubernetes([
    serverDeployment(),
    secretNamed('secrets-of-server', { NEXTAUTH_SECRET: 'canary-of-the-cluster' }),
  ]);
  const asked: Asked[] = [];
  const started: Started[] = [];
  const ended = new AbortController();
  const kubelet = playAdminKubelet(
    kubernetes,
    async (container) => {
      started.push(container);
      const said = request.parse(JSON.parse(container.files['request.json'] ?? ''));
      asked.push(said);
      return said.action === 'show'
        ? answerLine({ administrators, isCut: false })
        : typeof reset === 'function'
          ? reset()
          : reset;
    },
    ended.signal,
  );
  onTestFinished(async () => {
    ended.abort();
    await kubelet;
  });
  return {
    kubernetes,
    asked,
    started,
    home,
    run: (argv, options) =>
      runClient(['admin', ...argv], {
        home,
        ...options,
        services: { cluster: async () => kubernetes.cluster, ...options?.services },
      }),
  };
}

/** Nothing of the command may be left in the cluster, whatever its end. */
async function expectNothingLeft({ kubernetes: { cluster } }: Appliance): Promise<void> {
  expect(await cluster.get(ref.secret('msp', 'appliance-admin'), signal)).toBeNull();
  expect(await cluster.get(ref.job('msp', 'appliance-admin'), signal)).toBeNull();
}

const unasked = async (): Promise<never> => {
  throw new Error('this test expects no such question');
};
const confirming = (answer: boolean, typed = '') => ({
  prompter: async () => ({ text: unasked, choose: unasked, secret: async () => typed, confirm: async () => answer }),
});

describe('admin show', () => {
  test('lists who administers the appliance, and leaves nothing behind', async () => {
    const there = await appliance([ADA, { ...GRACE, active: false, twoFactor: true }]);
    const { exit, stdout } = await there.run(['show']);
    expect(exit).toBe(0);
    expect(stdout).toBe(
      [
        'COMPANY             NAME          E-MAIL             STATE     TWO-FACTOR  LAST LOGIN',
        'Analytical Engines  Ada Lovelace  ada@example.com    active    off         2026-04-30T08:00:00Z',
        'Analytical Engines  Grace Hopper  grace@example.com  inactive  on          never',
        '',
      ].join('\n'),
    );
    const json = await there.run(['show', '-o', 'json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ administrators: [ADA, { email: GRACE.email }] });
    await expectNothingLeft(there);
  });

  test("the program runs with the server's image and settings, and with nothing else of it", async () => {
    const there = await appliance();
    await there.run(['show']);
    expect(there.started[0]?.env).toEqual({ NEXTAUTH_SECRET: 'canary-of-the-cluster' });
  });

  test('takes no password', async () => {
    const there = await appliance();
    const { exit, stderr } = await there.run(['show', '--password-stdin'], { stdin: PASSWORD });
    expect(exit).toBe(2);
    expect(stderr).toContain('it changes nothing');
    expect(there.asked).toEqual([]);
  });
});

describe('admin reset-password', () => {
  test('of the only administrator, from a file: in the cluster for that moment, and written nowhere', async () => {
    const there = await appliance();
    await writeFile(join(there.home, 'new'), `${PASSWORD}\n`);
    const { exit, stdout, stderr } = await there.run(['reset-password', '--yes', '--password-file', 'new']);
    expect(exit).toBe(0);
    expect(there.asked).toEqual([
      { action: 'show' },
      { action: 'reset-password', user: 'u-1', tenant: 't-1', password: PASSWORD },
    ]);
    expect(stdout).toContain(
      'Ada Lovelace <ada@example.com> of Analytical Engines has a new password. Ended: 2 sessions',
    );
    const log = await readFile(join(there.home, SITE, 'actions.log'), 'utf8');
    expect(log).toMatch(
      /^2026-05-01T12:00:\S+Z \S+@\S+ reset the password of ada@example\.com and ended 2 sessions\n$/,
    );
    expect((await stat(join(there.home, SITE, 'actions.log'))).mode & 0o777).toBe(0o600);
    for (const text of [stdout, stderr, log]) expect(text).not.toContain(PASSWORD);
    await expectNothingLeft(there);
  });

  test('a password that the rule refuses, or two of them, touches nothing', async () => {
    const there = await appliance();
    const weak = await there.run(['reset-password', '--yes', '--password-stdin'], { stdin: 'short' });
    expect(weak).toMatchObject({ exit: 2 });
    expect(weak.stderr).toContain('--password-stdin  the password is shorter than 8 characters');
    const both = await there.run(['reset-password', '--yes', '--password-stdin', '--password-file', 'x'], {
      stdin: PASSWORD,
    });
    expect(both.stderr).toContain('cannot be combined');
    const none = await there.run(['reset-password', '--yes']);
    expect(none).toMatchObject({ exit: 2 });
    expect(none.stderr).toContain('a generated password is shown only on a terminal');
    const unconfirmed = await there.run(['reset-password', '--password-stdin'], { stdin: PASSWORD });
    expect(unconfirmed).toMatchObject({ exit: 2 });
    expect(unconfirmed.stderr).toContain('add --yes');
    expect(there.asked).toEqual([]);
  });

  test('a generated one is shown once on a terminal', async () => {
    const there = await appliance();
    const { exit, stdout, stderr } = await there.run(['reset-password', '--yes', '-o', 'json'], { tty: true });
    expect(exit).toBe(0);
    const password = there.asked[1]?.password ?? '';
    expect(passwordFault(password)).toBeNull();
    expect(stderr.split(password)).toHaveLength(2);
    expect(stdout).not.toContain(password);
    expect(JSON.parse(stdout)).toMatchObject({ siteId: SITE, email: ADA.email, sessionsEnded: 2 });
  });

  test('on a terminal it is asked for, hidden, and nothing happens without consent', async () => {
    const there = await appliance();
    const refused = await there.run(['reset-password'], { tty: true, services: confirming(false, PASSWORD) });
    expect(refused).toMatchObject({ exit: 130 });
    expect(refused.stderr).toContain('Nothing was changed.');
    expect(there.asked).toEqual([{ action: 'show' }]);
    const done = await there.run(['reset-password'], { tty: true, services: confirming(true, PASSWORD) });
    expect(done).toMatchObject({ exit: 0 });
    expect(there.asked.at(-1)).toMatchObject({ password: PASSWORD });
    expect(done.stderr + done.stdout).not.toContain(PASSWORD);
  });

  test.each([
    [['--email', 'GRACE@example.com '], 0, 'grace@example.com', 'u-2'],
    [
      ['--email', 'nobody@example.com'],
      2,
      '"nobody@example.com" is not an administrator of this appliance. Known:',
      undefined,
    ],
    [[], 2, 'several administrators found: choose one with --email. Known:', undefined],
  ])('of several, %j ends with %i', async (flags, exitCode, says, user) => {
    const there = await appliance([ADA, GRACE]);
    const { exit, stdout, stderr } = await there.run(['reset-password', '--yes', '--password-stdin', ...flags], {
      stdin: PASSWORD,
    });
    expect(exit).toBe(exitCode);
    expect(stdout + stderr).toContain(says);
    if (exitCode === 2) expect(stderr).toContain('  Ada Lovelace <ada@example.com> of Analytical Engines');
    expect(there.asked[1]?.user).toBe(user);
  });

  test('says that an inactive user is not let in, and that a second factor stays', async () => {
    const there = await appliance([{ ...ADA, active: false, twoFactor: true }]);
    const { exit, stderr } = await there.run(['reset-password', '--yes', '--password-stdin'], { stdin: PASSWORD });
    expect(exit).toBe(0);
    expect(stderr).toContain('is inactive');
    expect(stderr).toContain('Two-factor authentication stays on');
  });

  test('any password that the rule takes, and any address, arrive as they are', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc
          .string({ unit: 'grapheme', maxLength: 40 })
          .map((text) => `-Aa1!'"\`$(x) \\ ${text.replaceAll(/\p{Cc}/gu, '')}`),
        fc
          .constantFrom('', '--', "o'neil+", '"quoted name"', 'ü日本')
          .chain((prefix) => fc.constant(`${prefix}a@exämple.com`)),
        async (password, email) => {
          fc.pre(passwordFault(password) === null);
          const there = await appliance([{ ...ADA, email }]);
          await writeFile(join(there.home, 'new'), password);
          const { exit } = await there.run(['reset-password', '--yes', '--password-file', 'new']);
          expect(exit).toBe(0);
          expect(there.asked[1]?.password).toBe(password);
        },
      ),
      { numRuns: 10, seed: 20_261_130 },
    );
  });
});

describe('when it cannot be done', () => {
  const stdin = PASSWORD;
  const reset = ['reset-password', '--yes', '--password-stdin'];

  test.each<[what: string, ending: Ending, says: string]>([
    [
      'the program refuses',
      answerLine({ error: 'this user is not there any more; nothing was changed' }),
      'this user is not there any more',
    ],
    ['the program dies', { printed: '', exitCode: 137 }, 'exit code 137). The password may or may not have been reset'],
    ['the answer is cut off', { printed: 'appliance-admin/v1 {"sess' }, 'cannot be read. The password may or may not'],
    ['the image is not there', { waiting: { reason: 'ErrImageNeverPull', message: '' } }, 'image is not on the node'],
    [
      'it never ends',
      { waiting: { reason: 'CreateContainerConfigError', message: 'secret "x" not found' } },
      'not finished within 90 s; last seen: CreateContainerConfigError: secret "x" not found',
    ],
  ])('because %s, it says so with 7 and leaves nothing', async (_, ending, says) => {
    const there = await appliance([ADA], ending);
    const { exit, stderr } = await there.run(reset, { stdin });
    expect(exit).toBe(7);
    expect(stderr).toContain(says);
    expect(stderr).not.toContain(PASSWORD);
    await expectNothingLeft(there);
  });

  test('Ctrl-C ends it with 130, says that the outcome is open, and leaves nothing', async () => {
    const interrupt = new AbortController();
    const there = await appliance([ADA], () => {
      interrupt.abort(new DOMException('interrupted by SIGINT', 'AbortError'));
      return { waiting: { reason: 'ContainerCreating', message: '' } };
    });
    const { exit, stderr } = await there.run(reset, { stdin, signal: interrupt.signal });
    expect(exit).toBe(130);
    expect(stderr).toContain('The password may or may not have been reset: run the command again');
    await expectNothingLeft(there);
    expect(await readFile(join(there.home, SITE, 'actions.log'), 'utf8')).toContain(
      'may have reset the password of ada@',
    );
  });

  test('a second one at the same time is told so with 6, and the first goes on', async () => {
    let second: Run | null = null;
    const there = await appliance([ADA], async () => {
      second = await there.run(['show']);
      return answerLine({ sessionsEnded: 0, mobileSessionsEnded: 0 });
    });
    // The second takes real time: by a clock that jumps, the first one's patience would be over on a slow machine.
    const clock = { now: () => new Date(), sleep: (ms: number) => delay(Math.min(ms, 20)) };
    expect(await there.run(reset, { stdin, services: { clock } })).toMatchObject({ exit: 0 });
    expect(second).toMatchObject({ exit: 6, stdout: '' });
    expect(JSON.stringify(second)).toContain('Another admin command is already running');
    await expectNothingLeft(there);
  });

  test.each(['suspended', 'failed'])('what a client that died left behind (%s) is removed first', async (how) => {
    const there = await appliance();
    const status =
      how === 'failed' ? { conditions: [{ type: 'Failed', status: 'True', reason: 'DeadlineExceeded' }] } : {};
    const metadata = { name: 'appliance-admin', namespace: 'msp', uid: 'of-the-dead' };
    there.kubernetes.put({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata,
      spec: { suspend: how === 'suspended' },
      status,
    });
    there.kubernetes.put(secretNamed('appliance-admin', { 'request.json': '{}' }));
    const { exit, stdout } = await there.run(['show']);
    expect(exit).toBe(0);
    expect(stdout).toContain('ada@example.com');
    await expectNothingLeft(there);
  });

  test('an appliance without the application, a cluster that is away, a simulated site', async () => {
    const there = await appliance();
    there.kubernetes.remove(serverDeployment());
    const bare = await there.run(['show']);
    expect(bare).toMatchObject({ exit: 7 });
    expect(bare.stderr).toContain('the application is not installed yet');
    there.kubernetes.isAway = true;
    const away = await there.run(['show']);
    expect(away).toMatchObject({ exit: 7 });
    expect(away.stderr).toContain('ECONNREFUSED');
    there.kubernetes.isAway = false;

    const home = await temporaryFolder();
    const { services } = scriptedInstalls({ scenes: [] });
    await runClient(['start', '--fresh', '--simulate', '--detach'], { home, services });
    const simulated = await runClient(['admin', 'show'], { home });
    expect(simulated).toMatchObject({ exit: 2 });
    expect(simulated.stderr).toContain('is simulated: it has no database');
  });
});

test('its Job is no part of the appliance to the diagnosis, failed or not', () => {
  const labels = { 'app.kubernetes.io/name': 'appliance-admin' };
  const job = (marked: boolean) => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: 'appliance-admin',
      namespace: 'msp',
      uid: 'j',
      creationTimestamp: '2026-05-01T11:00:00Z',
      ...(marked && { labels }),
    },
    status: {
      failed: 1,
      conditions: [
        {
          type: 'Failed',
          status: 'True',
          reason: 'DeadlineExceeded',
          message: 'Job was active longer than specified deadline',
        },
      ],
    },
  });
  const said = (marked: boolean) =>
    diagnose(
      {
        apiVersion: 'appliance.alga-psa/v1',
        kind: 'Snapshot',
        takenAt: '2026-05-01T12:00:00Z',
        kubernetes: { items: [job(marked)], error: null, missing: [] },
      },
      { now: NOW },
    ).blockers.filter((blocker) => JSON.stringify(blocker).includes('appliance-admin'));
  expect(said(true)).toEqual([]);
  expect(said(false)).not.toEqual([]);
});
