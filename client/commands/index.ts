import type { Flag } from '../terminal/flags.ts';
import type { Command } from './define.ts';

/** One command in the table: a help text of all of them reads no more than this. */
export interface CommandRow {
  /** Its name and its arguments: `logs [name]`. */
  readonly usage: string;
  readonly summary: string;
  readonly load: () => Promise<{ readonly command: Command }>;
}

/** Every command of the client, in the order in which the help lists them. */
export const COMMANDS: readonly CommandRow[] = [
  { usage: 'start', summary: 'install an appliance, or join the install that runs', load: () => import('./start.ts') },
  {
    usage: 'status',
    summary: 'say what state the appliance and its install are in',
    load: () => import('./status.ts'),
  },
  {
    usage: 'progress',
    summary: 'print how far the install is, as one document for scripts',
    load: () => import('./progress.ts'),
  },
  {
    usage: 'resume',
    summary: 'take up an install again: ensure server and worker, end a pause, follow',
    load: () => import('./resume.ts'),
  },
  { usage: 'retry', summary: 'have a blocked install look again at once', load: () => import('./retry.ts') },
  { usage: 'set', summary: 'give a running install other inputs', load: () => import('./set.ts') },
  {
    usage: 'pause',
    summary: 'have a running install stop before its next step; `resume` goes on',
    load: () => import('./pause.ts'),
  },
  {
    usage: 'cancel',
    summary: 'stop an install cleanly and say what is left on the node',
    load: () => import('./cancel.ts'),
  },
  {
    usage: 'plan',
    summary: 'print what `start` would do with these inputs, and every file it would write',
    load: () => import('./plan.ts'),
  },
  {
    usage: 'preflight',
    summary: 'run every check of an install and touch nothing',
    load: () => import('./preflight.ts'),
  },
  {
    usage: 'diagnose',
    summary: 'name what is wrong, what shows it and what to do',
    load: () => import('./diagnose.ts'),
  },
  { usage: 'pods', summary: 'list the pods of the appliance', load: () => import('./pods.ts') },
  {
    usage: 'logs [name]',
    summary: 'print the end of a log: of a component, a pod, or the installer itself',
    load: () => import('./logs.ts'),
  },
  {
    usage: 'admin <action>',
    summary: 'show the administrators of Alga PSA, or reset the password of one',
    load: () => import('./admin.ts'),
  },
  { usage: 'token [action]', summary: 'show or rotate the token of the status page', load: () => import('./token.ts') },
  {
    usage: 'releases [action] [release]',
    summary: 'list, show, validate, import or remove releases of the appliance',
    load: () => import('./releases.ts'),
  },
  { usage: 'sites', summary: 'list the sites that this machine knows', load: () => import('./sites.ts') },
  {
    usage: 'smoke <action>',
    summary: 'watch until status page and application answer, or verify that they do',
    load: () => import('./smoke.ts'),
  },
  {
    usage: 'doctor',
    summary: 'show the programs that are needed, and when certificates end',
    load: () => import('./doctor.ts'),
  },
  {
    usage: 'worker [action]',
    summary: 'run, look at or stop the worker and the local Temporal server of this machine',
    load: () => import('./worker.ts'),
  },
  {
    usage: 'codec',
    summary: 'decrypt what Temporal keeps of installs, for your own `temporal` CLI',
    load: () => import('./codec.ts'),
  },
  { usage: 'completion <shell>', summary: 'print a completion script for a shell', load: loadCompletion },
  { usage: 'version', summary: 'print the version of this client', load: () => import('./version.ts') },
];

/** Takes a row, gives the command's name alone. */
export function nameOf({ usage }: CommandRow): string {
  return usage.split(' ', 1)[0] ?? usage;
}

/** A completion script tells of every command, this one too: it is given the table that it stands in. */
async function loadCompletion(): Promise<{ command: Command }> {
  const { completionCommand } = await import('./completion.ts');
  const commands = () =>
    Promise.all(COMMANDS.map(async (row) => ({ name: nameOf(row), summary: row.summary, ...(await row.load()) })));
  return { command: completionCommand({ commands, commonFlags: COMMON_FLAGS }) };
}

const COMMON: readonly Flag[] = [
  {
    flags: '--site <name>',
    help: 'the site that is meant (or set ALGA_APPLIANCE_SITE; default: the only one there is)',
  },
  { flags: '--site-id <name>', help: 'the same as --site', hidden: true },
  {
    flags: '--config-dir <folder>',
    help: 'folder that holds all sites (or set ALGA_APPLIANCE_HOME; default: ~/.alga-psa-appliance)',
  },
  { flags: '-o, --output <format>', help: 'table, json or yaml (default: table)' },
  { flags: '-y, --yes', help: 'take defaults and confirm what would be asked' },
  { flags: '--quiet', help: 'only results and errors, no progress' },
  { flags: '--no-color', help: 'no colours (NO_COLOR does the same)' },
];

/** Flags that every command has. */
export const COMMON_FLAGS = COMMON.map((flag): Flag => ({ ...flag, group: 'Everywhere:' }));
