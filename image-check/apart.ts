import { execa } from 'execa';
import type { Subprocess } from 'execa';

export interface StartOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** For the program to end in; without it, as long as it takes. */
  readonly milliseconds?: number;
}

export type Apart = Subprocess<{ all: true; reject: false; stdin: 'ignore' }>;

export const mount = (args: readonly string[], cwd = '/') => execa('mount', args, { cwd, timeout: 30_000 });

/**
 * Starts a program in a folder as its root, as an ordinary user: no capabilities, none to gain, no processes but its own. What it
 * started ends with it. The root needs a folder `proc`.
 */
export function startApart(at: string, user: number, command: readonly string[], options: StartOptions): Apart {
  const { cwd, env, milliseconds = 0 } = options;
  // Two of them: a change of the user takes away that a program dies with who started it, so the first of its processes is ours.
  const alone = ['--mount', '--pid', '--fork', '--kill-child=SIGKILL', `--mount-proc=${at}/proc`];
  const entered = ['--fork', `--root=${at}`, `--setgid=${user}`, `--setuid=${user}`];
  const all = ['--no-new-privs', 'unshare', ...alone, '--', 'unshare', ...entered, `--wd=${cwd}`, '--', ...command];
  return execa('setpriv', all, {
    env,
    extendEnv: false,
    stdin: 'ignore',
    all: true,
    reject: false,
    timeout: milliseconds,
    killSignal: 'SIGKILL',
    maxBuffer: 8_000_000,
  });
}
