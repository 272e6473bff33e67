import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { inspectCheckout } from '../../client/inputs/checkout.ts';
import type { Prompter } from '../../client/terminal/prompts.ts';
import { siteRecord } from '../../model/site.ts';
import type { InstallSpec } from '../../model/site.ts';
import { completed } from './support/progress.ts';
import { runClient, temporaryFolder } from './support/run-client.ts';
import type { RunOptions } from './support/run-client.ts';
import { running, scriptedInstalls } from './support/scripted-installs.ts';
import type { ScriptedInstalls } from './support/scripted-installs.ts';

const REPO = 'https://git.example.org/alga/appliance.git';
const GOOD = ['--fresh', '--node-ip', '192.0.2.10', '--repo-url', REPO];

/** Orders an install that ends at once, gives the spec that was ordered. */
async function order(argv: readonly string[], options: RunOptions = {}): Promise<InstallSpec & { said: string }> {
  const installs: ScriptedInstalls = scriptedInstalls({
    scenes: [{ at: 0, view: running(completed(), { run: 'COMPLETED' }) }],
  });
  const { exit, stderr } = await runClient(['start', ...argv], {
    ...options,
    services: { ...installs.services, ...options.services },
  });
  expect(stderr).not.toContain('error:');
  expect(exit).toBe(0);
  const [spec] = installs.ordered;
  if (!spec) throw new Error('nothing was ordered');
  return { ...spec, said: stderr };
}

test('defaults are those of the appliance contract', async () => {
  const spec = await order(GOOD);
  expect(spec).toMatchObject({
    siteId: 'appliance-single-node',
    clusterName: 'alga-appliance',
    hostname: 'appliance-single-node',
    appUrl: 'http://192.0.2.10:3000',
    network: { mode: 'dhcp' },
    installDisk: '/dev/sda',
    channel: 'stable',
    profile: 'talos-single-node',
    repo: { url: REPO, branch: 'release/1.0', path: './flux/profiles/talos-single-node' },
    checkout: null,
    wipeConfirmed: false,
  });
});

test('every flag reaches the spec', async () => {
  const flags = `--site site-1 --cluster-name c1 --hostname h1 --app-url https://psa.example.com/ --interface enp0s1
    --network-mode static --static-address 192.0.2.10/24 --static-gateway 192.0.2.1 --dns-servers 9.9.9.9,1.1.1.1
    --ntp-servers time.example.com --install-disk /dev/nvme0n1 --channel nightly --profile p1 --repo-branch feature/x
    --repo-path ./deploy --require-remote-branch --alga-core-tag a1 --workflow-worker-tag w1 --email-service-tag e1
    --temporal-worker-tag t1 --prepull-images --skip-image-tag-validation --yes`;
  const spec = await order([...GOOD, ...flags.split(/\s+/)]);
  expect(spec).toMatchObject({
    siteId: 'site-1',
    clusterName: 'c1',
    hostname: 'h1',
    appUrl: 'https://psa.example.com',
    interface: 'enp0s1',
    network: { mode: 'static', address: '192.0.2.10/24', gateway: '192.0.2.1' },
    dnsServers: ['9.9.9.9', '1.1.1.1'],
    ntpServers: ['time.example.com'],
    installDisk: '/dev/nvme0n1',
    channel: 'nightly',
    profile: 'p1',
    repo: { url: REPO, branch: 'feature/x', path: './deploy' },
    requireRemoteBranch: true,
    imageTags: { algaCore: 'a1', workflowWorker: 'w1', emailService: 'e1', temporalWorker: 't1' },
    prepullImages: true,
    skipImageTagValidation: true,
    wipeConfirmed: false,
  });
});

test("the shell installer's names of mode and site mean the same, and the help leaves them out", async () => {
  const argv = ['--bootstrap-mode', 'recover', '--site-id', 'site-2', '--node-ip', '192.0.2.10', '--repo-url', REPO];
  expect(await order(argv)).toMatchObject({ siteId: 'site-2', mode: 'recover' });
  const both = await runClient(['start', ...GOOD, '--bootstrap-mode', 'recover']);
  expect(both.exit).toBe(2);
  expect(both.stderr).toContain('cannot be combined');
  const unknown = await runClient(['start', ...argv.with(1, 'anew')]);
  expect(unknown.exit).toBe(2);
  expect(unknown.stderr).toContain('Allowed choices are fresh, recover');
});

