import { stripVTControlCharacters } from 'node:util';
import { execa } from 'execa';
import type { Bench } from './bench.ts';

/** A command in a pseudo-terminal, as a person has it. */
export interface Terminal {
  /** Everything that stood there, without colours and cursor tricks. */
  readonly text: () => string;
  /** Waits until a text stands there that was not there when this was last asked. @throws Error with all of it when the time is over */
  until(text: string, timeoutMs?: number): Promise<void>;
  type(keys: string): void;
  readonly exitCode: Promise<number | undefined>;
}

export const ENTER = '\r';
/** Ctrl-U: deletes the current line. */
export const CLEAR_LINE = '\u0015';

/** A word as a shell takes it. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** Runs a command of the bench in a terminal of util-linux' `script`. */
export function openTerminal({ launch }: Bench, words: readonly string[]): Terminal {
  const { file, args, env } = launch(words);
  const command = `stty cols 120 rows 40; exec ${[file, ...args].map(quoted).join(' ')}`;
  const running = execa('script', ['--quiet', '--return', '--flush', '--command', command, '/dev/null'], {
    env,
    reject: false,
    timeout: 900_000,
    stdin: 'pipe',
  });
  let text = '';
  let seen = 0;
  let ended = false;
  const waiting = new Set<() => void>();
  const changed = (): void => waiting.forEach((look) => look());
  running.stdout.on('data', (chunk: Buffer) => {
    text += stripVTControlCharacters(String(chunk));
    changed();
  });
  const exitCode = running.then((result) => {
    ended = true;
    changed();
    return result.exitCode;
  });
  return {
    text: () => text,
    until: async (wanted, timeoutMs = 60_000) => {
      await new Promise<void>((resolve, reject) => {
        const end = (settle: () => void): void => {
          clearTimeout(late);
          waiting.delete(look);
          settle();
        };
        const look = (): void => {
          const at = text.indexOf(wanted, seen);
          if (at >= 0) end(resolve);
          else if (ended) end(() => reject(new Error(`it ended without "${wanted}":\n${text}`)));
        };
        const late = setTimeout(
          () => end(() => reject(new Error(`no "${wanted}" in ${timeoutMs} ms:\n${text}`))),
          timeoutMs,
        );
        waiting.add(look);
        look();
      });
      seen = text.length;
    },
    type: (keys) => void running.stdin.write(keys),
    exitCode,
  };
}
