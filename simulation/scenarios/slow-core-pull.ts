import { ALL_WELL } from '../scenario.ts';
import type { Scenario } from '../scenario.ts';

/** 1.8 GB in 16 minutes, as on the local virtual machine of the field report. */
export const slowCorePull: Scenario = {
  ...ALL_WELL,
  name: 'slow-core-pull',
  title: 'The application image takes 16 minutes to pull',
  shows: 'a long pull is an active operation and never a blocker',
  bytesPerSecond: 1_875_000,
};
