import { setImmediate as tick, setTimeout as delay } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { WorkflowNotFoundError, WorkflowUpdateFailedError, WorkflowUpdateStage } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { WorkflowUpdateHandle } from '@temporalio/client';
import proto from '@temporalio/proto';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Blocked, blockedFailure, stillBlockedFailure } from '../../../activities/blocked.ts';
import { bootstrapModeFor } from '../../../activities/phases/release/selection.ts';
import type { Activities } from '../../../activities/index.ts';
import type { Blocker } from '../../../model/blocker.ts';
import { CHANGEABLE } from '../../../model/inputs.ts';
import type { InstallOrder } from '../../../model/order.ts';
import { installProgress } from '../../../model/progress.ts';
import type { InstallFacts, InstallObservation, InstallProgress } from '../../../model/progress.ts';
import { STEPS } from '../../../model/steps/index.ts';
import {
  INSTALL_WORKFLOW,
  SIGNAL_OBSERVED,
  SUPERSEDED_FAILURE,
  UPDATE_SET_INPUT,
} from '../../../model/workflow-contract.ts';
import type { PhaseInput, PhaseOutcome } from '../../../model/workflow-contract.ts';
import { isOfBackground, sourceOf, wrongWhenComplete } from '../fake/end-state.ts';
import type { History } from '../../support/recorded-history.ts';
import { sequence } from '../fake/scenario.ts';
import type { Act, Scenario } from '../fake/scenario.ts';
import { World } from '../fake/world.ts';
import type { End, Move } from '../fake/world.ts';

/** A rest of the story is so much shorter here. */
const FASTER = 500;
const LOOK_MS = 20;
/** In this time an interruption has reached the attempt: heartbeats leave every 100 ms (testWorker). */
const HEARS_OF_IT_MS = 200;
/** Without a look for so long, an install may be paused. */
const QUIET_MS = 700;
const GIVE_UP_MS = 150_000;
const CAUSE = proto.temporal.api.enums.v1.WorkflowTaskFailedCause;
/** Something came while the task was at work, which the server has done again with that; or the play was given up. */
const HARMLESS: readonly unknown[] = [
  CAUSE.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND,
  CAUSE.WORKFLOW_TASK_FAILED_CAUSE_FORCE_CLOSE_COMMAND,
];
const CONSTANT = ['installId', 'startedAt', 'alreadyInstalled', 'wipe'] as const satisfies (keyof InstallFacts)[];

/** How a story ended on a real server. */
export interface Played {
  readonly scenario: Scenario;
  readonly broken: readonly string[];
  /** Of every run of the install, the last one first. */
  readonly histories: readonly { readonly workflowId: string; readonly history: History }[];
  /** Of what a person did, how much was taken. */
  readonly accepted: number;
}

interface Command {
  readonly kind: 'set' | 'pause' | 'resume' | 'retry';
  readonly commandId: string;
  readonly argument: object;
  readonly order?: InstallOrder;
}

/** Activities for all plays, which are keyed by workflow id. */
export function activitiesOf(plays: ReadonlyMap<string, ServerPlay>): Activities {
  const attempt = (step: string) => (input: PhaseInput) => {
    const play = plays.get(Context.current().info.workflowExecution?.workflowId ?? '');
    if (!play) throw ApplicationFailure.nonRetryable('nobody plays this install');
    return play.attempt(step, input);
  };
  return Object.fromEntries(STEPS.map(({ step }) => [step.name, attempt(step.name)])) as unknown as Activities;
}

/**
 * A scenario of the stand-in's, played on a real server: the same steps meet the same, and the same person does the same once
 * as many looks were taken. In which order the server hears of it is its own affair.
 */
export class ServerPlay {
  readonly workflowId: string;
  readonly #environment: TestWorkflowEnvironment;
  readonly #scenario: Scenario;
  readonly #random: () => number;
  readonly #world: World;
  readonly #acts: Act[];
  readonly #begun = new Map<number, Generator<Move, End>>();
  readonly #ends = new Map<string, End>();
  readonly #warned = new Map<string, readonly Blocker[]>();
  readonly #broken: string[] = [];
  readonly #seen: InstallProgress[] = [];
  readonly #answers: Promise<void>[] = [];
  readonly #late: (() => Promise<void>)[] = [];
  readonly #over = Promise.withResolvers<void>();
  readonly #atWork = new Set<object>();
  #order: InstallOrder;
  #acting: Promise<void> | null = null;
  #newest: Command | null = null;
  #sent = 0;
  #accepted = 0;
  #pauses: 'no' | 'asked' | 'stands' = 'no';
  #isCancelled = false;
  #quietSince = Date.now();

