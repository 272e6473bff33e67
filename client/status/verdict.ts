import type { StatusDocument } from '../../model/status.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import type { InstallView } from '../install/view.ts';

/**
 * Takes a status document and the install behind it, gives the exit code: 4 when a person must act before people can log in, or
 * before the install goes on, by a blocker, because it is paused or because its own code fails. Background services that fail are told as warnings and end with 0: they never take a login back.
 */
export function exitOf({ rollup }: StatusDocument, install: InstallView | null): number {
  const state = install?.run === 'RUNNING' ? install.progress?.state : undefined;
  const isStuck = install !== null && install.failing !== null;
  return state === 'parked' || state === 'paused' || isStuck || rollup.state === 'failed_action_required'
    ? EXIT.blocked
    : EXIT.done;
}
