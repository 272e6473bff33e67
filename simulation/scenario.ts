import type { ScenarioName } from '../model/scenarios.ts';

/** How far a volume's subPath can be made: never before `readyAfterSeconds` since the pod was placed. */
export interface SubPathFault {
  readonly container: string;
  readonly volumeMount: string;
  readonly healsAfterSeconds: number;
}

/**
 * One play of the simulated appliance, as data. Everything that a scenario does not name goes well; times are seconds of the
 * appliance's own clock.
 */
export interface Scenario {
  readonly name: ScenarioName;
  readonly title: string;
  /** What a person learns by watching it. */
  readonly shows: string;
  /** How fast images come over the line, each on its own. */
  readonly bytesPerSecond: number;
  /** The node as the operator meets it. `foreign` was installed by somebody else and keeps their certificates. */
  readonly node: 'maintenance' | 'foreign';
  /** A resolver that refuses every question until the node is given others. */
  readonly refusedResolver: string | null;
  /** Repositories of which the tag that is asked for first does not exist; any other tag does. */
  readonly missingTags: readonly string[];
  readonly subPath: SubPathFault | null;
  /** The words with which every pod of the first database setup Job ends; a Job that is made anew goes well. */
  readonly setupFailure: string | null;
}

/** What a scenario is made from: an appliance on a good line, on which nothing goes wrong. */
export const ALL_WELL = {
  bytesPerSecond: 12_000_000,
  node: 'maintenance',
  refusedResolver: null,
  missingTags: [],
  subPath: null,
  setupFailure: null,
} as const satisfies Partial<Scenario>;
