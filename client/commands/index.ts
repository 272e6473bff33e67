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
  {
    usage: 'start',
    summary: 'install an appliance, or follow the install that is already running',
    load: () => import('./start.ts'),
  },
  {
    usage: 'status',
    summary: 'show the state of the appliance and its install',
    load: () => import('./status.ts'),
  },
  {
    usage: 'progress',
    summary: 'print the progress of the install as one document, for scripts',
    load: () => import('./progress.ts'),
  },
  {
    usage: 'resume',
    summary: 'resume an install and follow it (starts server and worker if needed)',
    load: () => import('./resume.ts'),
  },
  { usage: 'retry', summary: 're-check a blocked install now', load: () => import('./retry.ts') },
  { usage: 'set', summary: 'change inputs of a running install', load: () => import('./set.ts') },
  {
    usage: 'pause',
    summary: 'pause a running install before its next step; `resume` continues it',
    load: () => import('./pause.ts'),
  },
  {
    usage: 'cancel',
    summary: 'cancel an install cleanly and report what it leaves on the node',
    load: () => import('./cancel.ts'),
  },
  {
    usage: 'plan',
    summary: 'print what `start` would do with these inputs, and every file it would write',
    load: () => import('./plan.ts'),
  },
  {
    usage: 'preflight',
    summary: 'run every check of an install without changing anything',
    load: () => import('./preflight.ts'),
  },
  {
    usage: 'diagnose',
    summary: 'report what is wrong, the evidence for it and what to do',
    load: () => import('./diagnose.ts'),
  },
  {
    usage: 'repair',
    summary: 'list what the client can repair by itself, and repair it with --yes',
    load: () => import('./repair.ts'),
  },
  {
    usage: 'support-bundle',
    summary: 'write what support needs to one archive, without secrets',
    load: () => import('./support-bundle.ts'),
  },
  { usage: 'pods', summary: 'list the pods of the appliance', load: () => import('./pods.ts') },
  {
    usage: 'logs [name]',
    summary: 'print the end of the log of a component, a pod or the installer',
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
  { usage: 'sites', summary: 'list the sites known on this machine', load: () => import('./sites.ts') },
  {
    usage: 'smoke <action>',
    summary: 'wait until the status page and the application respond, or verify that they do',
    load: () => import('./smoke.ts'),
  },
  {
    usage: 'doctor',
    summary: 'show required programs and when certificates expire',
    load: () => import('./doctor.ts'),
  },
  {
    usage: 'worker [action] [what]',
    summary: 'run, show or stop the background worker, or start it at login',
    load: () => import('./worker.ts'),
  },
  {
    usage: 'codec [action]',
    summary: 'decrypt payloads for your own `temporal` CLI, or rotate their key',
    load: () => import('./codec.ts'),
  },
  { usage: 'completion <shell>', summary: 'print a completion script for a shell', load: loadCompletion },
  { usage: 'version', summary: 'print the version of this client', load: () => import('./version.ts') },
];

/** The command's name without its arguments. */
export function nameOf({ usage }: CommandRow): string {
  return usage.split(' ', 1)[0] ?? usage;
}

/** A completion script covers every command, `completion` included, so it gets the whole table. */
async function loadCompletion(): Promise<{ command: Command }> {
  const { completionCommand } = await import('./completion.ts');
  const commands = () =>
    Promise.all(COMMANDS.map(async (row) => ({ name: nameOf(row), summary: row.summary, ...(await row.load()) })));
  return { command: completionCommand({ commands, commonFlags: COMMON_FLAGS }) };
}

const COMMON: readonly Flag[] = [
  {
    flags: '--site <name>',
    help: 'site to act on (or set ALGA_APPLIANCE_SITE; default: the only one)',
  },
  { flags: '--site-id <name>', help: 'the same as --site', hidden: true },
  {
    flags: '--config-dir <folder>',
    help: 'folder that holds all sites (or set ALGA_APPLIANCE_HOME; default: ~/.alga-psa-appliance)',
  },
  { flags: '-o, --output <format>', help: 'table, json or yaml (default: table)' },
  { flags: '-y, --yes', help: 'accept defaults and answer yes to prompts' },
  { flags: '--quiet', help: 'print results and errors only, no progress' },
  { flags: '--no-color', help: 'no colors (same as setting NO_COLOR)' },
];

/** Flags that every command has. */
export const COMMON_FLAGS = COMMON.map((flag): Flag => ({ ...flag, group: 'Everywhere:' }));