test('flag before environment before site file before default', async () => {
  const home = await temporaryFolder();
  const env = { ALGA_APPLIANCE_INSTALL_DISK: '/dev/env' };
  expect((await order([...GOOD, '--hostname', 'recorded', '--cluster-name', 'recorded'], { home })).installDisk).toBe(
    '/dev/sda',
  );
  const spec = await order(['--recover', '--cluster-name', 'flag'], {
    home,
    env: { ...env, ALGA_APPLIANCE_CLUSTER_NAME: 'environment' },
  });
  expect(spec).toMatchObject({
    clusterName: 'flag',
    installDisk: '/dev/env',
    hostname: 'recorded',
    nodeIp: '192.0.2.10',
  });
});

test('a value that was only a default follows what it came from', async () => {
  const home = await temporaryFolder();
  await order(GOOD, { home });
  const moved = await order(['--recover', '--node-ip', '192.0.2.99'], { home });
  expect(moved.appUrl).toBe('http://192.0.2.99:3000');
});

test('a URL that was chosen stays when the node moves', async () => {
  const home = await temporaryFolder();
  await order([...GOOD, '--app-url', 'https://psa.example.com'], { home });
  const moved = await order(['--recover', '--node-ip', '192.0.2.99'], { home });
  expect(moved.appUrl).toBe('https://psa.example.com');
});

test('a switch of the site file is turned off by its negation', async () => {
  const home = await temporaryFolder();
  await order([...GOOD, '--skip-image-tag-validation'], { home });
  expect((await order(['--recover'], { home })).skipImageTagValidation).toBe(true);
  expect((await order(['--recover', '--no-skip-image-tag-validation'], { home })).skipImageTagValidation).toBe(false);
});

test('a site keeps its release; tags of another release are not carried over unseen', async () => {
  const home = await temporaryFolder();
  const releases = join(await temporaryFolder(), 'releases');
  const manifest = await readFile(join(import.meta.dirname, '../../releases/1.0-rc5/release.json'), 'utf8');
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(join(releases, path, '..'), { recursive: true });
    await writeFile(join(releases, path), text);
  };
  const channel = (version: string): string =>
    JSON.stringify({ channel: 'stable', releaseVersion: version, branch: `release/${version}` });
  await write('1.0-rc5/release.json', manifest);
  await write('channels/stable.json', channel('1.0-rc5'));
  const env = { ALGA_APPLIANCE_RELEASES: releases };
  await order([...GOOD, '--alga-core-tag', 'mine'], { home, env });
  await write('1.0/release.json', manifest.replaceAll('1.0-rc5', '1.0'));
  await write('channels/stable.json', channel('1.0'));

  const kept = await order(['--recover'], { home, env });
  expect(kept.release.releaseVersion).toBe('1.0-rc5');
  expect(kept.imageTags).toEqual({ algaCore: 'mine' });
  const moved = await order(['--recover', '--channel', 'stable'], { home, env });
  expect(moved.release.releaseVersion).toBe('1.0');
  expect(moved.repo.branch).toBe('release/1.0');
  expect(moved.imageTags).toEqual({});
  expect(moved.said).toContain('--alga-core-tag of release 1.0-rc5 is not kept for release 1.0.');
});

// Lesson 2: an exported KUBECONFIG silently chose the cluster that was then wiped.
test('an exported KUBECONFIG or TALOSCONFIG chooses nothing', async () => {
  const spec = await order(GOOD, {
    env: { KUBECONFIG: '/etc/kube', TALOSCONFIG: '/etc/talos', ALGA_APPLIANCE_KUBECONFIG: '/etc/kube' },
  });
  expect(spec.existingCluster).toEqual({ kubeconfig: null, talosconfig: null });
});

test('an existing cluster is named by its files, relative to the current folder', async () => {
  const cwd = await temporaryFolder();
  await writeFile(join(cwd, 'kube'), '');
  const spec = await order([...GOOD, '--kubeconfig', 'kube', '--yes'], { cwd });
  expect(spec.existingCluster).toEqual({ kubeconfig: join(cwd, 'kube'), talosconfig: null });
});

test('a checkout that was cloned from a folder of this machine gives no repository: the node cannot fetch from it', async () => {
  const checkout = async () => ({
    branch: 'main',
    revision: 'abc',
    originUrl: '/srv/appliance',
    uncommittedFiles: 0,
    unpushedCommits: 0,
  });
  const { exit, stderr } = await runClient(['start', '--fresh', '--yes', '--node-ip', '192.0.2.10'], {
    services: { checkout },
  });
  expect(exit).toBe(2);
  expect(stderr).toContain('--repo-url  is missing');
});

