import { usageError } from '../terminal/failure.ts';
import type { UserError } from '../terminal/failure.ts';
import { count } from '../terminal/text.ts';

/** One thing that is wrong with the inputs: which input, and what about it. */
export interface Fault {
  /** The flag with its dashes. */
  readonly flag: string;
  readonly text: string;
}

/** Takes all faults, gives the one error that names them. */
export function faultsError(faults: readonly Fault[], helpOf: string): UserError {
  const width = Math.max(...faults.map((fault) => fault.flag.length));
  return usageError(
    [
      `${count(faults.length, 'input')} ${faults.length === 1 ? 'is' : 'are'} missing or wrong; nothing was changed:`,
      ...faults.map((fault) => `  ${fault.flag.padEnd(width)}  ${fault.text}`),
      `\`appliance-client ${helpOf} --help\` explains every flag.`,
    ].join('\n'),
  );
}
