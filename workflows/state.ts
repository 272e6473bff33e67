import { patched } from '@temporalio/workflow';
import { blockerKey } from '../model/blocker.ts';
import type { Blocker } from '../model/blocker.ts';
import type { CarriedState, StepEnd } from '../model/carried-state.ts';
import type { OrderFacts } from '../model/order.ts';
import type { InstallFacts, InstallProgress } from '../model/progress.ts';
import { PICTURE, STEPS } from '../model/steps/index.ts';
import type { Phase, Step } from '../model/steps/index.ts';

/** Commands whose ids are remembered: more than anybody sends while an answer is on its way. */
const REMEMBERED_COMMANDS = 200;
/** Facts of how the appliance was found: a step that runs again finds what its first run made. */
const WRITE_ONCE = ['installId', 'startedAt', 'alreadyInstalled', 'wipe'] as const satisfies (keyof InstallFacts)[];

export interface NextStep {
  readonly phase: Phase;
  readonly step: Step;
}

export function initialState(progress: InstallProgress): CarriedState {
  return {
    stateVersion: 1,
    progress,
    inputsVersion: 0,
    changedAt: {},
    ran: {},
    begun: [],
    paused: false,
    looking: null,
    met: {},
    parkings: null,
    retried: null,
    attempts: 0,
    applied: [],
    warnings: {},
  };
}

/**
 * The state of an install whose progress alone was carried, as clients up to 0.1.0 did: the steps of phases that ended have
 * run, and those in `ran` as well. Steps of the phase that it was in run again; each looks before it acts.
 */
export function stateOf(progress: InstallProgress, ran: readonly string[] = []): CarriedState {
  const end = (did: StepEnd['did'], detail: string): StepEnd => ({ inputsVersion: 0, did, detail });
  const state = initialState(progress);
  for (const { phase, step } of STEPS) {
    const found = progress.phases.find(({ id }) => id === phase.id);
    if (found?.state === 'done') state.ran[step.name] = end('done', found.detail);
    if (found?.state === 'degraded') state.ran[step.name] = end('degraded', found.detail);
  }
  for (const name of ran) state.ran[name] ??= end('done', '');
  const met = Object.fromEntries(progress.blockers.map((one) => [blockerKey(one), one.since]));
  const ofAppliance = (warning: Blocker): boolean => warning.tier !== 'platform';
  return {
    ...state,
    paused: progress.state === 'paused',
    met: Object.fromEntries(
      STEPS.filter(({ phase }) => phase.id === progress.phase).map(({ step }) => [step.name, met]),
    ),
    warnings: {
      [STEPS[0]?.step.name ?? '']: progress.warnings.filter((warning) => !ofAppliance(warning)),
      [PICTURE]: progress.warnings.filter(ofAppliance),
    },
  };
}

/**
 * Says whether a step that is asked for has not run yet, or whether one that was begun has not ended or ran with an input that
 * was changed since: this one is due although it may not be asked for any more, to take back what it did.
 */
export function isDue({ ran, begun, changedAt }: CarriedState, step: Step, order: OrderFacts): boolean {
  const end = ran[step.name];
  if (end === undefined) {
    const isAsked = step.when === undefined || step.when(order) || begun.includes(step.name);
    return isAsked && (step.added === undefined || patched(step.added));
  }
  return (step.dependsOn ?? []).some((key) => (changedAt[key] ?? 0) > end.inputsVersion);
}

/** The first step in order that is due; undefined when nothing is left to do: then, and only then, the install is complete. */
export function nextStep(state: CarriedState, order: OrderFacts): NextStep | undefined {
  return STEPS.find(({ step }) => isDue(state, step, order));
}

/** The inputs changed: from now on they are another version. The update's own check lets no other keys through than those of inputs. */
export function change(state: CarriedState, keys: readonly string[]): void {
  state.inputsVersion += 1;
  for (const key of keys) state.changedAt[key] = state.inputsVersion;
}

/** Remembers a command; false when it was applied before. */
export function apply(state: CarriedState, commandId: string | undefined): boolean {
  if (commandId === undefined) return true;
  if (state.applied.includes(commandId)) return false;
  state.applied = [...state.applied, commandId].slice(-REMEMBERED_COMMANDS);
  return true;
}

/** Facts about the beginning of the install are kept once they are known. */
export function learn({ progress }: CarriedState, facts: Partial<InstallFacts> = {}): void {
  const known = Object.fromEntries(
    WRITE_ONCE.flatMap((name) => (progress.facts[name] === undefined ? [] : [[name, progress.facts[name]]])),
  );
  Object.assign(progress.facts, facts, known);
}