test('--repo-branch current takes the branch and the remote of the checkout, and says what Flux will not see', async () => {
  const cwd = await temporaryFolder();
  const git = (...args: string[]) =>
    execa('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], { cwd });
  await git('init', '--quiet', '--initial-branch', 'feature/y');
  await git('commit', '--quiet', '--allow-empty', '-m', 'one');
  await git('remote', 'add', 'origin', REPO);
  await writeFile(join(cwd, 'new'), '');
  const options = { cwd, services: { checkout: inspectCheckout } };
  const spec = await order(['--fresh', '--node-ip', '192.0.2.10', '--repo-branch', 'current'], options);
  expect(spec.repo).toMatchObject({ url: REPO, branch: 'feature/y' });
  expect(spec.checkout).toMatchObject({ uncommittedFiles: 1, unpushedCommits: null });
  const plan = await runClient(['plan', '--fresh', '--node-ip', '192.0.2.10', '--repo-branch', 'current'], options);
  expect(plan.stdout).toContain('branch feature/y tracks no remote branch');
  expect(plan.stdout).toContain('1 file not committed: Flux will not see them');
});

const cloned = (originUrl: string) => async () => ({
  branch: 'main',
  revision: 'abc',
  originUrl,
  uncommittedFiles: 0,
  unpushedCommits: 0,
});

test('a token in the URL of origin is left out, with a word, and stands nowhere', async () => {
  const home = await temporaryFolder();
  const installs = scriptedInstalls({ scenes: [] });
  const { exit, stdout, stderr } = await runClient(
    ['start', '--fresh', '--yes', '--node-ip', '192.0.2.10', '--detach'],
    {
      home,
      services: { ...installs.services, checkout: cloned('https://x-access-token:ghp_canary@git.example.org/a.git') },
    },
  );
  expect(exit).toBe(0);
  expect(stderr).toContain(
    'The credentials in the URL of the remote "origin" were removed: the node must be able to read https://git.example.org/a.git without them.',
  );
  const record = await readFile(join(home, 'appliance-single-node', 'site.json'), 'utf8');
  expect(record).toContain('https://git.example.org/a.git');
  for (const text of [stdout, stderr, record, JSON.stringify(installs.ordered)]) expect(text).not.toContain('canary');

  // What is on record from then on came from nowhere else: it is not told again.
  const again = await runClient(['plan', '--fresh'], {
    home,
    services: { checkout: cloned('https://ghp_canary@git.example.org/a.git') },
  });
  expect([again.exit, again.stdout.includes('left out')]).toEqual([0, false]);
});

test('an origin over plain http is not taken silently, and is taken when a person says so', async () => {
  const argv = ['plan', '--fresh', '--node-ip', '192.0.2.10'];
  const services = { checkout: cloned('http://git.example.org/a.git') };
  const refused = await runClient(argv, { services });
  expect(refused.exit).toBe(2);
  expect(refused.stderr).toContain('add --allow-insecure-http');
  const taken = await runClient([...argv, '--allow-insecure-http'], { services });
  expect(taken.exit, taken.stderr).toBe(0);
});

test('a site that was ordered before with plain http or a token goes on, and is told of the token', async () => {
  const home = await temporaryFolder();
  const { services } = scriptedInstalls({ scenes: [] });
  await runClient(['start', ...GOOD, '--detach'], { home, services });
  const file = join(home, 'appliance-single-node', 'site.json');
  const record = await readFile(file, 'utf8');
  for (const [url, said] of [
    ['http://git.example.org/a.git', ''],
    ['https://ghp_canary@git.example.org/a.git', 'The recorded URL of the Git repository contains credentials'],
  ] as const) {
    await writeFile(file, record.replace(REPO, url));
    const { exit, stdout, stderr } = await runClient(['plan', '--fresh'], { home, services });
    expect(exit, stderr).toBe(0);
    expect(stdout).toContain(said);
  }
});

// Lesson 7: secrets stood on command lines and in world-readable files.
test('the key is stored 0600 and stands nowhere else', async () => {
  const home = await temporaryFolder();
  const installs = scriptedInstalls({ scenes: [{ at: 0, view: running(completed(), { run: 'COMPLETED' }) }] });
  const { exit, stdout, stderr } = await runClient(['start', ...GOOD, '--auth-key-stdin'], {
    home,
    stdin: 'canary-key\n',
    services: installs.services,
  });
  expect(exit).toBe(0);
  const file = join(home, 'appliance-single-node', 'auth-key');
  expect(await readFile(file, 'utf8')).toBe('canary-key\n');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await stat(join(home, 'appliance-single-node'))).mode & 0o777).toBe(0o700);
  const record = await readFile(join(home, 'appliance-single-node', 'site.json'), 'utf8');
  for (const text of [stdout, stderr, record, JSON.stringify(installs.ordered)])
    expect(text).not.toContain('canary-key');
});

