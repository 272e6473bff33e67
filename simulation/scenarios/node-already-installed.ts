import { ALL_WELL } from '../scenario.ts';
import type { Scenario } from '../scenario.ts';

export const nodeAlreadyInstalled: Scenario = {
  ...ALL_WELL,
  name: 'node-already-installed',
  title: 'The node was installed by another operator',
  shows: 'a node of another site is reported and not changed; no key is created or overwritten',
  node: 'foreign',
};