  constructor(environment: TestWorkflowEnvironment, scenario: Scenario, prefix: string) {
    this.workflowId = `${prefix}-${scenario.seed}`;
    this.#environment = environment;
    this.#scenario = scenario;
    this.#random = sequence(scenario.seed ^ 0x5e_ed);
    this.#world = new World(scenario, () => Date.now(), bootstrapModeFor);
    this.#acts = [...scenario.acts];
    const values = Object.fromEntries(CHANGEABLE.map(({ key }) => [key, 0]));
    this.#order = this.#world.order({ ...values, ...(scenario.dns && { dnsServers: 1 }) });
  }

  /** Plays to the end of the install. */
  async run(taskQueue: string): Promise<Played> {
    const handle = await this.#environment.client.workflow.start(INSTALL_WORKFLOW, {
      workflowId: this.workflowId,
      taskQueue,
      args: [{ order: this.#order }],
    });
    const stop = new AbortController();
    const result = handle.result().then(
      (progress) => installProgress.parse(progress),
      (error: unknown) => {
        if (!this.#isCancelled) this.#broken.push(`an install comes to its end: ${String(error)}`);
        return null;
      },
    );
    const end = await Promise.race([
      result,
      this.#goOnWhenQuiet(stop.signal),
      delay(GIVE_UP_MS, 'late' as const, { signal: stop.signal }).catch(() => null),
    ]);
    stop.abort();
    if (end === 'late') {
      this.#broken.push(`an install comes to its end: not in ${GIVE_UP_MS / 1_000} s`);
      await this.#latest().terminate();
    }
    await this.#acting;
    await Promise.all(this.#answers);
    this.#over.resolve();
    await Promise.all(this.#late.splice(0).map((send) => send()));
    if (end !== null && end !== 'late') await this.#lookAtTheEnd(end);
    const histories = await this.#histories();
    return {
      scenario: this.#scenario,
      broken: this.#broken,
      histories,
      accepted: this.#accepted,
    };
  }

  /** One attempt of a step, as the worker calls it: begun again where the last one was lost or rested. */
  async attempt(step: string, input: PhaseInput): Promise<PhaseOutcome> {
    const context = Context.current();
    const { cancellationSignal: signal } = context;
    const number = input.attempt ?? 0;
    if (this.#atWork.size > 0) this.#broken.push(`one attempt at a time: ${step} began beside another`);
    if (this.#pauses === 'stands') this.#broken.push(`a pause is in force until it is resumed: ${step} began`);
    const me = {};
    this.#atWork.add(me);
    const beat = setInterval(() => context.heartbeat(), 50);
    try {
      const moves = this.#begun.get(number) ?? this.#world.attempt(step, input);
      this.#begun.set(number, moves);
      if (this.#late.length > 0 && this.#random() < 0.3) await Promise.all(this.#late.splice(0).map((send) => send()));
      for (;;) {
        this.#quietSince = Date.now();
        this.#act();
        await this.#hearOfIt(signal);
        if (signal.aborted) {
          const drawn = this.#random();
          // One in five dies beside its interruption: the server ends it by the heartbeat's time-out.
          if (drawn > 0.9) return await this.#die(me, beat);
          if (drawn < 0.7) throw signal.reason;
        }
        const { value, done } = moves.next();
        if (done === true) {
          this.#begun.delete(number);
          return this.#end(step, value);
        }
        if (value.kind === 'signal') await this.#signal(context, value.observation);
        else if (value.kind === 'work') await value.done;
        else if (value.kind === 'look') await delay(LOOK_MS);
        else if (input.looking) throw stillBlockedFailure(input.looking.known, value.ms / FASTER);
        else await delay(value.ms / FASTER);
      }
    } finally {
      clearInterval(beat);
      this.#atWork.delete(me);
    }
  }

  #end(step: string, end: End): PhaseOutcome {
    if (end.kind === 'lost')
      throw ApplicationFailure.create({ message: 'its worker died', nonRetryable: false, nextRetryDelay: LOOK_MS });
    this.#ends.set(step, end);
    if (end.kind === 'failed') throw ApplicationFailure.nonRetryable('it failed', 'TypeError');
    if (end.kind === 'done') {
      this.#warned.set(sourceOf(step), end.outcome.warnings ?? []);
      return end.outcome;
    }
    if (isOfBackground(step, end)) this.#warned.set(sourceOf(step), end.blockers);
    throw blockedFailure(new Blocked(end.blockers, end.facts));
  }

  async #die(me: object, beat: NodeJS.Timeout): Promise<never> {
    clearInterval(beat);
    this.#atWork.delete(me);
    await this.#over.promise;
    throw new Error('its worker died');
  }

  async #signal({ info }: Context, observation: InstallObservation): Promise<void> {
    const { workflowId, runId } = info.workflowExecution ?? { workflowId: '', runId: '' };
    const handle = this.#environment.client.workflow.getHandle(workflowId, runId);
    const send = (): Promise<void> =>
      handle.signal(SIGNAL_OBSERVED, observation).catch((error: unknown) => {
        if (!(error instanceof WorkflowNotFoundError)) throw error;
      });
    if (this.#random() < 0.2) this.#late.push(send);
    else await send();
  }

  /** A person has just done something: half of the attempts give it the time to reach them. */
  async #hearOfIt(signal: AbortSignal): Promise<void> {
    if (!this.#acting || this.#random() < 0.5) return;
    await delay(HEARS_OF_IT_MS, undefined, { signal }).catch(() => null);
  }

  #act(isIdle = false): void {
    const [next] = this.#acts;
    if (this.#acting || !next || (next.at > this.#world.looks && !isIdle)) return;
    this.#acts.shift();
    this.#take(this.#do(next));
  }

  #take(doing: Promise<void>): void {
    this.#acting = doing
      .catch((error: unknown) => {
        const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
        this.#broken.push(`an update is applied or refused: ${String(error)}${cause}`);
      })
      .finally(() => {
        this.#acting = null;
      });
  }

  async #do(act: Act): Promise<void> {
    if (act.kind === 'cancel') {
      this.#isCancelled = true;
      await this.#latest()
        .cancel()
        .catch((error: unknown) => {
          if (!(error instanceof WorkflowNotFoundError)) throw error;
        });
    } else if (act.kind === 'set') await this.#set(act.key, act.value, this.#nextId());
    else if (act.kind !== 'again') await this.#plain(act.kind);
    else if (this.#newest) await this.#send(this.#newest);
  }

  #nextId(): string {
    this.#sent += 1;
    return `c${this.#sent}`;
  }

  async #plain(kind: 'pause' | 'resume' | 'retry'): Promise<void> {
    const commandId = this.#nextId();
    await this.#send({ kind, commandId, argument: { commandId } });
  }

  async #set(key: string, value: number, commandId: string): Promise<void> {
    const from = this.#order.inputs.digest;
    const order = this.#world.order({ ...this.#world.files.get(from), [key]: value });
    await this.#send({ kind: 'set', commandId, argument: { commandId, from, order, changed: [key] }, order });
  }

