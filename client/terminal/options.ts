import { usageError } from './failure.ts';

/** Flags of one call as commander gives them, checked once: a text, a switch, or not given. Keys are camel-cased flags. */
export type Options = Readonly<Record<string, string | boolean | undefined>>;

/** The value of a flag that takes a text, else undefined. */
export function textOption(options: Options, key: string): string | undefined {
  const value = options[key];
  return typeof value === 'string' ? value : undefined;
}

/** Whether the switch was given. */
export function switchOption(options: Options, key: string): boolean {
  return options[key] === true;
}

/** In milliseconds. Throws a usage error that names the flag if the text is not a duration such as 30s. */
export function parseDuration(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
  const unit = UNITS[match?.[2] ?? ''];
  if (!match || unit === undefined) throw usageError(`${flag} "${text}": expected a duration such as 30s, 10m or 2h`);
  return Number(match[1]) * unit;
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
