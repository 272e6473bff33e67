import type { CommandContext } from '../context.ts';
import { flagValues } from '../terminal/flags.ts';
import type { Flag, FlagValues } from '../terminal/flags.ts';

/** What an argument of a command means; its name and whether it may be left out stand in the command's row (index.ts). */
export interface Argument {
  readonly help: string;
  readonly choices?: readonly string[];
}

/** A command as its own file defines it: what it takes, how it is used, what it does. */
export interface Command {
  /** By the argument's name. */
  readonly arguments: Readonly<Record<string, Argument>>;
  readonly flags: readonly Flag[];
  readonly examples: readonly string[];
  /** Gives the exit code (../terminal/exit-codes.ts). */
  readonly run: (context: CommandContext) => Promise<number>;
}

interface Definition<Flags extends readonly Flag[]> {
  readonly arguments?: Command['arguments'];
  readonly flags: Flags;
  readonly examples: Command['examples'];
  /** The values of `flags` have the types that the flags' own words say. */
  readonly run: (context: CommandContext, flags: FlagValues<Flags>) => Promise<number>;
}

/** A command whose `run` gets the flags that it declares, and no others, typed. */
export function defineCommand<const Flags extends readonly Flag[]>({
  arguments: taken = {},
  flags,
  examples,
  run,
}: Definition<Flags>): Command {
  return { arguments: taken, flags, examples, run: (context) => run(context, flagValues(flags, context.options)) };
}
