/** The scenarios of `start --simulate`, in the order in which they are offered; each is defined in simulation/scenarios/. */
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
