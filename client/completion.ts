import { COMMANDS, COMMON_FLAGS } from './commands/table.ts';
import type { CommandEntry } from './commands/table.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** Takes a shell, gives the script that completes commands, flags and fixed arguments in it. Made from the command table. */
export function completionScript(shell: Shell): string {
  if (shell === 'fish') return fish();
  return shell === 'zsh' ? `#compdef appliance-client\nautoload -U +X bashcompinit && bashcompinit\n${bash()}` : bash();
}

/** Long flags of a command, hidden ones left out. */
function flagsOf(entry: CommandEntry): string[] {
  return [...(entry.flags ?? []), ...COMMON_FLAGS]
    .filter(({ hidden }) => hidden !== true)
    .flatMap(({ flags }) => /--[a-z-]+/.exec(flags)?.[0] ?? []);
}

function wordsOf(entry: CommandEntry): string[] {
  return [...(entry.arguments ?? []).flatMap(({ choices }) => choices ?? []), ...flagsOf(entry)];
}

function bash(): string {
  const cases = COMMANDS.map((entry) => `    ${entry.name}) words="${wordsOf(entry).join(' ')}" ;;`).join('\n');
  return `_appliance_client() {
  local words
  if [ "$COMP_CWORD" -le 1 ]; then
    words="${COMMANDS.map(({ name }) => name).join(' ')} --help"
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

function fish(): string {
  const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const lines = COMMANDS.flatMap((entry) => [
    `complete -c appliance-client -n __fish_use_subcommand -a ${entry.name} -d ${quote(entry.summary)}`,
    ...(entry.arguments ?? []).flatMap(({ choices }) =>
      choices
        ? [`complete -c appliance-client -n '__fish_seen_subcommand_from ${entry.name}' -a ${quote(choices.join(' '))}`]
        : [],
    ),
    ...[...(entry.flags ?? []), ...COMMON_FLAGS]
      .filter(({ hidden }) => hidden !== true)
      .map(({ flags, help }) => {
        const name = /--([a-z-]+)/.exec(flags)?.[1] ?? '';
        return `complete -c appliance-client -n '__fish_seen_subcommand_from ${entry.name}' -l ${name} -d ${quote(help)}`;
      }),
  ]);
  return `complete -c appliance-client -f\n${lines.join('\n')}\n`;
}
