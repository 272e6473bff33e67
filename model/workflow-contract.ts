import { z } from 'zod';
import { isChangeable } from './inputs.ts';
import { inputsDigest, inputsReference, installOrder } from './order.ts';
import type { InputsReference, InstallOrder, OrderIdentity } from './order.ts';
import { inputChange } from './site.ts';
import type { InstallSpec } from './site.ts';
import type { Blocker } from './blocker.ts';
import type { CarriedState } from './carried-state.ts';
import type { PreflightCheck } from './preflight.ts';
import type { InstallFacts, InstallProgress, PhaseProgress } from './progress.ts';

/** What client, worker and workflow agree on: histories contain these names, so they must never change. */
export const INSTALL_WORKFLOW = 'installAppliance';
export const PREFLIGHT_WORKFLOW = 'preflightAppliance';
/** The queue of every install of clients up to 0.1.0. */
export const DEFAULT_TASK_QUEUE = 'appliance-client';
export const QUERY_PROGRESS = 'progress';
export const UPDATE_RETRY = 'retry';
export const UPDATE_SET_INPUT = 'setInput';
export const UPDATE_PAUSE = 'pause';
export const UPDATE_RESUME = 'resume';
export const SIGNAL_OBSERVED = 'observed';
export const MEMO_PROGRESS = 'progress';
export const MEMO_SPEC_DIGEST = 'specDigest';
/** Reason of the termination of a run whose site another operator has taken over. */
export const TAKEN_OVER = 'the site was taken over';
/** Digest of the install's present inputs; absent while its spec is in its history. */
export const MEMO_INPUTS = 'inputs';

/**
 * Type of the ApplicationFailure by which an activity reports that a phase is blocked; its first detail is `Blocker[]`, its second the
 * facts that were found nonetheless.
 */
export const BLOCKED_FAILURE = 'Blocked';

/**
 * Type of the ApplicationFailure by which a parked activity reports that its blockers are those that the workflow knows. The server runs
 * it again after a rest: that adds nothing to the history, and occupies no worker slot in between.
 */
export const STILL_BLOCKED_FAILURE = 'StillBlocked';

/** The task queue that only this operator's workers serve. */
export function operatorTaskQueue(operatorId: string): string {
  return `appliance-${operatorId}`;
}

const INSTALL_ID = 'appliance-install';
const PREFLIGHT_ID = 'appliance-preflight';

/** A site and, unless a client up to 0.1.0 recorded it, the uid that tells it from every other site of that name. */
export interface SiteIdentity {
  readonly siteId: string;
  readonly siteUid: string | null;
}

/** The id of the one install workflow that clients up to 0.1.0 had for a site's name. */
export function installWorkflowId(siteId: string): string {
  return `${INSTALL_ID}/${siteId}`;
}

/** The id of an order's workflow. Two orders never share one: what was encrypted for one cannot be decrypted in another. */
export function orderWorkflowId(siteId: string, siteUid: string, orderId: string): string {
  return `${INSTALL_ID}/${siteId}/${siteUid}/${orderId}`;
}

/** The order in the id of its workflow; null for one of a client up to 0.1.0. */
export function orderInWorkflowId(workflowId: string): OrderIdentity | null {
  const [kind, , siteUid, orderId] = workflowId.split('/');
  return kind === INSTALL_ID && siteUid !== undefined && orderId !== undefined ? { siteUid, orderId } : null;
}

/** The id of a preflight's workflow. For a site without a record a random uid is used. */
export function preflightWorkflowId(siteId: string, siteUid: string, id: string): string {
  return `${PREFLIGHT_ID}/${siteId}/${siteUid}/${id}`;
}

