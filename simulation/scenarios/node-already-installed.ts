import { ALL_WELL } from '../scenario.ts';
import type { Scenario } from '../scenario.ts';

export const nodeAlreadyInstalled: Scenario = {
  ...ALL_WELL,
  name: 'node-already-installed',
  title: 'The node was installed by somebody else',
  shows: 'a node that is not ours is named and left alone; no key is made or overwritten',
  node: 'foreign',
};
