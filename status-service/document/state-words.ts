import type { RollupState } from '../../model/status.ts';

/** What a person calls the state of the whole; the client says the same. */
export const STATE_WORDS: Readonly<Record<RollupState, string>> = {
  installing: 'Installing',
  ready_to_log_in: 'Ready to log in',
  ready_with_background_issues: 'Ready, with background issues',
  fully_healthy: 'Fully healthy',
  failed_action_required: 'Failed, action required',
  unknown: 'Unknown',
};
