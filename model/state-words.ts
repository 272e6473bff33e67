import type { RollupState } from './status.ts';

/** The state of the appliance in words, in the client and on the page. */
export const STATE_WORDS: Readonly<Record<RollupState, string>> = {
  installing: 'Installing',
  ready_to_log_in: 'Ready to log in',
  ready_with_background_issues: 'Ready, with background issues',
  fully_healthy: 'Fully healthy',
  failed_action_required: 'Action required',
  unknown: 'Unknown',
};
