import { optionKey } from '../terminal/flags.ts';
import { textOption } from '../terminal/options.ts';
import type { Options } from '../terminal/options.ts';
import type { Io } from '../terminal/io.ts';
import type { Site } from './site.ts';

/** What a hint has to know of this very call: its flags, and where the person's own folder is. */
export interface CallContext {
  readonly options: Options;
  readonly io: Pick<Io, 'env'>;
}

/** Takes the context, the site and a command, gives the call that a person types to come back to this very site. */
export function callOf(context: CallContext, site: Site, command: string): string {
  const configDir = textOption(context.options, optionKey('config-dir'));
  // What is ordered for a simulated site is a simulation again, and never a real install of that name.
  const words = site.simulated ? command.replace(/^start\b(?!.*--simulate)/, 'start --simulate') : command;
  return [
    `appliance-client ${words}`,
    site.isImplied || hasFlag(words, 'site') ? '' : `--site ${site.siteId}`,
    configDir === undefined || hasFlag(words, 'config-dir') ? '' : `--config-dir ${quoted(configDir)}`,
  ]
    .filter((part) => part !== '')
    .join(' ');
}

/**
 * Takes a text that was written far from here (by the diagnosis, a worker, another machine), gives it with every call of the
 * client and every file of the site's folder as they are typed on this machine, for this very site.
 */
export function typedHere(context: CallContext, site: Site, text: string): string {
  return text
    .replaceAll(CALL, (call, command: string) =>
      hasFlag(command, 'help') ? call : `\`${callOf(context, site, command)}\``,
    )
    .replaceAll(WRITTEN, (_, siteId: string | undefined) =>
      siteId === site.siteId
        ? shown(context, site.folder.root)
        : `${shown(context, site.home)}${siteId === undefined ? '' : `/${siteId}`}`,
    );
}

/** A call of the client as every text writes it: between backquotes. */
const CALL = new RegExp('`appliance-client ([^`]+)`', 'g');

/**
 * How texts name the folder of all sites that know nothing of this machine (docs/contract.md, "Installer facts"), with the name of a
 * site after it. It is read in one pass, for what takes its place may begin in the same way.
 */
const WRITTEN = /~\/\.alga-psa-appliance(?:\/([a-z0-9][a-z0-9-]*))?/g;

/** Takes a path, gives it as a shell takes it; what lies in the person's own folder begins with a tilde. */
function shown({ io }: CallContext, path: string): string {
  const own = io.env['HOME'];
  const short = own && path.startsWith(`${own}/`) ? `~${path.slice(own.length)}` : path;
  return SAFE.test(short) ? short : quoted(path);
}

/** Characters that no shell takes for anything else. */
const SAFE = /^[\w@%+=:,./~-]+$/;

function quoted(text: string): string {
  return SAFE.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function hasFlag(words: string, flag: string): boolean {
  return words.split(' ').some((word) => word === `--${flag}` || word.startsWith(`--${flag}=`));
}
