import { anywhere, clientCall } from '../../model/render-advice.ts';
import { usageError } from '../terminal/failure.ts';
import type { UserError } from '../terminal/failure.ts';
import { count } from '../terminal/text.ts';

/** One thing that is wrong with the inputs: which input, and what about it. */
export interface Fault {
  /** The flag with its dashes. */
  readonly flag: string;
  readonly text: string;
}

/** One error for all faults. Its lines are columns, so it is text: of commands it names a help text alone, the same for every site. */
export function faultsError(faults: readonly Fault[], helpOf: string): UserError {
  const width = Math.max(...faults.map((fault) => fault.flag.length));
  return usageError(
    [
      `${count(faults.length, 'input')} ${faults.length === 1 ? 'is' : 'are'} missing or wrong; nothing was changed:`,
      ...faults.map((fault) => `  ${fault.flag.padEnd(width)}  ${fault.text}`),
      `\`${clientCall([helpOf, '--help'], anywhere(null))}\` explains every flag.`,
    ].join('\n'),
  );
}
