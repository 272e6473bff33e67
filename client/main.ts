import { CommanderError } from 'commander';
import type { Command } from 'commander';
import { COMMON_FLAGS } from './commands/index.ts';
import type { CommandContext } from './context.ts';
import { EXIT } from './terminal/exit-codes.ts';
import { explain } from './terminal/failure.ts';
import type { Io } from './terminal/io.ts';
import { createProgram } from './program.ts';
import type { Call } from './program.ts';
import { realServices } from './services.ts';
import type { Services } from './services.ts';
import { cleanLines } from './terminal/text.ts';

/** What the client runs in: its streams and, in a test, what stands in the place of the outside world; the rest is real. */
export interface World extends Io {
  readonly services?: Partial<Services>;
}

/**
 * The client: `argv` without node and script; gives the exit code (client/terminal/exit-codes.ts). It never ends the process and
 * never throws.
 */
export async function main(argv: readonly string[], io: World): Promise<number> {
  const services: Services = { ...realServices, ...io.services };
  let exit: number = EXIT.done;
  const told: Told = { context: null };
  const said: string[] = [];
  try {
    const program = await createProgram(
      io,
      argv,
      async (call) => {
        exit = await runCall(call, io, services, told);
      },
      (text) => said.push(text),
    );
    if (argv.length === 0) {
      program.outputHelp({ error: true });
      io.stderr.write(said.join(''));
      return EXIT.usage;
    }
    await program.parseAsync(explained(argv, program), { from: 'user' });
    return exit;
  } catch (error) {
    if (error instanceof CommanderError) {
      io.stderr.write(await fitted(said.join(''), io));
      return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    }
    return tell(error, io, services, told);
  }
}

/** Help for an unknown command is answered as a call of it: with the command that was probably meant. */
function explained(argv: readonly string[], program: Command): string[] {
  const words = operands(argv);
  const name = words[0] === 'help' ? words[1] : words[0];
  const isNone = name !== undefined && program.commands.every((command) => command.name() !== name);
  return isNone ? [name] : [...argv];
}

/** What stands in a call beside flags and their values, up to a flag that asks for the help before any command. */
function operands(argv: readonly string[]): string[] {
  const words: string[] = [];
  for (let index = 0; index < argv.length; index += 1) {
    const word = argv[index] ?? '';
    if (words.length === 0 && ['-h', '--help', '--'].includes(word)) break;
    if (!word.startsWith('-')) words.push(word);
    else if (COMMON_FLAGS.some(({ flags }) => flags.includes('<') && flags.split(/[ ,]+/).includes(word))) index += 1;
  }
  return words;
}

/** The call that a failure is reported for; null before there is one. */
interface Told {
  context: CommandContext | null;
}

async function runCall({ command, options, args }: Call, io: Io, services: Services, told: Told): Promise<number> {
  // A help text does not pay for it: the context brings the model, and with it all its schemas.
  const { createContext } = await import('./context.ts');
  told.context = createContext(io, services, options, args);
  return command.run(told.context);
}

/** A message as it is read on a terminal; in a pipe its lines are as long as they are. */
async function fitted(message: string, io: Io): Promise<string> {
  if (message === '' || !io.stderrIsTty) return message;
  // Loaded here only: a command that succeeds does not pay for it.
  const [{ styleOf }, { fit }] = await Promise.all([import('./terminal/style.ts'), import('./terminal/text.ts')]);
  const { width } = styleOf(io, 'stderr', true);
  return fit(message, width);
}

/** Says what went wrong, and for a defect where its stack is. */
async function tell(error: unknown, io: Io, services: Services, { context }: Told): Promise<number> {
  const explanation = explain(error);
  const { exit, defect } = explanation;
  const message = cleanLines(context?.told(explanation) ?? explanation.message);
  io.stderr.write(`${io.signal.aborted && defect ? 'Interrupted.' : await fitted(`error: ${message}`, io)}\n`);
  if (!defect) return exit;
  if (io.signal.aborted) return EXIT.interrupted;
  const { writeDefect } = await import('./site/defect-log.ts');
  io.stderr.write(`${await fitted(await writeDefect(error, io.env, services.clock.now()), io)}\n`);
  return exit;
}
