import { type Case, said } from './case.ts';

/** What programs on the operator's own machine said, as activities hand it on. */
export const operator: readonly Case[] = [
  ...said('text git', [
    ['git-branch-missing', 'fatal: Remote branch release/9.9 not found in upstream origin', 'git clone'],
    ['git-branch-missing', "fatal: couldn't find remote ref release/9.9", 'git fetch'],
    ['git-branch-missing', "error: pathspec 'release/9.9' did not match any file(s) known to git", 'git checkout'],
    [
      'git-auth-failed',
      "remote: Support for password authentication was removed on August 13, 2021.\nfatal: Authentication failed for 'https://github.com/Nine-Minds/alga-psa/'",
      'git with GitHub',
    ],
    [
      'git-auth-failed',
      "fatal: could not read Username for 'https://github.com': terminal prompts disabled",
      'git credential',
    ],
    [
      'git-auth-failed',
      'git@github.com: Permission denied (publickey).\nfatal: Could not read from remote repository.',
      'OpenSSH',
    ],
    [
      'git-remote-unreachable',
      "fatal: unable to access 'https://github.com/Nine-Minds/alga-psa/': Failed to connect to github.com port 443 after 75001 ms: Couldn't connect to server",
      'git remote-curl',
    ],
    [
      'git-remote-unreachable',
      'ssh: connect to host github.com port 22: Connection timed out\nfatal: Could not read from remote repository.',
      'OpenSSH',
    ],
    [
      'git-remote-unreachable',
      "fatal: unable to access 'https://git.example.com/x/': The requested URL returned error: 503",
      'git remote-curl',
    ],
    [
      'dns-resolution-failure',
      "fatal: unable to access 'https://github.com/Nine-Minds/alga-psa/': Could not resolve host: github.com",
      'git remote-curl',
    ],
  ]),
  ...said('text registry', [
    [
      'image-tag-missing',
      'GET https://ghcr.io/v2/nine-minds/alga-psa-ee/manifests/nope: MANIFEST_UNKNOWN: manifest unknown',
      'OCI distribution specification, error codes',
    ],
    [
      'image-pull-unauthorized',
      'GET https://ghcr.io/v2/nine-minds/alga-psa-ee/manifests/1: UNAUTHORIZED: authentication required',
      'OCI distribution specification, error codes',
    ],
    ['image-registry-unreachable', 'connect ETIMEDOUT 140.82.121.34:443', 'Node net'],
  ]),
  ...said('text operator', [
    ['operator-tool-missing', 'spawn talosctl ENOENT', 'Node child_process'],
    ['operator-tool-missing', 'bash: talosctl: command not found', 'bash'],
    ['operator-tool-missing', 'exec: "kubectl": executable file not found in $PATH', 'Go os/exec'],
    ['operator-disk-full', 'ENOSPC: no space left on device, write', 'Node fs'],
    ['operator-disk-full', 'write /home/op/.alga-psa-appliance/site/site.json: no space left on device', 'Go os'],
    [
      'operator-disk-full',
      "EDQUOT: disk quota exceeded, open '/home/op/.alga-psa-appliance/site/site.json'",
      'Node fs',
    ],
    ['operator-folder-unwritable', "EACCES: permission denied, mkdir '/home/op/.alga-psa-appliance/site'", 'Node fs'],
    [
      'operator-folder-unwritable',
      "EROFS: read-only file system, open '/home/op/.alga-psa-appliance/site/site.json'",
      'Node fs',
    ],
    [
      'operator-folder-unwritable',
      "EPERM: operation not permitted, chmod '/home/op/.alga-psa-appliance/site/talosconfig'",
      'Node fs',
    ],
  ]),
];
