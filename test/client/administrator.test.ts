import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { generatedPassword } from '../../client/inputs/administrator.ts';
import { ADMINISTRATOR, initialTenant, passwordFault } from '../../model/initial-tenant.ts';
import type { InitialTenant } from '../../model/initial-tenant.ts';
import type { InstallView } from '../../client/install/view.ts';
import { completed, progressIn } from './support/progress.ts';
import { noQuestions, runClient, temporaryFolder } from './support/run-client.ts';
import type { Run, RunOptions } from './support/run-client.ts';
import { running, scriptedInstalls } from './support/scripted-installs.ts';

const GOOD = ['--node-ip', '192.0.2.10', '--repo-url', 'https://git.example.org/alga/appliance.git'];
const FLAGS =
  '--company-name=Analytical Engines --admin-first-name=Grace --admin-last-name=Hopper --admin-email=grace@example.org'.split(
    / (?=--)/,
  );
const PASSWORD = 'canary-Word-4711';
const SITE = 'appliance-single-node';
const UNSET = Object.fromEntries(ADMINISTRATOR.map(({ variable }) => [variable, '']));

interface Ordered extends Run {
  readonly home: string;
  readonly ordered: string;
}

/** Orders an install that ends at once, by somebody who exported nothing. */
async function order(argv: readonly string[], options: RunOptions = {}): Promise<Ordered> {
  const home = options.home ?? (await temporaryFolder());
  const installs = scriptedInstalls({ scenes: [{ at: 0, view: running(completed(), { run: 'COMPLETED' }) }] });
  const ran = await runClient(['start', ...argv], {
    ...options,
    home,
    env: { ...UNSET, ...options.env },
    services: { ...installs.services, ...options.services },
  });
  return { ...ran, home, ordered: JSON.stringify(installs.ordered) };
}

const fileIn = (home: string, site = SITE): string => join(home, site, 'initial-tenant.json');

async function kept(home: string, site = SITE): Promise<InitialTenant> {
  return initialTenant.parse(JSON.parse(await readFile(fileIn(home, site), 'utf8')));
}

test('the administrator is kept 0600 in the site, and the password stands nowhere else', async () => {
  const { home, exit, stdout, stderr, ordered } = await order(
    ['--fresh', ...GOOD, ...FLAGS, '--admin-password-stdin'],
    { stdin: `${PASSWORD}\n` },
  );
  expect(exit).toBe(0);
  expect(await kept(home)).toEqual({
    INITIAL_TENANT_NAME: 'Analytical Engines',
    INITIAL_ADMIN_FIRST_NAME: 'Grace',
    INITIAL_ADMIN_LAST_NAME: 'Hopper',
    INITIAL_ADMIN_EMAIL: 'grace@example.org',
    INITIAL_ADMIN_PASSWORD: PASSWORD,
  });
  expect((await stat(fileIn(home))).mode & 0o777).toBe(0o600);
  const record = await readFile(join(home, SITE, 'site.json'), 'utf8');
  for (const text of [stdout, stderr, record, ordered]) {
    expect(text).not.toContain(PASSWORD);
    expect(text).not.toContain('grace@example.org');
  }
});

test('without a terminal everything that is missing is named at once, and nothing was written', async () => {
  const { home, exit, stderr } = await order(['--fresh', ...GOOD.slice(2)], { namesPassword: false });
  expect(exit).toBe(2);
  expect(stderr).toContain('6 inputs are missing');
  for (const { flag } of [{ flag: 'node-ip' }, ...ADMINISTRATOR, { flag: 'admin-password-file' }])
    expect(stderr).toMatch(new RegExp(`--${flag} +is missing`));
  await expect(stat(join(home, SITE))).rejects.toThrow('ENOENT');
});

test('variables name the administrator as flags do, and a flag wins', async () => {
  const env = Object.fromEntries(ADMINISTRATOR.map(({ variable, simulated }) => [variable, simulated]));
  const { home } = await order(['--fresh', ...GOOD, '--admin-first-name', 'Augusta'], { env });
  expect(await kept(home)).toMatchObject({ INITIAL_ADMIN_FIRST_NAME: 'Augusta', INITIAL_ADMIN_LAST_NAME: 'Lovelace' });
});

