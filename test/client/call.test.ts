import { expect, test } from 'vitest';
import { COMMANDS, nameOf } from '../../client/commands/index.ts';
import { runClient } from './support/run-client.ts';

test('without a command it explains itself and ends with 2', async () => {
  const { exit, stdout, stderr } = await runClient([]);
  expect(exit).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toContain('Usage: appliance-client <command> [options]');
});

test('--help names every command and ends with 0', async () => {
  const { exit, stdout, stderr } = await runClient(['--help']);
  expect(exit).toBe(0);
  expect(stderr).toBe('');
  for (const row of COMMANDS) expect(stdout).toMatch(new RegExp(`^ {2}${nameOf(row)} `, 'm'));
  await expect(stdout).toMatchFileSnapshot('golden/help.txt');
});

test.each(COMMANDS.map(nameOf))('%s --help has an example and the flags that every command has', async (name) => {
  const { exit, stdout } = await runClient([name, '--help']);
  expect(exit).toBe(0);
  expect(stdout).toMatch(/Examples?:\n {2}\$ appliance-client /);
  for (const flag of ['--site', '--config-dir', '--output', '--yes', '--quiet', '--no-color'])
    expect(stdout).toContain(flag);
});

test.each(COMMANDS)('$usage: the command says what each of its arguments means', async ({ usage, load }) => {
  const { command } = await load();
  const named = [...usage.matchAll(/[<[](\w+)[\]>]/g)].map(([, name]) => name);
  expect(Object.keys(command.arguments)).toEqual(named);
});

test('the help of start names every input', async () => {
  await expect((await runClient(['start', '--help'])).stdout).toMatchFileSnapshot('golden/help-start.txt');
});

// Lesson 20: unknown flags were ignored, so that `--dryrun` ran the real thing; `--flag` without a value took the next flag.
test.each<[argv: string[], says: string[]]>([
  [
    ['start', '--dryrun'],
    ["unknown option '--dryrun'", 'Did you mean --dry-run?'],
  ],
  [['start', '--node-adress', '192.0.2.10'], ["unknown option '--node-adress'"]],
  [['strat'], ["unknown command 'strat'", 'Did you mean start?']],
  [['start', '--alga-auth-key', 'hunter2'], ["unknown option '--alga-auth-key'"]],
  [
    ['start', '--node-ip', '--yes'],
    ['--node-ip <ip>', 'missing'],
  ],
  [
    ['start', '--node-ip', '--unheard-of'],
    ['--node-ip <ip>', 'missing'],
  ],
  [
    ['start', '--node-ip=--yes'],
    ['--node-ip <ip>', '"--yes" is a flag'],
  ],
  [
    ['start', '--node-ip'],
    ['--node-ip <ip>', 'missing'],
  ],
  [['status', 'extra'], ['too many arguments']],
  [['status', '-o', 'xml'], ['--output "xml": expected table, json, yaml']],
  [['status', '--timeout', 'soon', '--watch'], ['--timeout "soon": expected a duration such as 30s, 10m or 2h']],
  [['start', '--until', 'dawn'], ['--until "dawn": expected login or complete']],
  [['smoke'], ["missing required argument 'action'", 'See `appliance-client smoke --help`.']],
  [
    ['help', 'stats'],
    ["unknown command 'stats'", 'Did you mean status?'],
  ],
  [
    ['strat', '--help'],
    ["unknown command 'strat'", 'Did you mean start?'],
  ],
  [['nosuch', '--help'], ["unknown command 'nosuch'"]],
  [['help', 'nosuch'], ["unknown command 'nosuch'"]],
  [
    ['--site', 'paris', '-o', 'json', 'strat', '-h'],
    ["unknown command 'strat'", 'Did you mean start?'],
  ],
  [
    ['pause', '--site', 'paris'],
    ['no install of paris', 'Start one: `appliance-client start --site paris`'],
  ],
  [['set', '--dns-servers', 'one'], ['--dns-servers  "one": expected an IP address']],
  [['worker', 'dance'], ['Allowed choices are run, status, stop']],
  [['completion', 'tcsh'], ['Allowed choices are bash, zsh, fish']],
])('%j ends with 2 and says what is wrong', async (argv, says) => {
  const { exit, stdout, stderr } = await runClient(argv);
  expect(exit).toBe(2);
  expect(stdout).toBe('');
  for (const text of says) expect(stderr).toContain(text);
  expect(stderr).not.toContain('hunter2');
});

test.each([
  ['help', 'start'],
  ['start', '--help'],
  ['--site', 'paris', 'start', '-h'],
  ['help', 'help'],
])('%j explains it and ends with 0', async (...argv) => {
  const { exit, stdout, stderr } = await runClient(argv);
  expect([exit, stderr]).toEqual([0, '']);
  expect(stdout).toContain('Usage: appliance-client');
});

test('flags before and after the command mean the same', async () => {
  const before = await runClient(['-o', 'json', 'version']);
  const after = await runClient(['version', '-o', 'json']);
  expect(JSON.parse(before.stdout)).toEqual(JSON.parse(after.stdout));
});

test.each(['bash', 'zsh', 'fish'])('completion %s knows commands, flags and arguments', async (shell) => {
  const { exit, stdout } = await runClient(['completion', shell]);
  expect(exit).toBe(0);
  for (const word of ['start', 'node-ip', 'monitor verify']) expect(stdout).toContain(word);
});

test('what nobody foresaw ends with 1 and says where its stack is', async () => {
  const { exit, stderr } = await runClient(['doctor'], {
    services: {
      programs: async () => {
        throw new TypeError('boom');
      },
    },
  });
  expect(exit).toBe(1);
  expect(stderr).toMatch(
    /^error: boom\nThis is a defect of appliance-client\. Please report it with .*client-error\.log\.\n$/,
  );
});