  /** Sends it, and comes back once it is taken or refused; the answer comes when it comes. */
  async #send(command: Command): Promise<void> {
    const isNew = this.#newest?.commandId !== command.commandId;
    this.#newest = command;
    if (command.kind === 'resume' && isNew) this.#pauses = 'no';
    const taken = await this.#ask(command);
    if (!taken) return;
    const answer = taken.result().then(
      (progress) => ({ progress }),
      (error: unknown) => ({ error }),
    );
    const early = await Promise.race([answer, tick(null)]);
    const type = early && 'error' in early ? typeOf(early.error) : undefined;
    if (type === 'Refused' || type === SUPERSEDED_FAILURE) return;
    this.#accepted += 1;
    if (isNew) {
      if (command.order) this.#order = command.order;
      if (command.kind === 'pause') this.#pauses = 'asked';
    }
    this.#answers.push(answer.then((end) => this.#answered(command, isNew, end)));
  }

  /** As the client does it: sent again under its id where a run that continues as new has lost the answer. Null: it came too late. */
  async #ask(
    { kind, argument }: Pick<Command, 'kind' | 'argument'>,
    times = 3,
  ): Promise<WorkflowUpdateHandle<InstallProgress> | null> {
    try {
      return await this.#latest().startUpdate<InstallProgress, [object]>(kind === 'set' ? UPDATE_SET_INPUT : kind, {
        args: [argument],
        waitForStage: WorkflowUpdateStage.ACCEPTED,
      });
    } catch (error) {
      if ((await this.#latest().describe()).status.name !== 'RUNNING') return null;
      if (times === 1) throw error;
      return this.#ask({ kind, argument }, times - 1);
    }
  }

  #answered({ kind }: Command, isNew: boolean, end: { progress: InstallProgress } | { error: unknown }): void {
    if ('progress' in end) {
      this.#seen.push(end.progress);
      if (kind === 'pause' && isNew && this.#pauses === 'asked') this.#pauses = 'stands';
    } else if (!this.#isCancelled)
      this.#broken.push(`an accepted update is answered: ${kind} failed: ${String(end.error)}`);
  }

  /** A person who has nothing to wait for does the next thing, or resumes. */
  async #goOnWhenQuiet(signal: AbortSignal): Promise<never> {
    while (!signal.aborted) {
      await delay(QUIET_MS / 4);
      if (this.#acting || this.#atWork.size > 0 || Date.now() - this.#quietSince < QUIET_MS) continue;
      const { memo } = await this.#latest().describe();
      this.#quietSince = Date.now();
      if (installProgress.safeParse(memo?.['progress']).data?.state !== 'paused') continue;
      if (this.#acts.length > 0) this.#act(true);
      else this.#take(this.#plain('resume'));
    }
    return new Promise(() => {});
  }

  async #lookAtTheEnd(end: InstallProgress): Promise<void> {
    const { memo } = await this.#latest().describe();
    if (JSON.stringify(installProgress.parse(memo?.['progress'])) !== JSON.stringify(end))
      this.#broken.push('the memo is the progress: it ends otherwise');
    if (memo?.['inputs'] !== this.#order.inputs.digest || end.specDigest !== this.#order.specDigest)
      this.#broken.push(
        `what was acknowledged is the order: it ends with ${end.specDigest}, not ${this.#order.specDigest}`,
      );
    const story = { world: this.#world, order: this.#order, ends: this.#ends, warned: this.#warned };
    this.#broken.push(...wrongWhenComplete(story, end).map(([rule, detail]) => `${rule}: ${detail}`));
    const seen = this.#seen.toSorted((one, other) => (one.updatedAt < other.updatedAt ? -1 : 1));
    for (const name of CONSTANT)
      for (const { facts } of seen)
        if (facts[name] !== undefined && facts[name] !== end.facts[name])
          this.#broken.push(`facts of the beginning stay: ${name} was ${String(facts[name])}`);
    const ready = seen.findIndex(({ state }) => state === 'ready');
    if (ready >= 0 && seen.slice(ready).some(({ state }) => state === 'running'))
      this.#broken.push('ready is never taken back: it is running');
  }

  async #histories(): Promise<Played['histories']> {
    const { workflowId } = this;
    const histories: Played['histories'][number][] = [];
    let runId: string | null | undefined = (await this.#latest().describe()).runId;
    while (runId) {
      const history: History = await this.#environment.client.workflow.getHandle(workflowId, runId).fetchHistory();
      histories.push({ workflowId, history });
      for (const { workflowTaskFailedEventAttributes: failed } of history.events ?? [])
        if (failed && !HARMLESS.includes(failed.cause))
          this.#broken.push(`a workflow task never fails: ${failed.failure?.message ?? String(failed.cause)}`);
      runId = history.events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId;
    }
    return histories;
  }

  #latest() {
    return this.#environment.client.workflow.getHandle(this.workflowId);
  }
}

function typeOf(error: unknown): string | null | undefined {
  return error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure
    ? error.cause.type
    : undefined;
}
