import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runClient, temporaryFolder } from './support/run-client.ts';

/** Flags of an install with which nothing is wrong. */
const GOOD = ['--fresh', '--node-ip', '192.0.2.10', '--repo-url', 'https://git.example.org/alga/appliance.git'];

/** GOOD without one flag. */
function without(flag: string): string[] {
  const at = GOOD.indexOf(flag);
  return GOOD.toSpliced(at, GOOD[at + 1]?.startsWith('--') === false ? 2 : 1);
}

test.each<[what: string, argv: string[], says: string[]]>([
  ['no node IP', without('--node-ip'), ['--node-ip', 'is missing (or set ALGA_APPLIANCE_NODE_IP)']],
  ['no repository', without('--repo-url'), ['--repo-url', 'is missing (or set ALGA_APPLIANCE_REPO_URL)']],
  ['neither fresh nor recover', without('--fresh'), ['--fresh | --recover', 'choose one']],
  ['fresh and recover', [...GOOD, '--recover'], ['--fresh', 'and --recover cannot be combined']],
  ['an address that is none', [...GOOD, '--node-ip', '192.0.2.300'], ['"192.0.2.300": expected an IP address']],
  ['a host name that is none', [...GOOD, '--hostname', 'My Host'], ['"My Host": expected a host name']],
  ['a cluster name that is none', [...GOOD, '--cluster-name', 'A_B'], ['"A_B": expected a cluster name']],
  ['a site name that is none', [...GOOD, '--site', 'Site 1'], ['--site "Site 1": expected a site name']],
  [
    'a URL that is none',
    [...GOOD, '--app-url', 'psa.example.com'],
    ['"psa.example.com": expected an http or https URL'],
  ],
  ...[
    'https://psa.example.com/alga',
    'https://psa.example.com/?tenant=1',
    'https://psa.example.com?tenant=1',
    'https://psa.example.com/#login',
    'http:///psa.example.com',
  ].map((url): [string, string[], string[]] => [
    `more than an origin, ${url}`,
    [...GOOD, '--app-url', url],
    [`--app-url  "${url}": expected only scheme, host and port, such as https://psa.example.com`],
  ]),
  [
    'a password in the URL of the application',
    [...GOOD, '--app-url', 'https://u:canary@psa.example.com'],
    ['--app-url', 'the URL must not contain a user name or password'],
  ],
  ...[
    ['0.0.0.0', 'an unspecified address'],
    ['::', 'an unspecified address'],
    ['127.0.0.1', 'a loopback address'],
    ['0:0::1', 'a loopback address'],
    ['::ffff:127.0.0.1', 'a loopback address'],
    ['239.1.2.3', 'a multicast address'],
    ['ff02::1', 'a multicast address'],
    ['255.255.255.255', 'the broadcast address'],
  ].map(([ip = '', kind = '']): [string, string[], string[]] => [
    `a node at ${ip}`,
    ['--fresh', '--node-ip', ip, '--repo-url', 'https://git.example.org/alga/appliance.git'],
    [`--node-ip  "${ip}": expected the address of one machine, but this is ${kind}`],
  ]),
  ['an unknown network mode', [...GOOD, '--network-mode', 'magic'], ['"magic": expected dhcp or static']],
  [
    'a static network without a gateway',
    [...GOOD, '--network-mode', 'static', '--static-address', '192.0.2.10/24'],
    ['--static-gateway', 'is missing'],
  ],
  [
    'a static address without a prefix length',
    [...GOOD, '--network-mode', 'static', '--static-address', '192.0.2.10', '--static-gateway', '192.0.2.1'],
    ['"192.0.2.10": expected an address with its prefix length'],
  ],
  ['a DNS server that is none', [...GOOD, '--dns-servers', '9.9.9.9,dns'], ['--dns-servers', 'expected an IP address']],
  ['a disk that is no device', [...GOOD, '--install-disk', 'sda'], ['"sda": expected a device path']],
  [
    'a release that does not exist',
    [...GOOD, '--release-version', '9.9'],
    ['--release-version', 'unknown release 9.9. Available: 1.0, 1.0-rc5.1, 1.0-rc5'],
  ],
  ['a channel that does not exist', [...GOOD, '--channel', 'beta'], ['--channel', 'unknown channel beta']],
  [
    'a release and a channel',
    [...GOOD, '--channel', 'stable', '--release-version', '1.0-rc5'],
    ['cannot be combined: give one of them'],
  ],
  ['a branch that is none', [...GOOD, '--repo-branch', 'a..b'], ['"a..b": expected a Git branch name']],
  ['current outside a checkout', [...GOOD, '--repo-branch', 'current'], ['this folder is not a Git checkout']],
  [
    'a password in the URL',
    [...GOOD, '--repo-url', 'https://u:p@git.example.org/a'],
    ['the URL must not contain a password'],
  ],
  [
    'a token in the URL',
    [...GOOD, '--repo-url', 'https://ghp_canary@git.example.org/a'],
    ['--repo-url', '"https://…@git.example.org/a": the URL must not contain credentials'],
  ],
  [
    'a token in the query of the URL',
    [...GOOD, '--repo-url', 'https://git.example.org/a.git?private_token=canary'],
    ['"https://git.example.org/a.git?private_token=…": expected only scheme, host and path'],
  ],
  [
    'a host that is none',
    [...GOOD, '--repo-url', 'https://git.example.org%40evil/a'],
    ['expected only scheme, host and path'],
  ],
  [
    'a password in three slashes',
    [...GOOD, '--repo-url', 'https:///u:canary@h.example/a.git'],
    ['the URL must not contain credentials'],
  ],
  [
    'a password in the short form of ssh',
    [...GOOD, '--repo-url', 'git:canary@h.example:a.git'],
    ['the URL must not contain credentials'],
  ],
  [
    'a password for ssh',
    [...GOOD, '--repo-url', 'ssh://git:canary@git.example.org/a'],
    ['the URL must not contain credentials'],
  ],
  [
    'plain http for what is applied with all rights',
    [...GOOD, '--repo-url', 'http://git.example.org/a'],
    ['--repo-url', 'anyone between the node and that server', '--allow-insecure-http'],
  ],
  ["git's own protocol", [...GOOD, '--repo-url', 'git://git.example.org/a'], ['Flux supports only https://, ssh://']],
  ['a folder of this machine', [...GOOD, '--repo-url', 'file:///srv/a.git'], ['Flux supports only https://, ssh://']],
  ['a path out of the repository', [...GOOD, '--repo-path', '../other'], ['the path leaves the repository']],
  [
    'latest as a tag',
    [...GOOD, '--alga-core-tag', 'latest'],
    ['--alga-core-tag', '"latest" is not a tag of a release'],
  ],
  ['a kubeconfig that is not there', [...GOOD, '--kubeconfig', 'nowhere'], ['--kubeconfig', 'cannot be read (ENOENT)']],
  [
    'a key file that is not there',
    [...GOOD, '--auth-key-file', 'nowhere'],
    ['--auth-key-file', 'cannot be read (ENOENT)'],
  ],
  ['two sources of the key', [...GOOD, '--auth-key-file', 'a', '--auth-key-stdin'], ['cannot be combined']],
  ['an empty key', [...GOOD, '--auth-key-stdin'], ['--auth-key-stdin', 'the key is empty']],
  ['a speed without a simulation', [...GOOD, '--speed', '5'], ['--speed belongs to --simulate']],
  [
    'a scenario that does not exist',
    ['--simulate', 'dns'],
    ["'dns' is invalid. Allowed choices are all-well, worker-image-missing, dns-refused, postgres-subpath"],
  ],
  ['a speed that is none', ['--simulate', '--speed', 'warp'], ['--speed "warp": expected a number above 0']],
])('%s ends with 2, says it, and touches nothing', async (_, argv, says) => {
  const home = join(await temporaryFolder(), 'sites');
  const { exit, stdout, stderr } = await runClient(['start', ...argv], {
    home,
    stdin: '\n',
    cwd: await temporaryFolder(),
  });
  expect(stderr).toMatch(/^error: /);
  for (const text of says) expect(stderr).toContain(text);
  expect(stderr).not.toContain('canary');
  expect(exit).toBe(2);
  expect(stdout).toBe('');
  const sites = await runClient(['sites', '-o', 'json'], { home });
  expect(JSON.parse(sites.stdout)).toEqual([]);
});