/** The site in the id of any workflow of ours; null for any other workflow. */
export function siteInWorkflowId(workflowId: string): SiteIdentity | null {
  const [kind, siteId, siteUid] = workflowId.split('/');
  if ((kind !== INSTALL_ID && kind !== PREFLIGHT_ID) || !siteId) return null;
  return { siteId, siteUid: siteUid !== undefined && UUID.test(siteUid) ? siteUid : null };
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Where the inputs are: in the site's folder or, in installs that clients up to 0.1.0 started, in the payload itself. */
export type Inputs = { readonly inputs: InputsReference } | { readonly spec: InstallSpec };

/**
 * Input of the install workflow. `state` is what a run passes to its continuation, `carried` is what one up to 0.1.0 passed on: only the
 * progress.
 */
export type InstallInput = (
  | { readonly order: InstallOrder }
  | { readonly spec: InstallSpec; readonly specDigest: string }
) & { readonly state?: CarriedState; readonly carried?: InstallProgress };

/** The install workflow: gives the progress of the finished install. */
export type InstallWorkflow = (input: InstallInput) => Promise<InstallProgress>;

export type PreflightInput = Inputs;

/** Result of the preflight workflow: every check with its result, and what would stop an install. */
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

/** The key of a changeable row in model/inputs.ts: recorded changes have no other keys. */
const changedKey = z
  .string()
  .max(64, { abort: true, error: 'is not the name of an input' })
  .refine(isChangeable, {
    error: ({ input }) =>
      `the worker of this install cannot change the input ${String(input)}: its version differs from this client's. ` +
      'Stop it (appliance-client worker --stop, on its machine), resume with the newer of the two, and try again',
  });

/**
 * Argument of the `setInput` update: the new inputs, which of them changed, and the inputs that the change is based on. A change that is
 * not based on the present inputs is refused: it would undo what another person has changed in the meantime.
 */
export const orderUpdate = command.extend({
  from: inputsDigest,
  order: installOrder,
  changed: z.array(changedKey).min(1, 'no input to change').max(100),
});
export type Command = z.infer<typeof command>;
export type InputUpdate = z.infer<typeof specUpdate> | z.infer<typeof orderUpdate>;

/** Type of the failure by which an update is refused because the inputs have changed since. */
export const SUPERSEDED_FAILURE = 'Superseded';

/**
 * Recognises a decoded value as the input of a phase activity, as opposed to every other payload. Its contents were encrypted for that
 * activity, and are trusted.
 */
export const phaseInput = z
  .looseObject({
    facts: z.looseObject({}),
    attempt: z.int().optional(),
    looking: z.looseObject({ known: z.array(z.string()), restMs: z.number().optional() }).optional(),
    phases: z.array(z.looseObject({})).optional(),
    retriedAt: z.string().optional(),
    inputs: inputsReference.optional(),
    spec: z.looseObject({ siteId: z.string(), nodeIp: z.string() }).optional(),
  })
  .refine(({ inputs, spec }) => inputs !== undefined || spec !== undefined, 'it names no inputs');

/** The same for the result of a phase activity. */
export const phaseOutcome = z.looseObject({ did: z.string(), detail: z.string() });

/** The same for the input of the install workflow. */
export const installInput = z.union([
  z.looseObject({ order: installOrder }),
  z.looseObject({ spec: z.looseObject({ siteId: z.string(), nodeIp: z.string() }), specDigest: z.string() }),
]);

/** The same for the input of the preflight workflow. */
export const preflightInput = z.union([
  z.looseObject({ inputs: inputsReference }),
  z.looseObject({ spec: z.looseObject({ siteId: z.string(), nodeIp: z.string() }) }),
]);

/** Input of every phase activity. `looking` is set when the phase is parked: each attempt of the activity is then one check. */
export type PhaseInput = Inputs & StepInput;

/** The input of a step beside the inputs of the install. */
export interface StepInput {
  readonly facts: InstallFacts;
  /** Number of this attempt among all attempts of the install; the activity's reports name it. Absent in installs up to 0.1.0. */
  readonly attempt?: number;
  /** The phases so far; for a step with `reportsOnPhases`. */
  readonly phases?: readonly PhaseProgress[];
  readonly looking?: {
    /** `blockerKey` of each blocker that the workflow already knows. */
    readonly known: readonly string[];
    /** How long to rest before the first check, in milliseconds: alternating causes are checked ever more rarely. */
    readonly restMs?: number;
    /** How long an activity up to 0.1.0 kept checking before it reported the same blockers again, in milliseconds. */
    readonly patienceMs?: number;
  };
  /**
   * When a person had the parked phase checked again, by `retry` or by a changed input; for a step with `heedsRetry`, with its first
   * attempt after that and never with a check of its own.
   */
  readonly retriedAt?: string;
}

/** Result of every phase activity: facts for later phases, one line for people, and warnings that stop nothing. */
export interface PhaseOutcome {
  readonly did: 'acted' | 'nothing-to-do' | 'degraded';
  readonly detail: string;
  readonly facts?: Partial<InstallFacts>;
  readonly warnings?: readonly Blocker[];
}
