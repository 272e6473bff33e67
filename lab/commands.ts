import { parseArgs } from 'node:util';
import { down } from './commands/down.ts';
import { changeFaults } from './commands/fault.ts';
import { shell } from './commands/shell.ts';
import { status } from './commands/status.ts';
import { up } from './commands/up.ts';
import { FAULTS, faultsNamed } from './faults.ts';
import { checkMachine } from './lab.ts';
import { folderOf } from './place.ts';

const USAGE = `A machine in Talos maintenance mode, made of this one: real Kubernetes, containers, registry and Git.

  npm run lab -- up [--fault NAME[=TARGET]…] [--name LAB]
  npm run lab -- status [--name LAB]
  npm run lab -- fault NAME[=TARGET]… | none [--name LAB]      from now on these, and no others
  npm run lab -- shell [--name LAB]      a shell in the node's network and file system
  npm run lab -- down [--name LAB]       removes everything of it

Faults:
${Object.entries(FAULTS)
  .map(([name, { what }]) => `  ${name.padEnd(22)} ${what}`)
  .join('\n')}

Example: npm run lab -- up --fault image-missing=workflow-worker
`;

/** Resolves with the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  let wanted: Wanted;
  try {
    wanted = read(argv);
  } catch (error) {
    console.error(`${messageOf(error)}\n\n${USAGE}`);
    return 2;
  }
  const { command, name, faults, help } = wanted;
  if (command === undefined || help) {
    console.log(USAGE);
    return help ? 0 : 2;
  }
  try {
    checkMachine();
    return await COMMANDS[command](name, faults);
  } catch (error) {
    console.error(messageOf(error));
    return 7;
  }
}

const COMMANDS = { up, down, status, fault: changeFaults, shell } as const;
type CommandName = keyof typeof COMMANDS;

interface Wanted {
  readonly command: CommandName | undefined;
  readonly name: string;
  readonly faults: readonly string[];
  readonly help: boolean;
}

/** @throws RangeError or TypeError for words that say nothing here */
function read(argv: readonly string[]): Wanted {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      name: { type: 'string', default: 'lab' },
      fault: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const [command, ...words] = positionals;
  if (command !== undefined && !isCommand(command)) throw new RangeError(`there is no command ${command}`);
  if (command !== 'fault' && words.length > 0) throw new RangeError(`${command} takes no ${words.join(' ')}`);
  if (command === 'fault' && words.length === 0 && !values.help) throw new RangeError('say which faults, or none');
  if (command !== 'up' && values.fault.length > 0)
    throw new RangeError('--fault is for `up`; `fault NAME…` changes what a lab plays');
  folderOf(values.name);
  // `none` alone is no fault at all.
  const faults = command === 'fault' && words.join(' ') !== 'none' ? words : values.fault;
  faultsNamed(faults);
  return { command, name: values.name, faults, help: values.help };
}

const isCommand = (word: string): word is CommandName => Object.hasOwn(COMMANDS, word);
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
