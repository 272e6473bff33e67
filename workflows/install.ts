import {
  CancellationScope,
  CancelledFailure,
  allHandlersFinished,
  condition,
  isCancellation,
  makeContinueAsNewFunc,
  proxySinks,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import { blockerKey } from '../model/blocker.ts';
import type { CarriedSinks } from '../model/carried-install.ts';
import type { CarriedState } from '../model/carried-state.ts';
import { changedInputs } from '../model/input-change.ts';
import { PHASES } from '../model/phases.ts';
import { installObservation } from '../model/progress.ts';
import type { InstallProgress } from '../model/progress.ts';
import { INSTALL_PHASES } from '../model/steps/index.ts';
import type { Phase, Step } from '../model/steps/index.ts';
import type { Command, InputUpdate, InstallWorkflow } from '../model/workflow-contract.ts';
import { observedSignal, pauseUpdate, progressQuery, resumeUpdate, retryUpdate, setInputUpdate } from './messages.ts';
import type { Ordered } from './ordered.ts';
import { ProgressKeeper } from './progress.ts';
import { checkedChange, checkedCommand, refusal } from './refusals.ts';
import { apply, change, isDue, learn, nextStep } from './state.ts';
import type { NextStep } from './state.ts';
import { attemptStep, lostRestMs } from './step.ts';
import type { Attempt, RunningAttempt } from './step.ts';

/** What stands when a step has ended leaves the workflow without an event: the worker keeps it where another laptop finds it. */
const { carried } = proxySinks<CarriedSinks>();

/** Of causes that take turns: how long to rest before a look, doubled with each turn up to the longest. */
const FIRST_REST_MS = 1_000;
const LONGEST_REST_MS = 5 * 60_000;
/** A cause that has stood for this long is not one that takes turns. */
const STEADY_MS = 10 * 60_000;

/**
 * One install as a machine: its state says which step is due, and the step's end makes the next state. Everything that it
 * remembers is in the state, so that it can continue in a new run from anywhere.
 */
export class Install {
  readonly #state: CarriedState;
  readonly #keeper: ProgressKeeper;
  #ordered: Ordered;
  #attempt: (RunningAttempt & { readonly step: Step }) | null = null;
  /**
   * Whether an activity is named by its step and attempt, and by nothing else in any run of the install. An order of a client up to
   * 0.1.0 has no id, and its history has the library's own names, which start again with each run.
   */
  readonly #namesActivities: boolean;
  /** Of what the running attempt has told. */
  #nonces = new Set<string>();
  /** Attempts in a row whose end is unknown. */
  #lost = 0;
  /** The server called the history long when something was told that leaves a command. */
  #isLong = false;

  constructor(ordered: Ordered, state: CarriedState) {
    this.#ordered = ordered;
    this.#namesActivities = ordered.hasOrderId;
    this.#state = state;
    this.#keeper = new ProgressKeeper(state, ordered.digest);
  }

  listen(): void {
    const { progress } = this.#keeper;
    setHandler(progressQuery, () => progress);
    setHandler(observedSignal, (observation) => {
      // What is not ours says nothing; what an attempt that has ended says late is not what is there now.
      if (!installObservation.safeParse(observation).success) return;
      const { attempt, nonce, tiers, activeOperations, warnings, unblocked, facts } = observation;
      if (this.#attempt === null || attempt !== this.#state.attempts) return;
      if (!this.#isHeardFirst(nonce)) return;
      if (unblocked) {
        this.#state.looking = null;
        this.#keeper.goOn(this.#attempt.step);
      }
      learn(this.#state, facts);
      if (tiers) progress.tiers = tiers;
      if (activeOperations) progress.activeOperations = activeOperations;
      if (warnings) this.#keeper.warn(sourceOf(this.#attempt.step), warnings);
      this.#keeper.publish();
      this.#mindHistory();
    });
    setHandler(retryUpdate, (command) => this.#once(command, () => this.#tryAgain()), {
      validator: (command) => this.#refuse(command, () => this.#refuseRetry()),
    });
    setHandler(setInputUpdate, (update) => this.#once(update, () => this.#setInput(update)), {
      validator: (update) => this.#refuse(update, () => checkedChange(update, this.#ordered)),
    });
    setHandler(
      pauseUpdate,
      (command) =>
        this.#once(command, () => {
          this.#state.paused = true;
          this.#state.looking = null;
          return this.#interrupt();
        }),
      { validator: (command) => this.#refuse(command) },
    );
    setHandler(
      resumeUpdate,
      (command) =>
        this.#once(command, () => {
          this.#state.paused = false;
          return progress;
        }),
      { validator: (command) => this.#refuse(command) },
    );
  }

  /** Runs until no step is due. */
  async run(): Promise<InstallProgress> {
    try {
      for (;;) {
        await this.#shortenHistory();
        if (this.#state.paused) await this.#pause();
        else {
          const next = nextStep(this.#state, this.#ordered.facts);
          if (next === undefined) break;
          await this.#run(next);
        }
      }
      this.#keeper.end('complete');
      this.#handOn();
    } catch (error) {
      if (isCancellation(error)) {
        this.#keeper.end('cancelled');
        this.#handOn();
      }
      throw error;
    }
    await condition(allHandlersFinished);
    return this.#keeper.progress;
  }

  async #run({ phase, step }: NextStep): Promise<void> {
    const state = this.#state;
    const { inputsVersion } = state;
    const looking = state.looking?.step === step.name ? state.looking : null;
    if (!looking) this.#keeper.enter(phase, step);
    const retried = step.heedsRetry && state.retried?.step === step.name ? state.retried : null;
    state.attempts += 1;
    if (!state.begun.includes(step.name)) state.begun = [...state.begun, step.name];
    const input = {
      ...this.#ordered.inputs,
      facts: factsFor(this.#keeper.progress),
      attempt: state.attempts,
      ...(step.reportsOnPhases && { phases: this.#keeper.progress.phases }),
      ...(looking && { looking: { known: looking.known, restMs: this.#restMs() } }),
      ...(retried && { retriedAt: retried.at }),
    };
    const running = attemptStep(step, input, this.#namesActivities ? `${step.name}-${state.attempts}` : null);
    this.#attempt = { ...running, step };
    this.#nonces = new Set();
    const attempt = await running.result;
    this.#attempt = null;
    this.#lost = attempt.kind === 'lost' ? this.#lost + 1 : 0;
    if (attempt.kind === 'lost') return sleep(lostRestMs(this.#lost));
    // Interrupted before it was done with what a retry asks for: the next attempt is told as well.
    if (attempt.kind === 'interrupted') return;
    if (retried !== null && state.retried?.at === retried.at) state.retried = null;
    if (attempt.kind === 'done') this.#end(step, inputsVersion, attempt);
    else this.#block(phase, step, inputsVersion, attempt);
    this.#handOn();
  }

  /** From here another laptop could continue, with all that was answered. */
  #handOn(): void {
    const { order } = this.#ordered;
    if (order === null) return;
    this.#state.handedOn = (this.#state.handedOn ?? 0) + 1;
    carried.keep({ order, state: this.#state });
  }

  #end(
    step: Step,
    inputsVersion: number,
    { outcome: { did, detail, facts, warnings } }: Extract<Attempt, { kind: 'done' }>,
  ): void {
    const state = this.#state;
    learn(state, facts);
    // An outcome without warnings says nothing of them: what the step told while it waited stands.
    if (warnings) this.#keeper.warn(sourceOf(step), warnings);
    if (step.settles) this.#keeper.settle(step.settles);
    this.#leave(step, { inputsVersion, did: did === 'degraded' ? 'degraded' : 'done', detail });
  }

  /** A blocked step parks, but for what concerns the background alone in the phases after the login. */
  #block(
    phase: Phase,
    step: Step,
    inputsVersion: number,
    { blockers, facts }: Extract<Attempt, { kind: 'blocked' }>,
  ): void {
    const state = this.#state;
    learn(state, facts);
    const tier = PHASES.find(({ id }) => id === phase.id)?.tier;
    if (tier === 'background' && blockers.every((blocker) => blocker.tier === 'background')) {
      this.#keeper.warn(sourceOf(step), blockers);
      const detail = blockers.map(({ reason }) => reason).join('; ');
      this.#leave(step, { inputsVersion, did: 'degraded', detail });
      return;
    }
    const now = new Date();
    const before = state.parkings;
    const steady = before === null || now.getTime() - Date.parse(before.lastAt) > STEADY_MS;
    state.parkings = { count: steady ? 1 : before.count + 1, lastAt: now.toISOString() };
    state.looking = { step: step.name, known: blockers.map(blockerKey) };
    this.#keeper.park(phase, step, blockers);
  }

  #leave(step: Step, end: CarriedState['ran'][string]): void {
    const state = this.#state;
    state.ran[step.name] = end;
    state.looking = null;
    state.parkings = null;
    if (state.retried?.step === step.name) state.retried = null;
    this.#keeper.leave(step);
    this.#closePhases();
    if (step.name === 'awaitLogin') this.#keeper.progress.state = this.#keeper.workingState();
  }

  /** A phase ends with its last due step, or with a change after which none of its steps is asked for any more. */
  #closePhases(): void {
    for (const phase of INSTALL_PHASES) {
      if (phase.steps.some((step) => isDue(this.#state, step, this.#ordered.facts))) continue;
      this.#keeper.close(
        phase,
        phase.steps.flatMap(({ name }) => this.#state.ran[name] ?? []),
      );
    }
  }

  /** The first look follows at once; from the second turn on it waits. */
  #restMs(): number {
    const turns = (this.#state.parkings?.count ?? 1) - 1;
    return turns === 0 ? 0 : Math.min(LONGEST_REST_MS, FIRST_REST_MS * 2 ** Math.min(turns - 1, 20));
  }

  async #pause(): Promise<void> {
    // Also where it is known: a task without a command is replayed together with the next one, which may be the resume. What the
    // server suggests is not looked at here for the same reason: a signal of an attempt that has ended leaves no command.
    this.#keeper.setState('paused');
    await condition(() => !this.#state.paused || this.#isLong);
    if (!this.#state.paused) this.#keeper.setState(this.#keeper.workingState());
  }

  /**
   * What calls this has made the history longer: an attempt that runs for days goes on in a new run before it is too long, and so
   * does a pause. To be called only where a command is given as well (`#pause`).
   */
  #mindHistory(): void {
    this.#isLong ||= workflowInfo().continueAsNewSuggested;
    if (this.#isLong) this.#attempt?.interrupt();
  }

  /** Goes on as a new run with the same id and the whole state, once the server calls the history long. */
  async #shortenHistory(): Promise<void> {
    if (!this.#isLong && !workflowInfo().continueAsNewSuggested) return;
    this.#keeper.publish();
    await condition(allHandlersFinished);
    if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('the install was cancelled');
    const goOn = makeContinueAsNewFunc<InstallWorkflow>({ memo: this.#keeper.memo() });
    await goOn({ ...this.#ordered.input, state: this.#state });
  }

  #setInput(update: InputUpdate): Promise<InstallProgress> {
    this.#ordered = this.#ordered.changed(update);
    change(this.#state, 'change' in update ? changedInputs(update.change).map(({ key }) => key) : update.changed);
    this.#closePhases();
    this.#keeper.goBy(this.#ordered.facts, this.#ordered.digest);
    return this.#tryAgain();
  }

  /** A person reports that the cause is fixed, by `retry` or by changing an input: what is parked may do more than look. */
  #tryAgain(): Promise<InstallProgress> {
    const { looking } = this.#state;
    if (looking) this.#state.retried = { step: looking.step, at: new Date().toISOString() };
    this.#state.looking = null;
    this.#state.parkings = null;
    return this.#interrupt();
  }

  /** Ends the running attempt. Answers once another has started: what is seen from then on is what that one finds. */
  async #interrupt(): Promise<InstallProgress> {
    const attempt = this.#attempt;
    attempt?.interrupt();
    await condition(() => this.#attempt !== attempt || attempt === null);
    return this.#keeper.progress;
  }

  /** A command that was applied before is answered and not applied again. */
  async #once(
    command: Command | undefined,
    work: () => InstallProgress | Promise<InstallProgress>,
  ): Promise<InstallProgress> {
    const isNew = apply(this.#state, command?.commandId);
    const working = isNew ? work() : this.#keeper.progress;
    // What is about to be answered is carried on before it is.
    if (isNew) this.#handOn();
    const answer = await working;
    this.#mindHistory();
    return answer;
  }

  /** What was told before is not heard again: the server may be given a signal twice, by whoever has seen it. */
  #isHeardFirst(nonce: string | undefined): boolean {
    if (nonce === undefined) return true;
    const isFirst = !this.#nonces.has(nonce);
    this.#nonces.add(nonce);
    return isFirst;
  }

  #refuse(given: Command | undefined, more: () => void = () => {}): void {
    const { commandId } = checkedCommand(given, this.#ordered.hasOrderId);
    if (commandId !== undefined && this.#state.applied.includes(commandId)) return;
    const { state } = this.#keeper.progress;
    if (state === 'complete' || state === 'cancelled') throw refusal(`this install is already ${state}`);
    more();
  }

  #refuseRetry(): void {
    if (this.#state.paused) throw refusal('this install is paused: resume it to re-check it');
    if (this.#keeper.progress.state !== 'parked') throw refusal('nothing is blocked, so there is nothing to retry');
  }
}

function sourceOf({ source, name }: Step): string {
  return source ?? name;
}

/** The checks of preflight are for people: no later step goes by them, and each would carry them into the history. */
function factsFor({ facts }: InstallProgress): InstallProgress['facts'] {
  const given = { ...facts };
  delete given.checks;
  return given;
}
