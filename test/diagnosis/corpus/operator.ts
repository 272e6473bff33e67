import { type Case, said } from './case.ts';

/** The operator’s own machine: git, programs that are missing, the site’s folder. */
export const operator: readonly Case[] = [
  ...said('text git', [
    [
      'dns-resolution-failure',
      'git: GitHub’s name cannot be resolved',
      "fatal: unable to access 'https://github.com/Nine-Minds/alga-psa/': Could not resolve host: github.com",
      'git remote-curl',
    ],
    [
      'git-auth-failed',
      'git: no user name, and nobody to ask',
      "fatal: could not read Username for 'https://github.com': terminal prompts disabled",
      'git credential',
    ],
    [
      'git-auth-failed',
      'git: GitHub refuses the SSH key',
      'git@github.com: Permission denied (publickey).\nfatal: Could not read from remote repository.',
      'OpenSSH',
    ],
    [
      'git-auth-failed',
      'git: GitHub takes no passwords',
      "remote: Support for password authentication was removed on August 13, 2021.\nfatal: Authentication failed for 'https://github.com/Nine-Minds/alga-psa/'",
      'git with GitHub',
    ],
    [
      'git-branch-missing',
      'git: the branch is not known (checkout)',
      "error: pathspec 'release/9.9' did not match any file(s) known to git",
      'git checkout',
    ],
    [
      'git-branch-missing',
      'git: the branch is not found (clone)',
      'fatal: Remote branch release/9.9 not found in upstream origin',
      'git clone',
    ],
    [
      'git-branch-missing',
      'git: the branch is not found (fetch)',
      "fatal: couldn't find remote ref release/9.9",
      'git fetch',
    ],
    [
      'git-remote-unreachable',
      'git: the server answers 503',
      "fatal: unable to access 'https://git.example.com/x/': The requested URL returned error: 503",
      'git remote-curl',
    ],
    [
      'git-remote-unreachable',
      'git: GitHub cannot be reached on port 443',
      "fatal: unable to access 'https://github.com/Nine-Minds/alga-psa/': Failed to connect to github.com port 443 after 75001 ms: Couldn't connect to server",
      'git remote-curl',
    ],
    [
      'git-remote-unreachable',
      'git: GitHub cannot be reached over SSH',
      'ssh: connect to host github.com port 22: Connection timed out\nfatal: Could not read from remote repository.',
      'OpenSSH',
    ],
  ]),
  ...said('text operator', [
    [
      'operator-disk-full',
      'this machine: the quota of the disk is used up',
      "EDQUOT: disk quota exceeded, open '/home/op/.alga-psa-appliance/site/site.json'",
      'Node fs',
    ],
    ['operator-disk-full', 'this machine: no space left (Node)', 'ENOSPC: no space left on device, write', 'Node fs'],
    [
      'operator-disk-full',
      'this machine: no space left (Go)',
      'write /home/op/.alga-psa-appliance/site/site.json: no space left on device',
      'Go os',
    ],
    [
      'operator-folder-unwritable',
      'this machine: the site’s folder cannot be made',
      "EACCES: permission denied, mkdir '/home/op/.alga-psa-appliance/site'",
      'Node fs',
    ],
    [
      'operator-folder-unwritable',
      'this machine: a file’s mode cannot be set',
      "EPERM: operation not permitted, chmod '/home/op/.alga-psa-appliance/site/talosconfig'",
      'Node fs',
    ],
    [
      'operator-folder-unwritable',
      'this machine: the file system is read-only',
      "EROFS: read-only file system, open '/home/op/.alga-psa-appliance/site/site.json'",
      'Node fs',
    ],
    [
      'operator-tool-missing',
      'this machine: talosctl is not found (bash)',
      'bash: talosctl: command not found',
      'bash',
    ],
    [
      'operator-tool-missing',
      'this machine: kubectl is not in $PATH',
      'exec: "kubectl": executable file not found in $PATH',
      'Go os/exec',
    ],
    [
      'operator-tool-missing',
      'this machine: talosctl cannot be started (ENOENT)',
      'spawn talosctl ENOENT',
      'Node child_process',
    ],
  ]),
];
