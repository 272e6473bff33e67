import { EXIT } from '../terminal/exit-codes.ts';
import { usageError } from '../terminal/failure.ts';
import { longName } from '../terminal/flags.ts';
import type { Flag } from '../terminal/flags.ts';
import { defineCommand } from './define.ts';
import type { Argument, Command } from './define.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

/** What a script completes of one command. */
interface Completed {
  readonly name: string;
  readonly summary: string;
  readonly arguments: readonly Argument[];
  /** Those that every command has among them; hidden ones left out. */
  readonly flags: readonly Flag[];
}

/** What the script is made from: every command with its own definition, and the flags that every command has. */
export interface CompletionSource {
  readonly commands: () => Promise<readonly { name: string; summary: string; command: Command }[]>;
  readonly commonFlags: readonly Flag[];
}

/** `completion SHELL`: takes where the commands stand, which is the table that this command is in. */
export function completionCommand(source: CompletionSource): Command {
  return defineCommand({
    arguments: { shell: { help: 'which shell', choices: SHELLS } },
    flags: [],
    examples: ['completion bash > ~/.local/share/bash-completion/completions/appliance-client'],
    run: async (context) => {
      const shell = SHELLS.find((known) => known === context.args[0]);
      if (!shell) throw usageError(`expected one of ${SHELLS.join(', ')}`);
      context.io.stdout.write(completionScript(shell, await completedIn(source)));
      return EXIT.done;
    },
  });
}

async function completedIn({ commands, commonFlags }: CompletionSource): Promise<Completed[]> {
  return (await commands()).map(({ name, summary, command }) => ({
    name,
    summary,
    arguments: Object.values(command.arguments),
    flags: [...command.flags, ...commonFlags].filter(({ hidden }) => hidden !== true),
  }));
}

function completionScript(shell: Shell, commands: readonly Completed[]): string {
  if (shell === 'fish') return fish(commands);
  const script = bash(commands);
  return shell === 'zsh' ? `#compdef appliance-client\nautoload -U +X bashcompinit && bashcompinit\n${script}` : script;
}

function bash(commands: readonly Completed[]): string {
  const wordsOf = (one: Completed): string[] => [
    ...one.arguments.flatMap(({ choices }) => choices ?? []),
    ...one.flags.map(({ flags }) => `--${longName(flags)}`),
  ];
  const cases = commands.map((one) => `    ${one.name}) words="${wordsOf(one).join(' ')}" ;;`).join('\n');
  return `_appliance_client() {
  local words
  if [ "$COMP_CWORD" -le 1 ]; then
    words="${commands.map(({ name }) => name).join(' ')} --help"
  else
    case "\${COMP_WORDS[1]}" in
${cases}
    *) words="" ;;
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _appliance_client appliance-client
`;
}

function fish(commands: readonly Completed[]): string {
  const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const seen = (name: string): string => `complete -c appliance-client -n '__fish_seen_subcommand_from ${name}'`;
  const lines = commands.flatMap((one) => [
    `complete -c appliance-client -n __fish_use_subcommand -a ${one.name} -d ${quote(one.summary)}`,
    ...one.arguments.flatMap(({ choices }) => (choices ? [`${seen(one.name)} -a ${quote(choices.join(' '))}`] : [])),
    ...one.flags.map(({ flags, help }) => `${seen(one.name)} -l ${longName(flags)} -d ${quote(help)}`),
  ]);
  return `complete -c appliance-client -f\n${lines.join('\n')}\n`;
}
