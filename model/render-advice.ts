import { replaceUnseen } from '../text/unseen.ts';
import { knownIn } from './advice.ts';
import type { Advice, AdvicePart, Word } from './advice.ts';

/**
 * Where advice is read. `attended`: an install is open and a worker works on it. `unattended`: it is open, and no worker is running.
 * `over`: it has ended. `check`: a check (`preflight`), which is run again. `elsewhere`: a snapshot of another machine, where it is
 * unknown whether an install is open. `unknown`: a document, which is read on any machine and at any time.
 */
export type InstallThere = 'attended' | 'unattended' | 'over' | 'check' | 'elsewhere' | 'unknown';

export interface Situation {
  readonly install: InstallThere;
  /** The site to name with `--site`; null if a call without it means this one. */
  readonly site: string | null;
  /** The folder of this site and of all sites, as they are written on this machine. */
  readonly folder: string;
  readonly home: string;
  /** `--config-dir` of this call. */
  readonly configDir: string | null;
  readonly simulated: boolean;
  /** The reader's own folder, written as a tilde. */
  readonly own: string | null;
}

/** A stretch of rendered advice. */
export interface Stretch {
  readonly is: 'text' | 'command' | 'code';
  readonly text: string;
}

/** The folder of all sites on an unknown machine (docs/contract.md, "Installer facts"). */
const SOME_HOME = '~/.alga-psa-appliance';
const SITE_ID = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** The situation of an unknown reader: that of documents and of the node's page. */
export function anywhere(siteId: string | null | undefined, install: InstallThere = 'unknown'): Situation {
  const site = siteId !== null && siteId !== undefined && SITE_ID.test(siteId) ? siteId : null;
  return {
    install,
    site,
    folder: `${SOME_HOME}/${site ?? '<site>'}`,
    home: SOME_HOME,
    configDir: null,
    simulated: false,
    own: null,
  };
}

/** Advice as text, with every command between backquotes. */
export function renderAdvice(advice: Advice, situation: Situation): string {
  return renderStretches(advice, situation)
    .map(({ is, text }) => (is === 'text' ? text : `\`${text}\``))
    .join('');
}

/** Advice in a document or an error: as data if its writer gave it, and as text. */
export interface Told {
  readonly advice?: readonly unknown[] | undefined;
  readonly nextAction: string | null;
}

/**
 * The stretches to show. For a document without `advice`, or with parts of a newer client, that is its own text.
 */
export function stretchesOf(told: Told, situation: Situation): readonly Stretch[] {
  const known = told.advice ? knownIn(told.advice) : null;
  if (known) return renderStretches(known, situation);
  return told.nextAction === null ? [] : [{ is: 'text', text: harmless(told.nextAction) }];
}

/** The same as one text. */
export function adviceText(told: Told, situation: Situation): string {
  return stretchesOf(told, situation)
    .map(({ is, text }) => (is === 'text' ? text : `\`${text}\``))
    .join('');
}

/** Advice in stretches, which tell commands from text. */
export function renderStretches(advice: Advice, situation: Situation): readonly Stretch[] {
  const stretches: Stretch[] = [];
  const say = (text: string): void => {
    const last = stretches.at(-1);
    if (last?.is === 'text') stretches[stretches.length - 1] = { is: 'text', text: last.text + text };
    else stretches.push({ is: 'text', text });
  };
  for (const part of advice)
    for (const one of stretchesFor(part, situation)) {
      if (one.is === 'text') say(one.text);
      else stretches.push(one);
    }
  // A part that is empty here leaves the spaces on both of its sides.
  const tidy = stretches.map((one) =>
    // A backquote from outside would pass for the start of a command.
    one.is === 'text' ? { ...one, text: harmless(one.text).replaceAll(/ {2,}/g, ' ').replaceAll('`', "'") } : one,
  );
  const last = tidy.at(-1);
  if (last?.is === 'text') tidy[tidy.length - 1] = { ...last, text: last.text.trimEnd() };
  return tidy.filter(({ text }) => text !== '');
}

function stretchesFor(part: AdvicePart, here: Situation): readonly Stretch[] {
  if ('text' in part) return [said(part.text)];
  if ('run' in part)
    return [command(part.run === 'client' ? clientCall(part.args, here) : shellLine([part.run, ...part.args], here))];
  if ('words' in part) return [{ is: 'code', text: shellLine(part.words, here) }];
  if ('file' in part) return [{ is: 'code', text: shellLine([{ file: part.file }], here) }];
  if ('folder' in part)
    return [{ is: 'code', text: part.folder === 'site' ? shown(here.folder, here) : shown(here.home, here) }];
  if ('retry' in part) return retry(here);
  if ('recheck' in part) return recheck(part.recheck === 'itself-or-now', here);
  if ('set' in part) return change(part.set, here);
  return another(part.anew, here);
}

function retry(here: Situation): readonly Stretch[] {
  switch (here.install) {
    case 'attended':
    case 'unknown':
      return [call(here, 'retry')];
    case 'unattended':
      return [call(here, 'resume')];
    case 'check':
      return [said('run this check again')];
    default:
      return [call(here, 'status')];
  }
}

function recheck(orNow: boolean, here: Situation): readonly Stretch[] {
  switch (here.install) {
    case 'attended':
      return orNow
        ? [said('The installer checks again automatically; to check now: '), call(here, 'retry'), said('.')]
        : [said('The installer checks again automatically.')];
    case 'unattended':
      return [said('No worker is running, so nothing checks again. To continue: '), call(here, 'resume'), said('.')];
    case 'check':
      return orNow ? [said('Then run this check again.')] : [];
    case 'over':
      return orNow ? [said('Then check: '), call(here, 'status'), said('.')] : [];
    case 'elsewhere':
      return [];
    case 'unknown':
      return orNow
        ? [said('An install in progress checks again automatically; to check now: '), call(here, 'retry'), said('.')]
        : [said('An install in progress checks again automatically.')];
  }
}

