import { usageError } from './terminal/failure.ts';
import { callOf, toldHere } from './site/hints.ts';
import type { Io } from './terminal/io.ts';
import { switchOption, textOption } from './terminal/options.ts';
import type { Options } from './terminal/options.ts';
import type { Prompter } from './terminal/prompts.ts';
import { styleOf } from './terminal/style.ts';
import type { AdviceFor, AdviceTold, Style } from './terminal/style.ts';
import type { Services } from './services.ts';
import { withoutAliases } from './inputs/aliases.ts';
import { chooseSite, homeOf, siteChoice } from './site/site.ts';
import type { Site, SiteUse } from './site/site.ts';
import { asciiControls, withoutControls } from './terminal/text.ts';

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
  /** The site that this call chooses; messages from then on are about it. */
  site(use?: SiteUse): Promise<Site>;
  /** Messages from here on are about this site. */
  about(site: Site): void;
  /** The message of a failure, with its commands written out for the site that it is about. */
  told(failure: { readonly message: string; readonly advice?: readonly unknown[] | undefined }): string;
  /** Null without a terminal to ask on. */
  prompter(): Promise<Prompter | null>;
}

/** The context of one call. Throws a usage error for a bad `--output` or folder. */
export function createContext(io: Io, services: Services, given: Options, args: readonly string[]): CommandContext {
  const options = withoutAliases(given);
  const noColor = options['color'] === false;
  const format = formatOf(textOption(options, 'output'));
  const quiet = switchOption(options, 'quiet');
  const home = homeOf(textOption(options, 'configDir'), io.env, io.cwd);
  const hints = { options, io };
  const subject: { site: Site | null } = { site: null };
  const call = (words: readonly string[]): string => callOf(hints, subject.site, words);
  const written = {
    call,
    advise: (told: AdviceTold, install: AdviceFor) => toldHere(hints, subject.site, told, install),
  };
  const style = { ...styleOf(io, 'stdout', noColor), ...written };
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
    errorStyle: { ...styleOf(io, 'stderr', noColor), ...written },
    yes: switchOption(options, 'yes'),
    give: async (document, lines) => {
      io.stdout.write(await inFormat(format, document, lines));
    },
    say: (...lines) => {
      if (!quiet) insist(...lines);
    },
    insist,
    site: async (use) => (subject.site = await chooseSite(siteChoice(home, options, io.env), use)),
    about: (site) => {
      subject.site = site;
    },
    told: ({ message, advice }) => toldHere(hints, subject.site, { advice, nextAction: message }, 'attended'),
    prompter: async () => (io.stdinIsTty && io.stderrIsTty ? services.prompter(io) : null),
  };
}

async function inFormat(format: Format, document: unknown, lines: () => readonly string[]): Promise<string> {
  if (format === 'json') return `${asciiControls(JSON.stringify(document, null, 2))}\n`;
  if (format === 'yaml') return (await import('./terminal/yaml.ts')).stringify(withoutControls(document));
  return `${lines().join('\n')}\n`;
}

function formatOf(text: string | undefined): Format {
  const format = FORMATS.find((known) => known === (text ?? 'table'));
  if (format) return format;
  throw usageError(`--output "${text}": expected ${FORMATS.join(', ')}`);
}
