import { Context } from '@temporalio/activity';
import { Blocked, blockedFailure } from '../../activities/blocked.ts';
import type { Activities } from '../../activities/index.ts';
import type { Blocker } from '../../model/blocker.ts';
import type { PhaseInput, PhaseOutcome } from '../../model/workflow-contract.ts';
import { INSTALL_PHASES } from '../../model/steps/index.ts';
import type { StepName } from '../../model/steps/index.ts';

/** What one call of a step does: an outcome, blockers, or hanging until it is cancelled. */
export type Turn = Partial<PhaseOutcome> | { readonly blocked: readonly Blocker[] } | 'hang';

export interface ScriptedActivities {
  readonly activities: Activities;
  /** Every call so far, in order. */
  readonly calls: { readonly step: StepName; readonly input: PhaseInput }[];
  /** Resolves when the step has been called for the n-th time (from 1). */
  called(step: StepName, times?: number): Promise<PhaseInput>;
}

/** For some steps, what their calls do in turn (the last turn repeats); every other step succeeds at once. */
export function scriptedActivities(script: Partial<Record<StepName, readonly Turn[]>>): ScriptedActivities {
  const calls: { step: StepName; input: PhaseInput }[] = [];
  const waiting = new Set<() => void>();
  const steps = INSTALL_PHASES.flatMap((phase) => phase.steps.map((step) => step.name));
  const activities = Object.fromEntries(
    steps.map((step) => [
      step,
      async (input: PhaseInput): Promise<PhaseOutcome> => {
        const turns = script[step] ?? [];
        const turn = turns[Math.min(calls.filter((call) => call.step === step).length, turns.length - 1)] ?? {};
        calls.push({ step, input });
        for (const wake of waiting) wake();
        if (turn === 'hang') return hang();
        if ('blocked' in turn) throw blockedFailure(new Blocked(turn.blocked));
        return { did: 'acted', detail: '', ...turn };
      },
    ]),
  ) as Activities;
  return {
    activities,
    calls,
    called: (step, times = 1) =>
      new Promise((resolve) => {
        const look = (): void => {
          const call = calls.filter((candidate) => candidate.step === step)[times - 1];
          if (!call) return;
          waiting.delete(look);
          resolve(call.input);
        };
        waiting.add(look);
        look();
      }),
  };
}

/** Heartbeats, so that a cancellation arrives, and ends with it. */
async function hang(): Promise<never> {
  const context = Context.current();
  const beat = setInterval(() => context.heartbeat(), 100);
  try {
    return await context.cancelled;
  } finally {
    clearInterval(beat);
  }
}
