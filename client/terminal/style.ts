import { styleText } from 'node:util';
import { hasSize } from './io.ts';
import type { Io } from './io.ts';

/** How text may look where it goes: decided once from the stream and the environment, never guessed while rendering. */
export interface Style {
  readonly color: boolean;
  readonly unicode: boolean;
  readonly width: number;
  /** Writes out a command of the client for the site of this call; without it no site is named. */
  readonly call?: (words: readonly string[]) => string;
  /** Writes out advice for this call and an install in this state. */
  readonly advise?: (told: AdviceTold, install: AdviceFor) => string;
}

/** Advice in a document: as data if its writer gave it, and as text (model/render-advice.ts has the same). */
export interface AdviceTold {
  readonly advice?: readonly unknown[] | undefined;
  readonly nextAction: string;
}

export type AdviceFor = 'attended' | 'unattended' | 'over' | 'check' | 'elsewhere' | 'unknown';

export type Tone = 'good' | 'busy' | 'bad' | 'warn' | 'dim' | 'strong' | 'plain';

const FORMATS = {
  good: 'green',
  busy: 'cyan',
  bad: 'red',
  warn: 'yellow',
  dim: 'gray',
  strong: 'bold',
} as const satisfies Record<Exclude<Tone, 'plain'>, Parameters<typeof styleText>[0]>;

/** The text in its tone's colour, or as it is if colours are off. */
export function paint(style: Style, tone: Tone, text: string): string {
  return style.color && tone !== 'plain' && text !== ''
    ? styleText(FORMATS[tone], text, { validateStream: false })
    : text;
}

/** The call of a command that a person types, between backquotes. */
export function call(style: Style, ...words: readonly string[]): string {
  return `\`${style.call?.(words) ?? ['appliance-client', ...words].join(' ')}\``;
}

/** Advice in one line, written out for this call. */
export function advised(style: Style, told: AdviceTold, install: AdviceFor): string {
  return style.advise?.(told, install) ?? told.nextAction;
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

/** In Unicode or, for a terminal that is not UTF-8, in ASCII. */
export function symbol(style: Style, name: SymbolName): string {
  return SYMBOLS[name][style.unicode ? 0 : 1];
}

/**
 * NO_COLOR (no-color.org) and `--no-color` win over everything; FORCE_COLOR colours a pipe.
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

/** A pipe has no width: lines are not wrapped, so that a search over them finds whole messages. */
const PIPE_WIDTH = Number.POSITIVE_INFINITY;