test('a key that is refused is not repeated', async () => {
  const { exit, stderr } = await runClient(['start', ...GOOD, '--auth-key-stdin'], { stdin: 'canary key\n' });
  expect(exit).toBe(2);
  expect(stderr).toContain('the key contains spaces');
  expect(stderr).not.toContain('canary');
});

// Lesson 23: node IP and app URL were saved at the very end, so that after a failure `status` did not know its node.
test('the site is recorded before anything else can fail', async () => {
  const home = await temporaryFolder();
  const { exit } = await runClient(['start', ...GOOD], {
    home,
    services: {
      openInstalls: async () => {
        throw Object.assign(new Error('no server'), { name: 'TemporalUnavailableError' });
      },
    },
  });
  expect(exit).toBe(7);
  const folder = join(home, 'appliance-single-node');
  const record = siteRecord.parse(JSON.parse(await readFile(join(folder, 'site.json'), 'utf8')));
  expect(record).toMatchObject({ nodeIp: '192.0.2.10', cluster: null });
  expect(await readFile(join(folder, 'node-ip'), 'utf8')).toBe('192.0.2.10\n');
  expect(await readFile(join(folder, 'app-url'), 'utf8')).toBe('http://192.0.2.10:3000\n');
});

/** Answers questions from a table, by a part of their text; every other question fails the test. */
function answering(answers: Record<string, string>, asked: string[] = []): Partial<RunOptions['services'] & object> {
  const answer = (message: string): string => {
    asked.push(message);
    const found = Object.entries(answers).find(([part]) => message.includes(part));
    if (!found) throw new Error(`unexpected question: ${message}`);
    return found[1];
  };
  const prompter: Prompter = {
    text: async ({ message, initial, check }) => {
      const given = answer(message);
      const text = given === '<default>' ? (initial ?? '') : given;
      expect(check?.(text)).toBeUndefined();
      return text;
    },
    secret: async (message) => answer(message),
    choose: async (message, options, initial) => {
      const given = answer(message);
      return options.find(({ value }) => value === given)?.value ?? initial;
    },
    confirm: async (message) => answer(message) === 'yes',
  };
  return { prompter: async () => prompter };
}

test('on a terminal what is missing is asked for, with defaults', async () => {
  const home = await temporaryFolder();
  const spec = await order([], {
    home,
    tty: true,
    services: answering({
      'from scratch, or recover': 'fresh',
      'IP address': '192.0.2.10',
      'Host name': '<default>',
      'URL at which users': '<default>',
      'get its address': 'static',
      'Static address': '192.0.2.10/24',
      'Default gateway': '192.0.2.1',
      'DNS servers': '9.9.9.9',
      'Disk to install Talos': '<default>',
      'Git repository': REPO,
      'Authentication key': 'canary-key',
      'Password of the first administrator': '',
    }),
  });
  expect(spec).toMatchObject({
    hostname: 'appliance-single-node',
    appUrl: 'http://192.0.2.10:3000',
    network: { mode: 'static', address: '192.0.2.10/24', gateway: '192.0.2.1' },
    dnsServers: ['9.9.9.9'],
    repo: { url: REPO },
  });
  expect(await readFile(join(home, 'appliance-single-node', 'auth-key'), 'utf8')).toBe('canary-key\n');
});

test('on a terminal with --yes only what has no default is asked for', async () => {
  const asked: string[] = [];
  await order(['--fresh', '--yes', '--repo-url', REPO], {
    tty: true,
    services: answering({ 'IP address': '192.0.2.10' }, asked),
  });
  expect(asked).toEqual(['IP address of the Talos node']);
});

test('a wrong answer is told at once, in the words of the flag', async () => {
  const said: (string | undefined)[] = [];
  const { services } = scriptedInstalls({ scenes: [] });
  await runClient(
    ['start', ...GOOD.filter((flag) => !flag.includes('192') && flag !== '--node-ip'), '--yes', '--detach'],
    {
      tty: true,
      services: {
        ...services,
        prompter: async () => ({
          text: async ({ check }) => {
            said.push(check?.('nowhere'), check?.('192.0.2.10'));
            return '192.0.2.10';
          },
          secret: async () => '',
          choose: async (_message, _options, initial) => initial,
          confirm: async () => false,
        }),
      },
    },
  );
  expect(said).toEqual(['"nowhere": expected an IP address', undefined]);
});
