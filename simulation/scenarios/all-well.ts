import { ALL_WELL } from '../scenario.ts';
import type { Scenario } from '../scenario.ts';

export const allWell: Scenario = {
  ...ALL_WELL,
  name: 'all-well',
  title: 'Everything goes well',
  shows: 'every phase of an install, in order, to full health',
};
