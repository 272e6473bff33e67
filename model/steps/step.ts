import type { InputKey } from '../inputs.ts';
import type { OrderFacts } from '../order.ts';
import type { PhaseId } from '../phases.ts';
import type { InstallSpec } from '../site.ts';

/** `quick`: an answer is there in seconds. `apply`: writes to the outside. `wait`: hours are normal. */
export type ProfileName = 'quick' | 'apply' | 'wait';

/** What is known of an install that was cancelled, for the words of what it leaves behind. */
interface Cancelled {
  readonly nodeIp: string;
  readonly wipe: string | undefined;
  /** How far a wipe had come that did not end. */
  readonly wipeStage: string | undefined;
  /** How far the phase of the step came. */
  readonly phase: 'begun' | 'done';
}

/** Everything about a step but what it does, which is the activity of its name. Pure data and pure functions. */
export interface StepDescription {
  /** The activity's name. It stands in histories: never changed, never reused. */
  readonly name: string;
  /** What a person reads while it runs. */
  readonly title: string;
  readonly profile: ProfileName;
  /** Run only when it is asked for. The activity reads the inputs itself and does no more than they say. */
  readonly when?: (order: OrderFacts) => boolean;
  /** A changed input of these makes what the step did stale: it runs again, and nothing is complete before. */
  readonly dependsOn?: readonly InputKey[];
  /** Is told how the phases went. */
  readonly reportsOnPhases?: true;
  /** Is told when a person had it tried again: it does then what must not be done in a loop. */
  readonly heedsRetry?: true;
  /**
   * Whose words its warnings are; the step itself when nothing is said. A source's next word takes the place of its last: the
   * waits for the appliance look at the same picture, one after another.
   */
  readonly source?: string;
  /** Its end settles these warnings of earlier steps. */
  readonly settles?: (warning: { readonly code: string; readonly component: string }) => boolean;
  /** What it will do for this spec, in lines that a person can check. */
  readonly plan?: (spec: InstallSpec) => readonly string[];
  /** What it leaves on the node when the install is cancelled once its phase has begun, as a sentence; null for nothing. */
  readonly leaves?: (cancelled: Cancelled) => string | null;
}

/** Takes a phase's id and its steps, gives them with the steps' names as types. */
export function phase<const Steps extends readonly StepDescription[]>(id: PhaseId, steps: Steps) {
  return { id, steps };
}