describe('a generated password', () => {
  test.each([[], ['--quiet'], ['--detach'], ['-o', 'json']])(
    'is refused in a pipe, where nobody would be told it, and nothing was written (%s %s)',
    async (...flags) => {
      const { home, exit, stderr, ordered } = await order(['--fresh', '--yes', ...GOOD, ...FLAGS, ...flags], {
        namesPassword: false,
      });
      expect([exit, ordered]).toEqual([2, '[]']);
      expect(stderr).toMatch(/1 input is missing.*\n +--admin-password-file +is missing \(or --admin-password-stdin\)/);
      await expect(stat(join(home, SITE))).rejects.toThrow('ENOENT');
    },
  );

  test('is shown once on a terminal, and kept when the same is ordered again', async () => {
    const terminal = { tty: true, services: noQuestions };
    const first = await order(['--fresh', '--yes', ...GOOD, ...FLAGS], terminal);
    const { INITIAL_ADMIN_PASSWORD: password } = await kept(first.home);
    expect(first.stderr.split(password)).toHaveLength(2);
    const again = await order(['--fresh', '--yes'], { ...terminal, home: first.home });
    expect(again.exit).toBe(0);
    expect(again.stderr).not.toContain(password);
    expect((await kept(first.home)).INITIAL_ADMIN_PASSWORD).toBe(password);
  });

  test('has what the rule asks for, every time', () => {
    for (let count = 0; count < 200; count += 1) expect(passwordFault(generatedPassword())).toBeNull();
  });
});

test('on a terminal what is missing is asked for, the password hidden', async () => {
  const asked: string[] = [];
  const answers: Record<string, string> = {
    company: 'Analytical Engines',
    First: 'Grace',
    Last: 'Hopper',
    mail: 'grace@example.org',
  };
  const prompter = {
    text: async ({
      message,
      check,
      initial,
    }: {
      message: string;
      initial?: string;
      check?: (text: string) => string | undefined;
    }) => {
      asked.push(message);
      const answer = Object.entries(answers).find(([part]) => message.includes(part))?.[1] ?? initial ?? '';
      expect(check?.(answer)).toBeUndefined();
      if (message.includes('mail')) expect(check?.('grace')).toContain('expected an e-mail address');
      return answer;
    },
    secret: async (message: string, check?: (text: string) => string | undefined) => {
      if (!message.includes('first administrator')) return '';
      expect(check?.('short')).toContain('shorter than 8');
      return PASSWORD;
    },
    choose: async <Value extends string>(_message: string, _options: unknown, initial: Value) => initial,
    confirm: async () => false,
  };
  const { home, exit, stderr } = await order(['--fresh', ...GOOD], {
    tty: true,
    services: { prompter: async () => prompter },
  });
  expect(exit).toBe(0);
  expect(asked.slice(-4)).toEqual(ADMINISTRATOR.map(({ prompt }) => prompt));
  expect((await kept(home)).INITIAL_ADMIN_PASSWORD).toBe(PASSWORD);
  expect(stderr).not.toContain(PASSWORD);
});

test('an install that runs keeps the administrator that it has', async () => {
  const { home } = await order(['--fresh', '--yes', ...GOOD, ...FLAGS]);
  const before = await kept(home);
  const scenes = [{ at: 0, view: running(completed()) }];
  const { services } = scriptedInstalls({ scenes, outcome: { kind: 'refused', running: null } });
  const argv = [
    '--fresh',
    '--yes',
    ...GOOD,
    '--hostname',
    'other',
    '--company-name',
    'Another',
    '--admin-password-stdin',
  ];
  const { exit } = await order(argv, { home, services, stdin: PASSWORD });
  expect(exit).toBe(6);
  expect(await kept(home)).toEqual(before);
});

