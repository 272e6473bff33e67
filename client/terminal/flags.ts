import type { Options } from './options.ts';

/** One flag: how it is written (`--tail <lines>`), what it means, and under which heading the help shows it. */
export interface Flag {
  readonly flags: string;
  readonly help: string;
  readonly group?: string;
  readonly hidden?: boolean;
  /** May be given several times; the values are joined by commas. */
  readonly repeats?: boolean;
  readonly choices?: readonly string[];
}

type Word<Text extends string> = Text extends `${infer First} ${string}` ? First : Text;
/** What the parser keeps in another form has no type here: `--no-color`, and lists as `<file...>`. */
type LongName<Written extends string> = Written extends `${string}--no-${string}` | `${string}...${string}`
  ? never
  : Written extends `${string}--${infer Rest}`
    ? Word<Rest>
    : never;
type Camel<Name extends string> = Name extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : Name;
type ValueOf<Written extends string> = Written extends `${string}<${string}`
  ? string
  : Written extends `${string}[${string}`
    ? string | boolean
    : boolean;

/**
 * The values of the flags, typed by how each is written: `--tail <lines>` is a text, `--dry-run` a switch, `--simulate [name]`
 * either. A flag that is built at run time, and not written in the source, has no name here.
 */
export type FlagValues<Flags extends readonly Flag[]> = {
  readonly [One in Flags[number] as Camel<LongName<One['flags']>>]?: ValueOf<One['flags']> | undefined;
};

/**
 * The options of one call, with the types of the flags that the command declares. Throws if the parser gave a switch for a flag with
 * a value, or a value for a switch.
 */
export function flagValues<Flags extends readonly Flag[]>(flags: Flags, options: Options): FlagValues<Flags> {
  if (areValuesOf(flags, options)) return options;
  throw new TypeError(`the parser gave values of other kinds than ${flags.map((flag) => flag.flags).join(', ')}`);
}

function areValuesOf<Flags extends readonly Flag[]>(
  flags: Flags,
  options: Options,
): options is Options & FlagValues<Flags> {
  return flags.every((flag) => {
    const value = options[keyOf(flag)];
    if (value === undefined || /\[/.test(flag.flags)) return true;
    return typeof value === (flag.flags.includes('<') ? 'string' : 'boolean');
  });
}

/** The key under which a flag's value is kept: `exitOnBlock` for `--exit-on-block`. */
function keyOf({ flags }: Flag): string {
  return optionKey(longName(flags));
}

/** The long name of a flag as it is written, without the dashes. */
export function longName(written: string): string {
  return /--([a-z][a-z0-9-]*)/.exec(written)?.[1] ?? '';
}

/** The key under which commander keeps the value of a flag; `flag` without its dashes. */
export function optionKey(flag: string): string {
  return flag.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
