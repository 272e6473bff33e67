import { patched, workflowInfo } from '@temporalio/workflow';
import { CARRIED_STATE } from '../model/carried-state.ts';
import type { CarriedState } from '../model/carried-state.ts';
import { readDocument, whyUnread } from '../model/documents.ts';
import type { InstallProgress } from '../model/progress.ts';
import { installInput } from '../model/workflow-contract.ts';
import type { InstallInput } from '../model/workflow-contract.ts';
import { Install } from './install.ts';
import { installAsBefore } from './legacy/install.ts';
import { ordered } from './ordered.ts';
import { initialProgress } from './progress.ts';
import { checkedInput } from './refusals.ts';
import { initialState, stateOf } from './state.ts';

/** Marks the histories of installs that carry their state. */
const CARRIES_STATE = 'carries-state';

/**
 * Installs one appliance. Gives the progress document of the finished install. It does not fail because of the appliance:
 * what cannot go on parks on its blockers until the cause is gone, an input is changed, or it is cancelled. It fails as `Refused`,
 * before its first step, where it was begun with something that is not ours.
 */
export async function installAppliance(input: InstallInput): Promise<InstallProgress> {
  checkedInput(installInput, input);
  if (input.state === undefined && !patched(CARRIES_STATE)) return installAsBefore(input);
  const install = new Install(ordered(input), stateAtStart(input));
  install.listen();
  return install.run();
}

function stateAtStart(input: InstallInput): CarriedState {
  if (input.state !== undefined) return stateIn(input.state);
  if (input.carried !== undefined) return stateOf(input.carried);
  return initialState(initialProgress(ordered(input).facts, new Date(), workflowInfo().runId));
}

/** Throws where the state is another version's: the workflow's task fails, and is done again until a worker can read it. */
function stateIn(state: unknown): CarriedState {
  const read = readDocument(CARRIED_STATE, state);
  if ('value' in read) return read.value;
  throw new Error(whyUnread(CARRIED_STATE, read, 'the state of this install'));
}
