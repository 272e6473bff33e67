import { mkdtemp, readFile, stat, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { installService, removeService, serviceFor, serviceHere } from '../../worker/service.ts';
import { temporaryFolder, runClient } from '../client/support/run-client.ts';

const AT = {
  home: '/home/op/.alga "psa" 100%/$sites',
  node: '/opt/node 24/bin/node',
  supervisor: '/opt/appliance-client/dist/supervisor.mjs',
  variables: { PATH: '/home/op/bin:/usr/bin', XDG_STATE_HOME: '/home/op/st %1' },
};

test('the unit of systemd', async () => {
  const service = serviceFor({ ...AT, platform: 'linux', folder: '/home/op/.config/systemd/user' });
  await expect(service.text).toMatchFileSnapshot('golden/appliance-client.service');
  expect(service.file).toBe('/home/op/.config/systemd/user/appliance-client.service');
});

test('the agent of launchd', async () => {
  const service = serviceFor({ ...AT, platform: 'darwin', folder: '/Users/op/Library/LaunchAgents' });
  await expect(service.text).toMatchFileSnapshot('golden/launchd-agent.plist');
  expect(service.on).toEqual([
    'launchctl bootstrap gui/$(id -u) /Users/op/Library/LaunchAgents/alga-psa.appliance-client.plist',
  ]);
});

const ANALYZE = ['/usr/bin/systemd-analyze', '/bin/systemd-analyze'].find(existsSync);

test('systemd finds no fault in the unit', async () => {
  if (ANALYZE === undefined) {
    console.warn('systemd-analyze is not on this machine: of the unit only the golden file is checked');
    return;
  }
  const folder = await mkdtemp(join(tmpdir(), 'appliance-unit-'));
  const home = join(folder, 'sites "of" 100% $HOME');
  const service = serviceFor({ ...AT, platform: 'linux', folder, home, node: process.execPath });
  await installService(service);
  const { exitCode, stderr, stdout } = await execa(ANALYZE, ['--user', 'verify', service.file], {
    reject: false,
    timeout: 30_000,
    env: { XDG_RUNTIME_DIR: folder },
  });
  expect([exitCode, stdout, stderr]).toEqual([0, '', '']);
});

test('the service works for the operator who asked for it, and holds no secret', () => {
  const environment = {
    HOME: '/home/op',
    XDG_STATE_HOME: '/home/op/state',
    APPLIANCE_TOOLS_CACHE: '/srv/tools',
    TEMPORAL_ADDRESS: 'temporal.example:7233',
    TEMPORAL_API_KEY: 'canary',
    TEMPORAL_TLS_CLIENT_KEY_DATA: 'canary',
    EDITOR: 'vi',
  };
  const text = serviceHere('/home/op/sites', environment)?.text ?? '';
  for (const kept of ['XDG_STATE_HOME', 'APPLIANCE_TOOLS_CACHE', 'TEMPORAL_ADDRESS']) expect(text).toContain(kept);
  expect(text).not.toMatch(/canary|EDITOR/);
});

test('a line end in a folder or a variable makes no service', async () => {
  const home = '/home/op/x\nExecStartPre=/usr/bin/touch /tmp/taken\n#';
  expect(() => serviceHere(home, {})).toThrow('contains a line end or another control character');
  expect(() => serviceHere('/home/op', { XDG_STATE_HOME: '/a\nb' })).toThrow('contains a line end');
  const { exit, stderr } = await runClient(['worker', 'service', 'print', '--config-dir', home], {
    home: await temporaryFolder(),
  });
  expect([exit, stderr]).toEqual([2, expect.stringContaining('contains a control character: choose another one')]);
});

test('install writes the file and switches nothing on; remove takes it away; what is not ours stays', async () => {
  const home = await temporaryFolder();
  const user = await temporaryFolder();
  const environment = { HOME: user, PATH: '/usr/bin' };
  const services = { service: async () => serviceHere(home, environment), installService, removeService };
  const worker = (...argv: string[]) => runClient(['worker', ...argv], { home, services });

  const printed = await worker('service');
  expect(printed.stdout).toContain(`"--home" "${home}" "--worker"`);
  const file = serviceHere(home, environment)?.file ?? '';
  expect(existsSync(file)).toBe(false);

  const installed = await worker('service', 'install');
  expect(installed.exit).toBe(0);
  expect(installed.stderr).toContain(`Wrote ${file}. It is not enabled yet.`);
  expect(await readFile(file, 'utf8')).toBe(printed.stdout);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await worker('service', 'install')).exit).toBe(0);

  expect((await worker('service', 'remove')).stderr).toContain(`Removed ${file}.`);
  expect(existsSync(file)).toBe(false);
  expect((await worker('service', 'remove')).stderr).toContain(`No service of appliance-client at ${file}.`);

  await writeFile(file, '[Service]\nExecStart=/bin/true\n');
  const refused = await worker('service', 'install');
  expect([refused.exit, await readFile(file, 'utf8')]).toEqual([6, '[Service]\nExecStart=/bin/true\n']);
  expect(refused.stderr).toContain('was not written by appliance-client. Nothing was changed. Move it away first.');
});

test('what belongs to the service is refused elsewhere', async () => {
  const { exit, stderr } = await runClient(['worker', 'stop', 'install'], { home: await temporaryFolder() });
  expect(exit).toBe(2);
  expect(stderr).toContain('worker stop: "install" belongs to `worker service`');
});
