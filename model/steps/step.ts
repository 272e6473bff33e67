import type { InputKey } from '../inputs.ts';
import type { OrderFacts } from '../order.ts';
import type { PhaseId } from '../phases.ts';
import type { InstallSpec } from '../site.ts';

/** `quick`: answers within seconds. `apply`: writes to the outside. `wait`: hours are normal. */
export type ProfileName = 'quick' | 'apply' | 'wait';

/** State of a cancelled install, for the report of what it leaves behind. */
interface Cancelled {
  readonly nodeIp: string;
  readonly wipe: string | undefined;
  /** Stage of a wipe that did not end. */
  readonly wipeStage: string | undefined;
  /** How far the phase of the step came. */
  readonly phase: 'begun' | 'done';
}

/** Everything about a step except what it does, which is the activity of its name. Pure data and pure functions. */
export interface StepDescription {
  /** The activity's name. Histories contain it: never changed, never reused. */
  readonly name: string;
  /** Shown while it runs. */
  readonly title: string;
  readonly profile: ProfileName;
  /**
   * Of a step that is new after a release, the id of its patch (Temporal's `patched`), never changed: the history of a running install
   * that lacks the step replays without it, and the install takes it up as soon as it continues.
   */
  readonly added?: string;
  /** Changes nothing outside: it runs whoever holds the site. */
  readonly onlyLooks?: true;
  /** Run only when it is requested. The activity reads the inputs itself and does no more than they say. */
  readonly when?: (order: OrderFacts) => boolean;
  /** A change of one of these inputs makes the step's result stale: it runs again, and the install is not complete before. */
  readonly dependsOn?: readonly InputKey[];
  /** Receives the results of the phases. */
  readonly reportsOnPhases?: true;
  /** Receives the time of a person's `retry`: then it does what must not be done in a loop. */
  readonly heedsRetry?: true;
  /**
   * The source of its warnings; by default the step itself. The next warnings of a source replace its last ones: the waits for the
   * appliance read the same state, one after another.
   */
  readonly source?: string;
  /** Its end settles these warnings of earlier steps. */
  readonly settles?: (warning: { readonly code: string; readonly component: string }) => boolean;
  /** What it will do for this spec, in lines that a person can check. */
  readonly plan?: (spec: InstallSpec) => readonly string[];
  /** What it leaves on the node when the install is cancelled after its phase has started, as a sentence; null for nothing. */
  readonly leaves?: (cancelled: Cancelled) => string | null;
}

/** A phase with the names of its steps as types. */
export function phase<const Steps extends readonly StepDescription[]>(id: PhaseId, steps: Steps) {
  return { id, steps };
}
