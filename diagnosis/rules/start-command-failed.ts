import { advise, client } from '../../model/advice.ts';
import { describe } from '../commands.ts';
import type { Rule } from '../rule.ts';

/** The container's command cannot be run at all. */
export const rule: Rule = {
  code: 'start-command-failed',
  title: 'The container’s command cannot be run',
  retry: 'after-change',
  domains: ['start', 'config', 'log'],
  wordings: [
    {
      pattern:
        /executable file not found in \$?PATH|exec: "(?<file>[^"]+)": (?:stat|permission denied|executable|no such file|is a directory)|unable to start container process: (?:exec|error during container init: exec)|exec (?<path>[/\w.-]+): (?:no such file or directory|permission denied)|starting container process caused/i,
      source: 'runc libcontainer standard_init_linux.go',
    },
    {
      pattern:
        /no command specified|exec \S+ failed: (?:No such file|Permission denied|Exec format)|chdir to cwd .{0,80}(?:no such file|permission denied|not a directory)|cannot run executable|exec user process caused|error finding executable/i,
      source: 'containerd, runc, crun',
    },
    {
      pattern:
        /(?:^|\n)(?:\/?[\w/.-]*sh): (?:exec: )?(?:\d+: |line \d+: |can't open '?)?(?<key>[^\s:']+)'?:? (?:not found|No such file or directory|command not found|(?<!line \d+: [^\n]*)Permission denied)\s*$|env: (?:can't execute )?'?[^:']+'?: No such file|bad interpreter/im,
      source: 'busybox and Debian shells',
    },
    {
      pattern:
        /Error: Cannot find module '(?<detail>\/[^']+)'|can't open file '(?<file>[^']+)': \[Errno 2\]|Could not find or load main class|Unable to access jarfile|Missing script: "/,
      source: 'the main file of Node, Python, Java, npm',
    },
  ],
  unless: /exec format error/i,
  reason: ({ object, facts }) =>
    `The command of a container in ${object} cannot be run${facts?.file ? ` (${facts.file})` : facts?.path ? ` (${facts.path})` : ''}: it is not in the image, or is not executable.`,
  advice: (context) =>
    advise`Image and command do not match: choose another release (${client('releases')}), or correct the command in the chart. The command: ${describe(context)}.`,
};
