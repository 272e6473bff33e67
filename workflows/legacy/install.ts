import {
  allHandlersFinished,
  condition,
  continueAsNew,
  isCancellation,
  makeContinueAsNewFunc,
  patched,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { blockerKey } from '../../model/blocker.ts';
import type { InstallProgress } from '../../model/progress.ts';
import { changedInputs, inputsNamed } from '../../model/input-change.ts';
import type { Input } from '../../model/inputs.ts';
import type { InputUpdate, InstallInput, InstallWorkflow, PhaseInput } from '../../model/workflow-contract.ts';
import { change, stateOf } from '../state.ts';
import { rerunsFor } from './reruns.ts';
import { ordered } from '../ordered.ts';
import type { Ordered } from '../ordered.ts';
import { observedSignal, pauseUpdate, progressQuery, resumeUpdate, retryUpdate, setInputUpdate } from '../messages.ts';
import { INSTALL_PHASES } from './phases.ts';
import type { Phase, Step } from './phases.ts';
import { initialProgress } from '../progress.ts';
import { checkedChange, refusal } from '../refusals.ts';
import { ProgressKeeper } from './progress.ts';
import { attemptStep } from './step.ts';
import type { RunningAttempt } from './step.ts';

/** Marks the end of a history that this code began: what follows is another run. */
const HANDS_OVER = 'hands-over';
/** How long a parked step keeps looking by itself before the workflow notes that it still stands. */
const PATIENCE_MS = 10 * 60_000;

/**
 * An install as clients up to 0.1.0 ran it. Histories that they began are replayed by this code, so it takes the same decisions
 * for ever. With its first decision that no history holds, between two attempts at a step, it hands over: the install goes
 * on as a new run that carries its state (../install.ts), without this code's faults.
 */
export async function installAsBefore(input: InstallInput): Promise<InstallProgress> {
  const install = new Install(input);
  install.listen();
  try {
    for (const phase of INSTALL_PHASES) await install.run(phase);
    install.keeper.end('complete');
  } catch (error) {
    if (isCancellation(error)) install.keeper.end('cancelled');
    throw error;
  }
  await condition(allHandlersFinished);
  return install.keeper.progress;
}

class Install {
  readonly keeper: ProgressKeeper;
  #ordered: Ordered;
  #paused: boolean;
  #attempt: RunningAttempt | null = null;
  /** Inputs changed since the steps that depend on them last ran. */
  readonly #changed = new Set<Input>();
  /** The parked phase that a person had tried again, and when; null once its step was told. */
  #retry: { readonly phase: string; readonly at: string } | null = null;

  /** The step that the install has come to; one that runs again for a changed input lies before it. */
  #position: Step | undefined;
  /** Steps before it that are to run again. */
  readonly #again = new Set<string>();

  constructor(input: InstallInput) {
    this.#ordered = ordered(input);
    const { facts, digest } = this.#ordered;
    this.keeper = new ProgressKeeper(input.carried ?? initialProgress(facts, new Date(), workflowInfo().runId), digest);
    this.#paused = this.keeper.progress.state === 'paused';
  }

  listen(): void {
    const { keeper } = this;
    setHandler(progressQuery, () => keeper.progress);
    setHandler(observedSignal, ({ tiers, activeOperations, warnings, unblocked }) => {
      if (unblocked) keeper.goOn();
      if (tiers) keeper.progress.tiers = tiers;
      if (activeOperations) keeper.progress.activeOperations = activeOperations;
      if (warnings) keeper.warn(warnings);
      keeper.publish();
    });
    setHandler(retryUpdate, (_command) => this.#tryAgain(), { validator: (_command) => this.#refuseRetry() });
    setHandler(
      setInputUpdate,
      (update) => {
        this.#ordered = this.#ordered.changed(update);
        keeper.goBy(this.#ordered.facts.specDigest, this.#ordered.digest);
        const changed = 'change' in update ? changedInputs(update.change) : inputsNamed(update.changed);
        for (const one of changed) this.#changed.add(one);
        return this.#tryAgain();
      },
      { validator: (update) => this.#refuseChange(update) },
    );
    setHandler(
      pauseUpdate,
      (_command) => {
        this.#paused = true;
        return this.#interrupt();
      },
      { validator: (_command) => this.#refuseEnded() },
    );
    setHandler(
      resumeUpdate,
      (_command) => {
        this.#paused = false;
        return keeper.progress;
      },
      { validator: (_command) => this.#refuseEnded() },
    );
  }

  async run(phase: Phase): Promise<void> {
    const { state } = this.keeper.phase(phase.id);
    if (state === 'done' || state === 'degraded') return;
    let degraded = false;
    let detail = '';
    for (const step of phase.steps) {
      if (step.when && !step.when(this.#ordered.facts)) continue;
      this.#position = step;
      const end = await this.#runStep(phase, step);
      degraded ||= end.degraded;
      if (end.detail !== '') detail = end.detail;
    }
    this.keeper.leave(phase.id, degraded ? 'degraded' : 'done', detail);
    if (phase.id === 'login') this.keeper.setState('ready');
  }

  async #runStep(phase: Phase, step: Step): Promise<{ degraded: boolean; detail: string }> {
    let looking: PhaseInput['looking'];
    for (;;) {
      await this.#untilResumed();
      await this.#handOver();
      await this.#catchUpWithChanges(step);
      if (!looking) this.keeper.enter(phase.id, step.title);
      const retry = step.heedsRetry && this.#retry?.phase === phase.id ? this.#retry : null;
      if (retry) this.#retry = null;
      this.#attempt = attemptStep(step, {
        ...this.#ordered.inputs,
        facts: this.keeper.progress.facts,
        ...(step.reportsOnPhases && { phases: this.keeper.progress.phases }),
        ...(looking && { looking }),
        ...(retry && { retriedAt: retry.at }),
      });
      const attempt = await this.#attempt.result;
      this.#attempt = null;
      if (attempt.kind === 'interrupted') {
        looking = undefined;
        // Interrupted before it was done with what a retry asks for: the next attempt is told as well.
        this.#retry ??= retry;
      } else if (attempt.kind === 'done') {
        const { outcome } = attempt;
        Object.assign(this.keeper.progress.facts, outcome.facts);
        this.keeper.warn(outcome.warnings ?? []);
        this.keeper.unblock();
        return { degraded: outcome.did === 'degraded', detail: outcome.detail };
      } else if (phase.onBlocked === 'record') {
        this.keeper.warn(attempt.blockers.map((blocker) => ({ ...blocker, severity: 'warning' })));
        return { degraded: true, detail: attempt.blockers.map((blocker) => blocker.reason).join('; ') };
      } else {
        Object.assign(this.keeper.progress.facts, attempt.facts);
        this.keeper.park(phase.id, attempt.blockers);
        looking = { known: attempt.blockers.map(blockerKey), patienceMs: PATIENCE_MS };
        await this.#shortenHistory();
      }
    }
  }

  /** Steps that are done and depend on an input that was changed meanwhile run again, in their order, before `next`. */
  async #catchUpWithChanges(next: Step): Promise<void> {
    while (this.#changed.size > 0) {
      const again = new Set([...this.#changed].flatMap(rerunsFor));
      this.#changed.clear();
      for (const activity of again) this.#again.add(activity);
      for (const { phase, step } of stepsBefore(next)) {
        if (!again.has(step.activity)) continue;
        if (step.when && !step.when(this.#ordered.facts)) continue;
        const { state } = this.keeper.phase(phase.id);
        const { detail } = await this.#runStep(phase, step);
        this.#again.delete(step.activity);
        if (state === 'done') this.keeper.leave(phase.id, 'done', detail);
        if (state === 'degraded') this.keeper.leave(phase.id, 'degraded', detail);
      }
    }
  }

  async #handOver(): Promise<void> {
    if (!patched(HANDS_OVER)) return;
    await condition(allHandlersFinished);
    const done = this.#position === undefined ? [] : stepsBefore(this.#position).map(({ step }) => step.activity);
    const state = stateOf(this.keeper.progress, done);
    for (const activity of this.#again) delete state.ran[activity];
    change(
      state,
      [...this.#changed].map(({ key }) => key),
    );
    state.paused = this.#paused;
    if (this.#retry?.phase === 'bootstrap') state.retried = { step: 'awaitBootstrap', at: this.#retry.at };
    const goOn = makeContinueAsNewFunc<InstallWorkflow>({ memo: this.keeper.memo() });
    await goOn({ ...this.#ordered.input, state });
  }

  async #untilResumed(): Promise<void> {
    if (!this.#paused) return;
    this.keeper.setState('paused');
    await condition(() => !this.#paused);
    this.keeper.setState(this.keeper.workingState());
  }

  /** An install that is parked for days goes on as a new run with the same id once the server calls its history long. */
  async #shortenHistory(): Promise<void> {
    if (!workflowInfo().continueAsNewSuggested) return;
    await condition(allHandlersFinished);
    // A new run knows nothing of a change that was not caught up with yet: catch up first, shorten at the next look.
    if (this.#changed.size > 0) return;
    const { progress } = this.keeper;
    await continueAsNew<InstallWorkflow>({ ...this.#ordered.input, carried: progress });
  }

  /** A person says that the cause is gone, by `retry` or by changing an input: what is parked may do more than look. */
  #tryAgain(): Promise<InstallProgress> {
    const { state, phase } = this.keeper.progress;
    if (state === 'parked') this.#retry = { phase, at: new Date().toISOString() };
    return this.#interrupt();
  }

  /** Ends the attempt that runs. Answers once another has begun: what is seen from then on is what that one finds. */
  async #interrupt(): Promise<InstallProgress> {
    const attempt = this.#attempt;
    attempt?.interrupt();
    await condition(() => this.#attempt !== attempt || attempt === null);
    return this.keeper.progress;
  }

  #refuseEnded(): void {
    const { state } = this.keeper.progress;
    if (state === 'complete' || state === 'cancelled') throw refusal(`this install is ${state} already`);
  }

  #refuseRetry(): void {
    this.#refuseEnded();
    if (this.keeper.progress.state !== 'parked') throw refusal('nothing is blocked: there is nothing to retry');
  }

  #refuseChange(update: InputUpdate): void {
    this.#refuseEnded();
    checkedChange(update, this.#ordered);
  }
}

function stepsBefore(next: Step): { phase: Phase; step: Step }[] {
  const all = INSTALL_PHASES.flatMap((phase) => phase.steps.map((step) => ({ phase, step })));
  return all.slice(
    0,
    all.findIndex(({ step }) => step === next),
  );
}
