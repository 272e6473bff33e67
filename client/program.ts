import { Argument as CommanderArgument, Command, InvalidArgumentError, Option } from 'commander';
import { COMMANDS, COMMON_FLAGS } from './commands/table.ts';
import type { CommandEntry, Flag } from './commands/table.ts';
import type { Io } from './terminal/io.ts';
import type { Options } from './terminal/options.ts';

const NAME = 'appliance-client';

/** One call as it was parsed: the command, its flags, its arguments. */
export interface Call {
  readonly entry: CommandEntry;
  readonly options: Options;
  readonly args: readonly string[];
}

/**
 * Takes io, the arguments and what to do with a parsed call, gives the parser of these arguments: a command that they do not
 * name is known by its name alone. It writes to the io's streams and throws commander's errors instead of ending the process.
 */
export function createProgram(io: Io, argv: readonly string[], onCall: (call: Call) => Promise<void>): Command {
  const program = new Command(NAME)
    .description('Installs and cares for an Alga PSA appliance.')
    .usage('<command> [options]')
    .showSuggestionAfterError(true)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      getOutHelpWidth: () => Math.min(io.columns(), HELP_WIDTH),
      getErrHelpWidth: () => Math.min(io.columns(), HELP_WIDTH),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .helpCommand('help [command]', 'explain a command')
    .addHelpText(
      'after',
      `\nExample:\n  $ ${NAME} start --fresh --simulate\n\nEvery command explains itself: ${NAME} <command> --help`,
    );
  for (const flag of COMMON_FLAGS) program.addOption(optionOf(flag));
  for (const entry of COMMANDS) {
    const command = named(entry, program);
    program.addCommand(argv.includes(entry.name) ? furnished(command, entry, onCall) : command);
  }
  return program;
}

const HELP_WIDTH = 110;

function named(entry: CommandEntry, program: Command): Command {
  const command = program.createCommand(entry.name).copyInheritedSettings(program).summary(entry.summary);
  for (const argument of entry.arguments ?? []) {
    const declared = new CommanderArgument(
      argument.required ? `<${argument.name}>` : `[${argument.name}]`,
      argument.help,
    );
    command.addArgument(argument.choices ? declared.choices(argument.choices) : declared);
  }
  return command;
}

function furnished(command: Command, entry: CommandEntry, onCall: (call: Call) => Promise<void>): Command {
  command
    .description(sentence(entry.summary))
    .addHelpText('after', `\n${entry.examples.length > 1 ? 'Examples' : 'Example'}:\n${examples(entry)}`);
  command.showHelpAfterError(`\`${NAME} ${entry.name} --help\` explains it.`);
  for (const flag of [...(entry.flags ?? []), ...COMMON_FLAGS]) command.addOption(optionOf(flag));
  return command.action(async () => {
    const own = command.optsWithGlobals<Record<string, unknown>>();
    const args = command.processedArgs.filter((arg): arg is string => typeof arg === 'string');
    await onCall({
      entry,
      options: checkedOptions({
        ...own,
        ...given(command),
        color: own['color'] !== false && command.opts()['color'] !== false,
      }),
      args,
    });
  });
}

/** What was given to the command itself wins over what was given before its name. */
function given(command: Command): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(command.opts<Record<string, unknown>>()).filter(
      ([key]) => command.getOptionValueSource(key) === 'cli',
    ),
  );
}

function optionOf({ flags, help, group, hidden, repeats, choices }: Flag): Option {
  const option = new Option(flags, help);
  if (group) option.helpGroup(group);
  if (hidden) option.hideHelp();
  // Without this, `--node-ip --yes` would take `--yes` for the address.
  if (option.required || option.optional) option.argParser(repeats ? joined : refuseFlag);
  if (choices) option.choices(choices);
  return option;
}

function joined(value: string, before: string | undefined): string {
  return before === undefined ? refuseFlag(value) : `${before},${refuseFlag(value)}`;
}

function refuseFlag(value: string): string {
  if (/^--?[A-Za-z]/.test(value)) throw new InvalidArgumentError(`"${value}" is a flag: the value is missing.`);
  return value;
}

function examples(entry: CommandEntry): string {
  return entry.examples.map((example) => `  $ ${NAME} ${example}`).join('\n');
}

function sentence(summary: string): string {
  return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
}

function checkedOptions(values: Record<string, unknown>): Options {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) =>
      typeof value === 'string' || typeof value === 'boolean' ? [[key, value]] : [],
    ),
  );
}
