import type { StatusDocument } from '../../model/status.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import type { InstallView } from '../install/view.ts';

/**
 * The exit code: 4 when a person must act before people can log in or before the install continues, because of a blocker, a pause,
 * failing code, a missing worker or a lost key. Background services that fail are warnings and end with 0: they never take a login back.
 */
export function exitOf(
  { rollup }: StatusDocument,
  install: InstallView | null,
  { isKeyLost, workerRuns }: { readonly isKeyLost: boolean; readonly workerRuns: boolean | null } = {
    isKeyLost: false,
    workerRuns: null,
  },
): number {
  if (isKeyLost) return EXIT.blocked;
  const state = install?.run === 'RUNNING' ? install.progress?.state : undefined;
  const isStuck = install?.run === 'RUNNING' && (install.failing !== null || workerRuns === false);
  return state === 'parked' || state === 'paused' || isStuck || rollup.state === 'failed_action_required'
    ? EXIT.blocked
    : EXIT.done;
}
