import { CHANGEABLE, valueOf } from '../../model/inputs.ts';
import { pathInChange } from '../../model/input-change.ts';
import { inputChange } from '../../model/site.ts';
import type { InputChange } from '../../model/site.ts';
import { usageError } from '../terminal/failure.ts';
import type { Options } from '../terminal/options.ts';
import { firstOfEachFlag, put } from './candidate.ts';
import type { Draft } from './candidate.ts';
import type { Checkout } from './checkout.ts';
import { faultsError } from './faults.ts';
import type { Fault } from './faults.ts';
import { resolveHere } from './resolve.ts';
import { faultOfValue, givenValues } from './values.ts';
import type { Values } from './values.ts';

export interface ChangeInput {
  readonly options: Options;
  readonly cwd: string;
  /** Reads the Git checkout of the current folder; null if there is none. */
  readonly checkout: () => Promise<Checkout | null>;
}

/**
 * The changed inputs of a running install, read as the inputs of `start` are. From flags only: a variable that is set for every call
 * of this shell was not meant for this one. Throws one usage error that names every fault.
 */
export async function gatherChange({ options, cwd, checkout }: ChangeInput): Promise<InputChange> {
  const values = givenValues(CHANGEABLE, options, {});
  if (values.size === 0)
    throw usageError(
      `no input to change: give at least one of ${CHANGEABLE.map(({ flag }) => `--${flag}`).join(', ')}`,
    );
  const { faults } = await resolveHere(values, cwd, checkout);
  const parsed = inputChange.safeParse(draftOf(values));
  if (!parsed.success) faults.push(...parsed.error.issues.map((issue) => faultOf(issue.path, issue.message, values)));
  if (!parsed.success || faults.length > 0) throw faultsError(firstOfEachFlag(faults), 'set');
  return parsed.data;
}

function draftOf(values: Values): Draft {
  const change: Draft = {};
  for (const input of CHANGEABLE) {
    const given = values.get(input.key);
    // A running install has no way back to a default: what is empty is wrong, and not nothing.
    if (given)
      put(change, pathInChange(input), given.text === '' && input.kind !== 'list' ? '' : valueOf(input, given.text));
  }
  return change;
}

function faultOf(path: readonly PropertyKey[], message: string, values: Values): Fault {
  const input = CHANGEABLE.find((one) => pathInChange(one).every((part, index) => path[index] === part));
  const given = input && values.get(input.key);
  return input && given ? faultOfValue(input, given, message) : { flag: path.join('.'), text: message };
}