function change(flags: readonly Word[], here: Situation): readonly Stretch[] {
  switch (here.install) {
    case 'attended':
      return [call(here, 'set', ...flags)];
    case 'unattended':
      return [call(here, 'resume', '--detach'), said(', then '), call(here, 'set', ...flags)];
    case 'check':
      return [said('run this check again with '), { is: 'code', text: shellLine(flags, here) }];
    case 'over':
      return [call(here, 'start', '--recover', ...flags)];
    case 'elsewhere':
    case 'unknown':
      return [
        call(here, 'set', ...flags),
        said(
          here.install === 'unknown'
            ? ' while an install is in progress, or '
            : ' while an install is running there, or ',
        ),
        call(here, 'start', '--recover', ...flags),
        said(' after its end'),
      ];
  }
}

function another(args: readonly Word[], here: Situation): readonly Stretch[] {
  const start = call(here, 'start', ...args);
  switch (here.install) {
    case 'attended':
    case 'unattended':
      return [call(here, 'cancel'), said(', then '), start];
    case 'elsewhere':
      return [call(here, 'cancel'), said(' if an install is running there, then '), start];
    case 'unknown':
      return [call(here, 'cancel'), said(' if an install is in progress, then '), start];
    default:
      return [start];
  }
}

function said(text: string): Stretch {
  return { is: 'text', text };
}

function command(text: string): Stretch {
  return { is: 'command', text };
}

function call(here: Situation, ...args: readonly Word[]): Stretch {
  return command(clientCall(args, here));
}

/** The call that a person types to act on the reader's site; `args` are the words after the program's name. */
export function clientCall(args: readonly Word[], here: Situation): string {
  const has = (flag: string): boolean =>
    args.some((one) => typeof one === 'string' && (one === `--${flag}` || one.startsWith(`--${flag}=`)));
  // A help text names no site. A start for a simulated site is a simulation again, never a real install.
  const [first, ...rest] = args;
  const simulated = here.simulated && first === 'start' && !has('simulate') ? ['--simulate'] : [];
  const site = here.site === null || has('site') || has('help') ? [] : ['--site', here.site];
  const folder = here.configDir === null || has('config-dir') || has('help') ? [] : ['--config-dir', here.configDir];
  return shellLine(
    ['appliance-client', ...(first === undefined ? [] : [first]), ...simulated, ...rest, ...site, ...folder],
    here,
  );
}

function shellLine(words: readonly Word[], here: Situation): string {
  return words.map((one) => inShell(one, here)).join(' ');
}

function inShell(word: Word, here: Situation): string {
  if (typeof word === 'object' && 'joined' in word) return word.joined.map((one) => inShell(one, here)).join('');
  if (typeof word === 'string') return isPrintable(word) ? quoted(word) : '<value>';
  if ('hole' in word) return `<${harmless(word.hole).replaceAll(/[<>`]/g, '')}>`;
  if ('name' in word)
    return isPrintable(word.name) && !word.name.startsWith('-') && word.name !== '' ? quoted(word.name) : '<name>';
  if ('value' in word) return word.value === 'user' ? '"$USER"' : '"$(date +%s)"';
  const path = harmless(word.file);
  return shown(path === '' ? here.folder : `${here.folder}/${path}`, here);
}

/** A path for a shell; one in the reader's home folder starts with a tilde if it needs no quotes. */
function shown(path: string, { own }: Situation): string {
  const short = own !== null && path.startsWith(`${own}/`) ? `~${path.slice(own.length)}` : path;
  // The folder of an unknown machine contains a hole.
  if (short.startsWith(`${SOME_HOME}/<site>`)) return short;
  return SAFE.test(short) ? short : quoted(path);
}

/** Characters without a special meaning in a shell; a tilde only if no home folder follows. */
const SAFE = /^[\w@%+=:,./~-]+$/;

/** Quotes a word for a POSIX shell, if that is needed. */
export function quoted(text: string): string {
  const isSafe = SAFE.test(text) && !text.startsWith('~') && !text.includes('=~') && !text.includes(':~');
  return isSafe ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

const LONGEST_WORD = 1_000;

/** Whether a word can be shown in a command: it has no invisible character, line end or backquote. */
function isPrintable(text: string): boolean {
  return text.length <= LONGEST_WORD && !/[`\n\t]/.test(text) && harmless(text) === text;
}

/**
 * What moves a cursor, sets a colour or a title, writes to a clipboard, or changes the direction of text. Sequences are removed whole,
 * in seven and in eight bits: CSI, then OSC, DCS, SOS, PM and APC up to their end, then two-character ones.
 */
const SEQUENCES =
  // oxlint-disable-next-line no-control-regex
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]?|(?:\u001b[\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007\u001b\u009c\n]*(?:\u0007|\u001b\\|\u009c)?|\u001b[ -/]*[0-~]?/g;

/** The text without control and bidi characters; line ends and tabs stay. */
export function harmless(text: string): string {
  return replaceUnseen(text.replaceAll('\r\n', '\n').replaceAll(SEQUENCES, ''), () => '');
}

/** An error whose message names commands: neutral text, and data that is written out where it is shown. */
export class AdvisedError extends Error {
  readonly advice: Advice | undefined;

  constructor(message: string | Advice, options?: ErrorOptions) {
    super(typeof message === 'string' ? message : renderAdvice(message, anywhere(null)), options);
    this.advice = typeof message === 'string' ? undefined : message;
  }
}
