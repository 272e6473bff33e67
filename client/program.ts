import { Argument as CommanderArgument, Command, InvalidArgumentError, Option } from 'commander';
import type { Command as Defined } from './commands/define.ts';
import { COMMANDS, COMMON_FLAGS, nameOf } from './commands/index.ts';
import type { CommandRow } from './commands/index.ts';
import type { Flag } from './terminal/flags.ts';
import type { Io } from './terminal/io.ts';
import type { Options } from './terminal/options.ts';

const NAME = 'appliance-client';

/** One call as it was parsed: the command, its flags, its arguments. */
export interface Call {
  readonly command: Defined;
  readonly options: Options;
  readonly args: readonly string[];
}

/**
 * The parser of these arguments: a command that they do not name is known by its row alone, and its file is not read. The parser
 * writes to the io's streams, errors by `sayError`, and throws commander's errors instead of ending the process.
 */
export async function createProgram(
  io: Io,
  argv: readonly string[],
  onCall: (call: Call) => Promise<void>,
  sayError: (text: string) => void = (text) => io.stderr.write(text),
): Promise<Command> {
  const program = new Command(NAME)
    .description('Install and operate an Alga PSA appliance.')
    .usage('<command> [options]')
    .showSuggestionAfterError(true)
    .showHelpAfterError(`See \`${NAME} --help\` for the commands.`)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: sayError,
      getOutHelpWidth: () => helpWidth(io),
      getErrHelpWidth: () => helpWidth(io),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .helpCommand('help [command]', 'show the help of a command')
    .addHelpText(
      'after',
      `\nExample:\n  $ ${NAME} start --fresh --simulate\n\nHelp for a command: ${NAME} <command> --help`,
    );
  for (const flag of COMMON_FLAGS) program.addOption(optionOf(flag));
  for (const row of COMMANDS) {
    const command = program.createCommand(nameOf(row)).copyInheritedSettings(program).summary(row.summary);
    const isNamed = argv.includes(nameOf(row));
    program.addCommand(
      isNamed ? furnish(command, row, (await row.load()).command, io, onCall) : withArguments(command, row),
    );
  }
  return program;
}

const HELP_WIDTH = 110;

function helpWidth(io: Io): number {
  return Math.min(io.columns(), HELP_WIDTH);
}

function withArguments(command: Command, { usage }: CommandRow, meaning: Defined['arguments'] = {}): Command {
  for (const word of usage.split(' ').slice(1)) {
    const { help, choices } = meaning[word.slice(1, -1)] ?? {};
    const argument = new CommanderArgument(word, help);
    command.addArgument(choices ? argument.choices(choices) : argument);
  }
  return command;
}

function furnish(
  command: Command,
  row: CommandRow,
  defined: Defined,
  io: Io,
  onCall: (call: Call) => Promise<void>,
): Command {
  withArguments(command, row, defined.arguments)
    .description(sentence(row.summary))
    .addHelpText(
      'after',
      `\n${defined.examples.length > 1 ? 'Examples' : 'Example'}:\n${examples(defined, helpWidth(io))}`,
    )
    .showHelpAfterError(`See \`${NAME} ${nameOf(row)} --help\`.`);
  for (const flag of [...defined.flags, ...COMMON_FLAGS]) command.addOption(optionOf(flag));
  return command.action(async () => {
    const own = command.optsWithGlobals<Record<string, unknown>>();
    const args = command.processedArgs.filter((arg): arg is string => typeof arg === 'string');
    await onCall({
      command: defined,
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

/** A line that is too long continues below, as a shell accepts it. */
function examples(defined: Defined, width: number): string {
  return defined.examples.map((example) => continued(`  $ ${NAME} ${example}`, width)).join('\n');
}

function continued(text: string, width: number): string {
  const end = text.lastIndexOf(' ', width - 2);
  if (text.length <= width || end <= INDENT.length) return text;
  return `${text.slice(0, end)} \\\n${continued(INDENT + text.slice(end + 1), width)}`;
}
const INDENT = '      ';

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
