import { usageError } from './terminal/failure.ts';
import { callOf, typedHere } from './site/hints.ts';
import type { Io } from './terminal/io.ts';
import { switchOption, textOption } from './terminal/options.ts';
import type { Options } from './terminal/options.ts';
import type { Prompter } from './terminal/prompts.ts';
import { styleOf } from './terminal/style.ts';
import type { Style } from './terminal/style.ts';
import type { Services } from './services.ts';
import { withoutAliases } from './inputs/aliases.ts';
import { chooseSite, homeOf, siteChoice } from './site/site.ts';
import type { Site } from './site/site.ts';

export const FORMATS = ['table', 'json', 'yaml'] as const;
export type Format = (typeof FORMATS)[number];

/** What a command has in hand. Data goes to stdout, everything else to stderr. */
export interface CommandContext {
  readonly io: Io;
  readonly services: Services;
  readonly options: Options;
  readonly args: readonly string[];
  readonly format: Format;
  readonly quiet: boolean;
  readonly yes: boolean;
  /** The folder of all sites. */
  readonly home: string;
  /** How text for people looks on stdout, and on stderr. */
  readonly style: Style;
  readonly errorStyle: Style;
  /** Gives a document in the format that was asked for; `lines` is its form for people. */
  give(document: unknown, lines: () => readonly string[]): Promise<void>;
  /** Progress and advice, on stderr; nothing with `--quiet`. */
  say(...lines: readonly string[]): void;
  /** What must be read, `--quiet` or not; on stderr. */
  insist(...lines: readonly string[]): void;
  /** The site that this call chooses; what is told from then on is about it. */
  site(): Promise<Site>;
  /** What is told from here on is about this site. */
  about(site: Site): void;
  /** Takes a text with calls of the client, gives it with calls that are right for the site that is told about. */
  typed(text: string): string;
  /** Gives a prompter, or null where nobody can be asked. */
  prompter(): Promise<Prompter | null>;
}

/** Takes io, services and one call's flags and arguments, gives the command's context. Throws a usage error for a bad format. */
export function createContext(io: Io, services: Services, given: Options, args: readonly string[]): CommandContext {
  const options = withoutAliases(given);
  const noColor = options['color'] === false;
  const format = formatOf(textOption(options, 'output'));
  const quiet = switchOption(options, 'quiet');
  const home = homeOf(textOption(options, 'configDir'), io.env, io.cwd);
  const hints = { options, io };
  const subject: { site: Site | null } = { site: null };
  const call = (command: string): string =>
    subject.site ? callOf(hints, subject.site, command) : `appliance-client ${command}`;
  const style = { ...styleOf(io, 'stdout', noColor), call };
  const insist = (...lines: readonly string[]): void => {
    if (lines.length > 0) io.stderr.write(`${lines.join('\n')}\n`);
  };
  return {
    io,
    services,
    options,
    args,
    format,
    quiet,
    home,
    style,
    errorStyle: { ...styleOf(io, 'stderr', noColor), call },
    yes: switchOption(options, 'yes'),
    give: async (document, lines) => {
      io.stdout.write(await written(format, document, lines));
    },
    say: (...lines) => {
      if (!quiet) insist(...lines);
    },
    insist,
    site: async () => (subject.site = await chooseSite(siteChoice(home, options, io.env))),
    about: (site) => {
      subject.site = site;
    },
    typed: (text) => (subject.site ? typedHere(hints, subject.site, text) : text),
    prompter: async () => (io.stdinIsTty && io.stderrIsTty ? services.prompter(io) : null),
  };
}

async function written(format: Format, document: unknown, lines: () => readonly string[]): Promise<string> {
  if (format === 'json') return `${JSON.stringify(document, null, 2)}\n`;
  if (format === 'yaml') return (await import('./terminal/yaml.ts')).stringify(document);
  return `${lines().join('\n')}\n`;
}

function formatOf(text: string | undefined): Format {
  const format = FORMATS.find((known) => known === (text ?? 'table'));
  if (format) return format;
  throw usageError(`--output "${text}": expected ${FORMATS.join(', ')}`);
}
