import { z } from 'zod';
import { isChangeable } from './inputs.ts';
import { inputsDigest, installOrder } from './order.ts';
import type { InputsReference, InstallOrder } from './order.ts';
import { inputChange } from './site.ts';
import type { InstallSpec } from './site.ts';
import type { Blocker } from './blocker.ts';
import type { CarriedState } from './carried-state.ts';
import type { PreflightCheck } from './preflight.ts';
import type { InstallFacts, InstallProgress, PhaseProgress } from './progress.ts';

/** What client, worker and workflow agree on: names that stand in histories and must therefore never change. */
export const INSTALL_WORKFLOW = 'installAppliance';
export const PREFLIGHT_WORKFLOW = 'preflightAppliance';
export const DEFAULT_TASK_QUEUE = 'appliance-client';
export const QUERY_PROGRESS = 'progress';
export const UPDATE_RETRY = 'retry';
export const UPDATE_SET_INPUT = 'setInput';
export const UPDATE_PAUSE = 'pause';
export const UPDATE_RESUME = 'resume';
export const SIGNAL_OBSERVED = 'observed';
export const MEMO_PROGRESS = 'progress';
export const MEMO_SPEC_DIGEST = 'specDigest';
/** Digest of the inputs that the install goes by now; absent while it goes by a spec in its history. */
export const MEMO_INPUTS = 'inputs';

/**
 * Type of the ApplicationFailure by which an activity says that a phase cannot go on; its first detail is `Blocker[]`, its
 * second the facts that were found all the same.
 */
export const BLOCKED_FAILURE = 'Blocked';

/**
 * Type of the ApplicationFailure by which a parked activity says that its blockers are those that the workflow knows. The server
 * runs it again after a rest: that adds nothing to the history, and nobody's slot is held meanwhile.
 */
export const STILL_BLOCKED_FAILURE = 'StillBlocked';

/** Takes a site's name, gives the id of its one install workflow. */
export function installWorkflowId(siteId: string): string {
  return `appliance-install/${siteId}`;
}

/** Where the inputs are: in the site's folder or, in installs that clients up to 0.1.0 began, in the payload itself. */
export type Inputs = { readonly inputs: InputsReference } | { readonly spec: InstallSpec };

/**
 * Input of the install workflow. `state` is what a run hands to its continuation, `carried` is what one up to 0.1.0 handed on:
 * the progress alone.
 */
export type InstallInput = (
  | { readonly order: InstallOrder }
  | { readonly spec: InstallSpec; readonly specDigest: string }
) & { readonly state?: CarriedState; readonly carried?: InstallProgress };

/** The install workflow: gives the progress of the finished install. */
export type InstallWorkflow = (input: InstallInput) => Promise<InstallProgress>;

export type PreflightInput = Inputs;

/** What the preflight workflow gives: every check with its answer, and what would stop an install. */
export interface PreflightReport {
  readonly checks: readonly PreflightCheck[];
  readonly blockers: readonly Blocker[];
  readonly warnings: readonly Blocker[];
}

/**
 * Argument of `retry`, `pause` and `resume`, and a part of `setInput`'s: names one command of one person, so that it is applied
 * once however often it is sent and whichever run of the install receives it. Clients up to 0.1.0 send none.
 */
export const command = z.object({ commandId: z.string().min(1).max(64).optional() });

/** Argument of the `setInput` update of an install whose spec is in its history: the change, and the digest it leads to. */
export const specUpdate = z.strictObject({ change: inputChange, specDigest: z.string(), ...command.shape });

/** The key of a row in model/inputs.ts that an install can be told to change: what is remembered of changes has no other keys. */
const changedKey = z
  .string()
  .max(64, { abort: true, error: 'is not the name of an input' })
  .refine(isChangeable, {
    error: ({ input }) =>
      `the worker that runs this install knows no input ${String(input)} to change: it is of another version than this client. ` +
      'Stop it (appliance-client worker --stop, where it runs), resume with the newer of the two, and try again',
  });

/**
 * Argument of the `setInput` update: the inputs from now on, in which of them they differ, and which inputs that was made of. A
 * change of others than the present ones is refused: it would undo what another person has changed meanwhile.
 */
export const orderUpdate = command.extend({
  from: inputsDigest,
  order: installOrder,
  changed: z.array(changedKey).min(1, 'nothing to change was given').max(100),
});
export type Command = z.infer<typeof command>;
export type InputUpdate = z.infer<typeof specUpdate> | z.infer<typeof orderUpdate>;

/** Type of the failure by which an update is refused because the inputs are others by now. */
export const SUPERSEDED_FAILURE = 'Superseded';

/** What every phase activity takes. `looking` is set when the phase is parked: each attempt of the activity is then one look. */
export type PhaseInput = Inputs & StepInput;

/** What a step is given beside the inputs. */
export interface StepInput {
  readonly facts: InstallFacts;
  /** Which of the install's attempts at its steps this is; what the activity signals names it. Absent in installs up to 0.1.0. */
  readonly attempt?: number;
  /** How the phases went so far; given to a step that asks for it. */
  readonly phases?: readonly PhaseProgress[];
  readonly looking?: {
    /** `blockerKey` of each blocker that the workflow knows already. */
    readonly known: readonly string[];
    /** How long to rest before the first look, in milliseconds: causes that take turns are looked at ever more rarely. */
    readonly restMs?: number;
    /** For how long an activity up to 0.1.0 kept looking before it reported the same blockers again, in milliseconds. */
    readonly patienceMs?: number;
  };
  /**
   * When a person had the parked phase looked at again, by `retry` or by a changed input; given to a step that asks for it, with
   * its first attempt after that and never with a look of its own.
   */
  readonly retriedAt?: string;
}

/** What every phase activity gives: facts for later phases, one line for people, and warnings that stop nothing. */
export interface PhaseOutcome {
  readonly did: 'acted' | 'nothing-to-do' | 'degraded';
  readonly detail: string;
  readonly facts?: Partial<InstallFacts>;
  readonly warnings?: readonly Blocker[];
}
