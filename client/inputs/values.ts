import { INPUTS, written } from '../../model/inputs.ts';
import type { Input, InputKey } from '../../model/inputs.ts';
import type { InstallSpec } from '../../model/site.ts';
import { optionKey } from '../terminal/flags.ts';
import type { Options } from '../terminal/options.ts';
import type { Fault } from './faults.ts';
import { concealed } from './repository-url.ts';

export type Source = 'flag' | 'environment' | 'site' | 'prompt' | 'default';

/** A value as it was written, and its source. Switches are `true` or `false`, lists are comma-separated. */
interface Given {
  readonly text: string;
  readonly source: Source;
}

/** What is known of the inputs so far. */
export type Values = Map<InputKey, Given>;

/** The values in flags and environment; a flag wins. An empty variable counts as not set. */
export function givenValues(inputs: readonly Input[], options: Options, environment: NodeJS.ProcessEnv): Values {
  const values: Values = new Map();
  for (const { key, flag, variable } of inputs) {
    const option = options[optionKey(flag)];
    const fromEnvironment = variable === null ? undefined : environment[variable];
    if (option !== undefined) values.set(key, { text: String(option), source: 'flag' });
    else if (fromEnvironment) values.set(key, { text: fromEnvironment, source: 'environment' });
  }
  return values;
}

/** The values of the spec that a site was last ordered with, without those that it does not set. */
export function recordedValues(spec: InstallSpec): Values {
  const values: Values = new Map();
  for (const input of INPUTS) {
    const text = written(input, spec);
    if (text !== null) values.set(input.key, { text, source: 'site' });
  }
  return values;
}

/** Looks up a value's text by its key. */
export function textsOf(values: Values): (key: string) => string | undefined {
  const texts = new Map<string, string>([...values].map(([key, { text }]) => [key, text]));
  return (key) => texts.get(key);
}

/** The fault, under the name by which the value was given: the flag, or the variable. `message` says what was expected. */
export function faultOfValue({ key, flag, variable, choices }: Input, given: Given, message: string): Fault {
  const name = given.source === 'environment' ? (variable ?? `--${flag}`) : `--${flag}`;
  return {
    flag: given.source === 'site' ? `${name} (from the site's record)` : name,
    text: `"${masked(given.text, key)}": ${choices ? `expected ${choices.join(' or ')}` : message}`,
  };
}

/** Credentials in a URL are refused everywhere, and are not repeated in a message. */
function masked(text: string, key: Input['key']): string {
  const shown = concealed(text);
  // Other parts of a repository's URL may be secret as well.
  return key !== 'repo.url' ? shown : shown.replaceAll(/([?&#][^=&#\s]{1,100}=)[^&#\s]+/g, '$1…');
}
