import { SCENARIO_NAMES } from '../../model/scenarios.ts';
import type { CommandContext } from '../context.ts';
import { ALIASES, IMAGE_TAG_FLAG } from '../inputs/aliases.ts';
import { CHANGEABLE, FIELDS, fieldOf } from '../inputs/fields.ts';
import type { Field } from '../inputs/fields.ts';

/** One flag: how it is written, what it means, and under which heading the help shows it. */
export interface Flag {
  readonly flags: string;
  readonly help: string;
  readonly group?: string;
  readonly hidden?: boolean;
  /** May be given several times; the values are joined by commas. */
  readonly repeats?: boolean;
  readonly choices?: readonly string[];
}

export interface Argument {
  readonly name: string;
  readonly help: string;
  readonly choices?: readonly string[];
  readonly required?: boolean;
}

/** One command: what it is called, what it takes, and where its work is written. Nothing of that is loaded for a help text. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly arguments?: readonly Argument[];
  readonly flags?: readonly Flag[];
  readonly examples: readonly string[];
  readonly load: () => Promise<{ run: (context: CommandContext) => Promise<number> }>;
}

const INPUTS = 'Inputs of the install:';

function flagOf(field: Field): Flag[] {
  const flags = `--${field.flag}${field.takes ? ` <${field.takes}>` : ''}`;
  const flag: Flag = { flags, help: field.help, group: INPUTS };
  // The site file may hold a switch as on; only its negation turns it off again.
  return field.kind === 'switch' ? [flag, { ...flag, flags: `--no-${field.flag}`, hidden: true }] : [flag];
}

const MODE: readonly Flag[] = [
  {
    flags: '--fresh',
    help: 'install anew; application data that is there is wiped, after every check and a confirmation',
  },
  { flags: '--recover', help: 'install again and keep all data and credentials' },
];
const AUTH_KEY: readonly Flag[] = [
  { flags: '--auth-key-file <file>', help: 'file with the authentication key; never give the key itself as a flag' },
  { flags: '--auth-key-stdin', help: 'read the authentication key from standard input' },
];
const SIMULATE: readonly Flag[] = [
  {
    flags: '--simulate [scenario]',
    help: 'play an install on a simulated appliance; nothing real is touched',
    choices: SCENARIO_NAMES,
  },
  { flags: '--speed <factor>', help: 'how much faster than real time the simulation runs' },
];
const FOLLOW: readonly Flag[] = [
  { flags: '--until <event>', help: 'stop following at "login" or "complete" (default: complete)' },
  { flags: '--exit-on-block', help: 'end with exit code 4 as soon as the install is blocked' },
  { flags: '--timeout <duration>', help: 'stop following after this time, such as 90m, with exit code 5' },
];
const IMAGE_TAG: Flag = { flags: IMAGE_TAG_FLAG, help: 'tag of one image', hidden: true, repeats: true };
const HIDDEN: readonly Flag[] = [
  ...ALIASES.map(({ flags, means }): Flag => ({ flags, help: `the same as --${means}`, hidden: true })),
  IMAGE_TAG,
];
const SPEC: readonly Flag[] = [...FIELDS.flatMap(flagOf), ...HIDDEN];

/** Every command of the client, in the order in which the help lists them. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'start',
    summary: 'install an appliance, or join the install that runs',
    flags: [
      ...MODE,
      { flags: '--detach', help: 'leave the install to a background worker and return' },
      { flags: '--dry-run', help: 'print the plan and every file it would write; touch nothing, start nothing' },
      ...FOLLOW,
      ...AUTH_KEY,
      ...SIMULATE,
      ...SPEC,
    ],
    examples: [
      'start --fresh --node-ip 192.0.2.10 --repo-url https://git.example.com/alga/appliance.git',
      'start --fresh --simulate',
    ],
    load: () => import('./start.ts'),
  },
  {
    name: 'status',
    summary: 'say what state the appliance and its install are in',
    flags: [
      { flags: '--watch', help: 'show it again at every change' },
      { flags: '--serve', help: 'show it as a page on this machine, for a browser' },
      { flags: '--timeout <duration>', help: 'stop watching or serving after this time, with exit code 5' },
    ],
    examples: ['status', 'status -o json', 'status --serve'],
    load: () => import('./status.ts'),
  },
  {
    name: 'resume',
    summary: 'take up an install again: ensure server and worker, end a pause, follow',
    flags: [{ flags: '--detach', help: 'leave it to a background worker and return' }, ...FOLLOW],
    examples: ['resume', 'resume --detach'],
    load: () => import('./resume.ts'),
  },
  {
    name: 'retry',
    summary: 'have a blocked install look again at once',
    examples: ['retry'],
    load: () => import('./retry.ts'),
  },
  {
    name: 'set',
    summary: 'give a running install other inputs',
    flags: [
      ...CHANGEABLE.flatMap((key) => flagOf(fieldOf(key))),
      ...HIDDEN.filter(({ flags }) => !flags.startsWith('--release')),
    ],
    examples: ['set --dns-servers 9.9.9.9,1.1.1.1', 'set --workflow-worker-tag 61e4a00f'],
    load: () => import('./set.ts'),
  },
  {
    name: 'pause',
    summary: 'have a running install stop before its next step; `resume` goes on',
    examples: ['pause'],
    load: () => import('./pause.ts'),
  },
  {
    name: 'cancel',
    summary: 'stop an install cleanly and say what is left on the node',
    examples: ['cancel', 'cancel --yes'],
    load: () => import('./cancel.ts'),
  },
  {
    name: 'plan',
    summary: 'print what `start` would do with these inputs, and every file it would write',
    flags: [...MODE, ...SIMULATE.slice(0, 1), ...SPEC],
    examples: ['plan --fresh --node-ip 192.0.2.10'],
    load: () => import('./plan.ts'),
  },
  {
    name: 'preflight',
    summary: 'run every check of an install and touch nothing',
    flags: [...MODE, ...AUTH_KEY, ...SIMULATE, ...SPEC],
    examples: ['preflight --node-ip 192.0.2.10'],
    load: () => import('./preflight.ts'),
  },
  {
    name: 'diagnose',
    summary: 'name what is wrong, what shows it and what to do',
    flags: [
      {
        flags: '--from <file>',
        help: 'a snapshot, a folder with a snapshot.json, or a list from `kubectl get … -o json`, instead of the cluster; "-" is standard input',
      },
      { flags: '--explain', help: 'show which signal led to which cause, and what was ruled out' },
      {
        flags: '--save <file>',
        help: 'write what was looked at, without secrets, into a file to send to somebody who helps; --from reads it',
      },
    ],
    examples: ['diagnose', 'diagnose --save snapshot.json', 'diagnose --from snapshot.json --explain'],
    load: () => import('./diagnose.ts'),
  },
  {
    name: 'pods',
    summary: 'list the pods of the appliance',
    examples: ['pods'],
    load: () => import('./pods.ts'),
  },
  {
    name: 'logs',
    summary: 'print the end of a log: of a component, a pod, or the installer itself',
    arguments: [{ name: 'name', help: 'component or pod; "installer" (the default) is the worker on this machine' }],
    flags: [
      { flags: '--tail <lines>', help: 'how many lines (default: 100)' },
      { flags: '--container <name>', help: 'only this container of the pod' },
      { flags: '--previous', help: 'the log of the container before its last restart' },
    ],
    examples: ['logs alga-core', 'logs bootstrap --tail 50'],
    load: () => import('./logs.ts'),
  },
  {
    name: 'token',
    summary: 'show or rotate the token of the status page',
    arguments: [{ name: 'action', help: 'what to do (default: show)', choices: ['show', 'rotate'] }],
    examples: ['token show', 'token rotate'],
    load: () => import('./token.ts'),
  },
  {
    name: 'releases',
    summary: 'list, show or validate the releases that this client knows',
    arguments: [
      { name: 'action', help: 'what to do (default: list)', choices: ['list', 'show', 'validate'] },
      { name: 'release', help: 'version to show, or file to validate' },
    ],
    examples: ['releases list', 'releases show 1.0.0'],
    load: () => import('./releases.ts'),
  },
  {
    name: 'sites',
    summary: 'list the sites that this machine knows',
    examples: ['sites'],
    load: () => import('./sites.ts'),
  },
  {
    name: 'smoke',
    summary: 'watch until status page and application answer, or verify that they do',
    arguments: [{ name: 'action', help: 'what to do', choices: ['monitor', 'verify'], required: true }],
    flags: [{ flags: '--timeout <duration>', help: 'give up after this time, with exit code 5 (default: 90m)' }],
    examples: ['smoke monitor', 'smoke verify'],
    load: () => import('./smoke.ts'),
  },
  {
    name: 'doctor',
    summary: 'show the programs that are needed, and where each was found',
    flags: [{ flags: '--fetch', help: 'download or build what is missing' }],
    examples: ['doctor'],
    load: () => import('./doctor.ts'),
  },
  {
    name: 'worker',
    summary: 'run, look at or stop the worker and the local Temporal server of this machine',
    arguments: [{ name: 'action', help: 'what to do (default: status)', choices: ['run', 'status', 'stop'] }],
    flags: [{ flags: '--stop', help: 'the same as `worker stop`' }],
    examples: ['worker status', 'worker --stop'],
    load: () => import('./worker.ts'),
  },
  {
    name: 'completion',
    summary: 'print a completion script for a shell',
    arguments: [{ name: 'shell', help: 'which shell', choices: ['bash', 'zsh', 'fish'], required: true }],
    examples: ['completion bash > ~/.local/share/bash-completion/completions/appliance-client'],
    load: () => import('./completion.ts'),
  },
  {
    name: 'version',
    summary: 'print the version of this client',
    examples: ['version'],
    load: () => import('./version.ts'),
  },
];

/** Flags that every command has. */
export const COMMON_FLAGS: readonly Flag[] = [
  {
    flags: '--site <name>',
    help: 'the site that is meant (or set ALGA_APPLIANCE_SITE; default: the only one there is)',
  },
  {
    flags: '--config-dir <folder>',
    help: 'folder that holds all sites (or set ALGA_APPLIANCE_HOME; default: ~/.alga-psa-appliance)',
  },
  { flags: '-o, --output <format>', help: 'table, json or yaml (default: table)' },
  { flags: '-y, --yes', help: 'take defaults and confirm what would be asked' },
  { flags: '--quiet', help: 'only results and errors, no progress' },
  { flags: '--no-color', help: 'no colours (NO_COLOR does the same)' },
].map((flag) => ({ ...flag, group: 'Everywhere:' }));
