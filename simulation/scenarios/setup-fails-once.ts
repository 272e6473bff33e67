import { ALL_WELL } from '../scenario.ts';
import type { Scenario } from '../scenario.ts';

/** Heals with the first Job only: a Job that has failed stays so, until it is deleted and its release is asked for with force. */
export const setupFailsOnce: Scenario = {
  ...ALL_WELL,
  name: 'setup-fails-once',
  title: 'The first Job that sets up the database fails',
  shows: 'the install parks on the failed Job, waits for a person, and creates the Job again on `retry`',
  setupFailure:
    'migration "20240101000002_documents.cjs" failed with error: canceling statement due to statement timeout',
};