test('all faults are told in one message, each with its flag', async () => {
  const { exit, stderr } = await runClient([
    'start',
    '--hostname',
    'My Host',
    '--network-mode',
    'static',
    '--release-version',
    '9.9',
  ]);
  expect(exit).toBe(2);
  await expect(stderr).toMatchFileSnapshot('golden/all-faults.txt');
});

test('a variable that is misspelt is no consent and no silence', async () => {
  const { exit, stderr } = await runClient(['start', ...GOOD], { env: { ALGA_APPLIANCE_PREPULL_IMAGES: 'ture' } });
  expect(exit).toBe(2);
  expect(stderr).toContain('ALGA_APPLIANCE_PREPULL_IMAGES  "ture": expected true or false');
});

test('a folder of sites that cannot be written ends with 2 and names --config-dir', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'file'), '');
  const { exit, stderr } = await runClient(['start', ...GOOD, '--config-dir', join(folder, 'file', 'sites')]);
  expect(exit).toBe(2);
  expect(stderr).toContain('--config-dir');
  expect(stderr).toContain('is not a folder');
});

test.runIf(process.platform === 'linux')(
  'a file system that takes no folders ends with 2, and does not hang',
  async () => {
    const { exit, stderr } = await runClient(['start', ...GOOD, '--config-dir', '/proc/nowhere/sites']);
    expect(exit).toBe(2);
    expect(stderr).toContain('--config-dir');
  },
);

test.each([
  ['ENOSPC', 3, 'No space left on the disk that holds /sites/site.json'],
  ['EDQUOT', 3, 'Your disk quota is used up'],
  ['EROFS', 2, 'is on a read-only file system'],
  ['EACCES', 2, 'Choose another folder with --config-dir'],
])('%s while writing ends with %i and says what to do', async (code, exitCode, says) => {
  const { exit, stderr } = await runClient(['start', ...GOOD], {
    services: {
      openInstalls: async () => {
        throw Object.assign(new Error(`${code}: write`), { code, path: '/sites/site.json' });
      },
    },
  });
  expect(exit).toBe(exitCode);
  expect(stderr).toContain(says);
});

test.each([
  'the database of the local Temporal server is damaged (file is not a database)',
  'no Temporal server: temporal-local 1.29.1 is missing',
])('no Temporal ends with 7: %s', async (message) => {
  const { exit, stderr } = await runClient(['start', ...GOOD], {
    services: {
      openInstalls: async () => {
        throw Object.assign(new Error(message), { name: 'TemporalUnavailableError' });
      },
    },
  });
  expect(exit).toBe(7);
  expect(stderr).toContain(`error: ${message}`);
});

test('a site record that was damaged is told with its path, not overwritten', async () => {
  const home = await temporaryFolder();
  await mkdir(join(home, 'site-1'));
  await writeFile(join(home, 'site-1', 'site.json'), '{"kind": "Site"');
  const { exit, stderr } = await runClient(['start', ...GOOD, '--site', 'site-1'], { home });
  expect(exit).toBe(2);
  expect(stderr).toContain(join(home, 'site-1', 'site.json'));
});
