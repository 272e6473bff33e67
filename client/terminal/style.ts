import { styleText } from 'node:util';
import { hasSize } from './io.ts';
import type { Io } from './io.ts';

/** How text may look where it goes: decided once from the stream and the environment, never guessed while rendering. */
export interface Style {
  readonly color: boolean;
  readonly unicode: boolean;
  readonly width: number;
  /** How a command of the client is called for the site that is told about; without it no site is named. */
  readonly call?: (command: string) => string;
}

export type Tone = 'good' | 'busy' | 'bad' | 'warn' | 'dim' | 'strong' | 'plain';

const FORMATS = {
  good: 'green',
  busy: 'cyan',
  bad: 'red',
  warn: 'yellow',
  dim: 'gray',
  strong: 'bold',
} as const satisfies Record<Exclude<Tone, 'plain'>, Parameters<typeof styleText>[0]>;

/** Takes a style, a tone and a text, gives the text in its colour, or as it is where colours are off. */
export function paint(style: Style, tone: Tone, text: string): string {
  return style.color && tone !== 'plain' && text !== ''
    ? styleText(FORMATS[tone], text, { validateStream: false })
    : text;
}

/** Takes a style and a command, gives the call of it that a person types. */
export function call(style: Style, command: string): string {
  return `\`${style.call?.(command) ?? `appliance-client ${command}`}\``;
}

const SYMBOLS = {
  done: ['✓', '+'],
  busy: ['●', '*'],
  pending: ['○', '.'],
  failed: ['✗', 'x'],
  warning: ['!', '!'],
  stopped: ['■', '#'],
  unknown: ['?', '?'],
  next: ['→', '->'],
  bullet: ['·', '-'],
  ellipsis: ['…', '...'],
} as const;
export type SymbolName = keyof typeof SYMBOLS;

/** Takes a style and a symbol's name, gives it in Unicode or, for a terminal that is not UTF-8, in ASCII. */
export function symbol(style: Style, name: SymbolName): string {
  return SYMBOLS[name][style.unicode ? 0 : 1];
}

/**
 * Takes the client's io, a stream and `--no-color`, gives the style of that stream. NO_COLOR (no-color.org) and `--no-color`
 * win over everything; FORCE_COLOR colours a pipe.
 */
export function styleOf(io: Io, stream: 'stdout' | 'stderr', noColor: boolean): Style {
  const isTty = stream === 'stdout' ? io.stdoutIsTty : io.stderrIsTty;
  const { env } = io;
  const forced = env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '' && env['FORCE_COLOR'] !== '0';
  const refused = noColor || Boolean(env['NO_COLOR']) || env['TERM'] === 'dumb';
  return {
    color: !refused && (forced || isTty),
    unicode: /utf-?8/i.test(env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || ''),
    width: isTty && hasSize(io) ? Math.max(io.columns(), 40) : PIPE_WIDTH,
  };
}

/** A pipe has no width: lines are as long as they need, so that a search over them finds whole messages. */
const PIPE_WIDTH = Number.POSITIVE_INFINITY;