describe('an install that was begun without an administrator, by an older client', () => {
  const past = async (): Promise<string> => {
    const { home } = await order(['--fresh', ...GOOD, ...FLAGS]);
    await rm(fileIn(home));
    return home;
  };
  const joining = (view: InstallView) => scriptedInstalls({ scenes: [{ at: 0, view }], outcome: { kind: 'joined' } });

  test('is joined without a terminal and without a question', async () => {
    const home = await past();
    const { calls, services } = joining(running(progressIn('login')));
    const { exit, stderr } = await order(['--fresh', '--detach'], { home, services });
    expect(stderr).toContain(`Joined the running install of ${SITE}.`);
    expect([exit, calls.includes('start')]).toEqual([0, true]);
    await expect(stat(fileIn(home))).rejects.toThrow('ENOENT');
  });

  test('is joined on a terminal without a question', async () => {
    const home = await past();
    const { services } = joining(running(progressIn('host')));
    const { exit } = await order(['--fresh', '--detach'], {
      home,
      tty: true,
      services: { ...services, ...noQuestions },
    });
    expect(exit).toBe(0);
  });

  test('takes the one that is named while the database is not set up, and not afterwards', async () => {
    const home = await past();
    const late = await order(['--fresh', '--detach', ...FLAGS], {
      home,
      services: joining(running(progressIn('login'))).services,
    });
    expect(late.stderr).toContain('keeps its administrator');
    await expect(stat(fileIn(home))).rejects.toThrow('ENOENT');
    const { services } = joining(running(progressIn('host')));
    const untold = await order(['--fresh', '--detach', ...FLAGS], { home, services });
    expect(untold.exit).toBe(2);
    expect(untold.stderr).toContain('--admin-password-file  is missing');
    await expect(stat(fileIn(home))).rejects.toThrow('ENOENT');
    const argv = ['--fresh', '--detach', ...FLAGS, '--admin-password-stdin'];
    expect((await order(argv, { home, services, stdin: PASSWORD })).exit).toBe(0);
    expect(await kept(home)).toMatchObject({ INITIAL_ADMIN_FIRST_NAME: 'Grace' });
  });

  test('needs one where it is over and another one begins: all that is missing is named, nothing is begun', async () => {
    const home = await past();
    const { calls, services } = joining(running(completed(), { run: 'COMPLETED' }));
    const { exit, stderr } = await order(['--fresh', '--yes'], { home, services });
    expect([exit, calls.includes('start')]).toEqual([2, false]);
    expect(stderr).toContain('5 inputs are missing');
  });
});

describe('an install that keeps its data', () => {
  test('asks for no administrator and keeps none', async () => {
    const { home, exit } = await order(['--recover', ...GOOD]);
    expect(exit).toBe(0);
    await expect(stat(fileIn(home))).rejects.toThrow('ENOENT');
  });

  test('refuses one for a site that has its own', async () => {
    const { home } = await order(['--fresh', ...GOOD, ...FLAGS]);
    const { exit, stderr } = await order(['--recover', ...FLAGS], { home });
    expect(exit).toBe(2);
    expect(stderr).toContain('--recover  keeps the existing administrators');
  });
});

test('a simulated appliance takes samples', async () => {
  const { home, exit } = await order(['--simulate']);
  expect(exit).toBe(0);
  expect(await kept(join(home, '.simulation'), 'simulated')).toMatchObject({ INITIAL_ADMIN_EMAIL: 'ada@example.com' });
});

test('a plan asks for none, and names the file', async () => {
  const { stdout, exit } = await runClient(['plan', '--fresh', ...GOOD], { env: UNSET });
  expect(exit).toBe(0);
  expect(stdout).toContain('initial-tenant.json');
  expect((await runClient(['plan', '--recover', ...GOOD], { env: UNSET })).stdout).not.toContain('initial-tenant.json');
});

