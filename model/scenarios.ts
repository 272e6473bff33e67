/** What `start --simulate` can play, in the order in which it is offered; simulation/scenarios/ says how each one goes. */
export const SCENARIO_NAMES = [
  'all-well',
  'worker-image-missing',
  'dns-refused',
  'postgres-subpath',
  'slow-core-pull',
  'setup-fails-once',
  'node-already-installed',
] as const;
export type ScenarioName = (typeof SCENARIO_NAMES)[number];
