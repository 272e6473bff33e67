import type { Holder } from '../model/holder.ts';
import type { Operation } from './lease.ts';

/** How a holder is shown to people. */
export function holderInWords({ name, since, epoch }: Holder): string {
  return `${name} since ${since} (epoch ${epoch})`;
}

/** Another operator holds the site: nothing was written. */
export class HeldByAnother extends Error {
  readonly holder: Holder;
  /** Where that was read: the Lease of the appliance, or the site's folder if that does not answer. */
  readonly saidBy: 'appliance' | 'folder';

  constructor(holder: Holder, saidBy: HeldByAnother['saidBy']) {
    super(`the site is held by ${holderInWords(holder)}`);
    this.name = 'HeldByAnother';
    this.holder = holder;
    this.saidBy = saidBy;
  }
}

/** Another operation of the same holder is running on the site: nothing was written. */
export class OperationRuns extends Error {
  readonly operation: Operation;

  constructor(operation: Operation) {
    super(`another operation is running on the site: ${operation.kind}, since ${operation.since}`);
    this.name = 'OperationRuns';
    this.operation = operation;
  }
}