test.each<[argv: string[], says: string]>([
  [['--admin-email', 'grace'], '--admin-email  "grace": expected an e-mail address'],
  [['--company-name', 'x'.repeat(101)], 'expected a name of at most 100 characters'],
  [['--admin-first-name', ' '], '--admin-first-name  " ": expected a name'],
  [['--admin-last-name', 'a\nb'], 'expected a name on one line'],
  [['--admin-password-file', 'nowhere'], 'nowhere cannot be read (ENOENT)'],
  [['--admin-password-file', 'weak'], '--admin-password-file  the password has no digit'],
  [['--admin-password-file', 'weak', '--admin-password-stdin'], 'and --admin-password-stdin cannot be combined'],
  [['--auth-key-stdin', '--admin-password-stdin'], 'and --auth-key-stdin cannot be combined'],
])('%j ends with 2, names the input, and repeats no password', async (argv, says) => {
  const cwd = await temporaryFolder();
  await writeFile(join(cwd, 'weak'), 'canary-Weak-one');
  const { exit, stderr } = await order(['--fresh', ...GOOD, ...FLAGS, ...argv], { cwd, stdin: 'canary' });
  expect(exit).toBe(2);
  expect(stderr).toContain(says);
  expect(stderr).not.toContain('canary');
});

describe('a password of a file or standard input', () => {
  const given: [how: string, flags: (file: string) => string[]][] = [
    ['a file', (file) => ['--admin-password-file', file]],
    ['standard input', () => ['--admin-password-stdin']],
  ];

  test.each(given)('of %s is what a person types: without the byte order mark of an editor', async (_, flags) => {
    const file = join(await temporaryFolder(), 'password');
    const text = `\uFEFF${PASSWORD}\r\n`;
    await writeFile(file, text);
    const { home, exit } = await order(['--fresh', ...GOOD, ...FLAGS, ...flags(file)], { stdin: text });
    expect(exit).toBe(0);
    expect((await kept(home)).INITIAL_ADMIN_PASSWORD).toBe(PASSWORD);
  });

  test.each(given)('of %s that is not UTF-8 is refused, and nothing was written', async (_, flags) => {
    const file = join(await temporaryFolder(), 'password');
    const bytes = Buffer.from('canary-W\u00f6rd-4711', 'latin1');
    await writeFile(file, bytes);
    const { home, exit, stderr } = await order(['--fresh', ...GOOD, ...FLAGS, ...flags(file)], { stdin: bytes });
    expect(exit).toBe(2);
    expect(stderr).toContain('the password is not UTF-8');
    expect(stderr).not.toContain('canary');
    await expect(stat(join(home, SITE))).rejects.toThrow('ENOENT');
  });
});

// packages/validation/src/lib/passwordValidation.test.ts of the vendor's repository has the like of these.
test.each<[password: string, says: string | null]>([
  ['Sh0rt!!', 'shorter than 8'],
  [`Aa1!${'x'.repeat(125)}`, 'longer than 128'],
  ['lower-case-1', 'no uppercase letter'],
  ['UPPER-CASE-1', 'no lowercase letter'],
  ['No-Digit-Here', 'no digit'],
  ['NoSpecial123', 'no special character'],
  ['Welcome1!', 'a common word'],
  ['1!Password!1', 'a common word'],
  ['Xy!123456', 'a sequence'],
  ['Xy9!fedcba', 'a sequence'],
  ['Xy9!Qwerty', 'a sequence'],
  ['Xy!12345z', null],
  ['My Passw0rd, well', null],
])('the rule says of %j: %s', (password, says) => {
  if (says === null) expect(passwordFault(password)).toBeNull();
  else expect(passwordFault(password)).toContain(says);
});

test('what is kept is read again as it was', () => {
  const name = fc.stringMatching(/^[A-Za-zÀ-ž][A-Za-zÀ-ž '.-]{0,40}[a-z]$/);
  fc.assert(
    fc.property(name, name, name, (company, first, last) => {
      const tenant: InitialTenant = {
        INITIAL_TENANT_NAME: company,
        INITIAL_ADMIN_FIRST_NAME: first,
        INITIAL_ADMIN_LAST_NAME: last,
        INITIAL_ADMIN_EMAIL: 'grace@example.org',
        INITIAL_ADMIN_PASSWORD: PASSWORD,
      };
      expect(initialTenant.parse(JSON.parse(JSON.stringify(tenant)))).toEqual(tenant);
    }),
    { seed: 20_261_129, numRuns: 50 },
  );
});
