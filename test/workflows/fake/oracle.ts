import type { Blocker } from '../../../model/blocker.ts';
import type { InstallOrder } from '../../../model/order.ts';
import type { InstallFacts, InstallProgress } from '../../../model/progress.ts';
import { SUPERSEDED_FAILURE } from '../../../model/workflow-contract.ts';
import { isOfBackground, sourceOf, wrongWhenComplete } from './end-state.ts';
import type { OpenActivity } from './temporal.ts';
import type { End, World } from './world.ts';

/** A rule of design.md's "What must hold" that a play broke. */
export class Broken extends Error {
  override readonly name = 'Broken';
  readonly rule: string;
  constructor(rule: string, detail: string) {
    super(`${rule}: ${detail}`);
    this.rule = rule;
  }
}

/** An update on its way, as who sent it knows it. */
export interface Sent {
  readonly id: string;
  readonly kind: 'set' | 'pause' | 'resume' | 'retry';
  readonly commandId: string;
  readonly argument: Readonly<Record<string, unknown>>;
  readonly order?: InstallOrder;
  state: 'sent' | 'accepted' | 'answered' | 'rejected';
}

const WRITE_ONCE = ['installId', 'startedAt', 'alreadyInstalled', 'wipe'] as const satisfies (keyof InstallFacts)[];
/** Of causes that take turns: how often a step may be parked in so much time, in milliseconds, while nobody asks for more. */
const TURNS = { most: 8, within: 10_000 };

/** What a play is held to, told everything that happens. It knows of the workflow only what a person or a step can see. */
export class Oracle {
  /** By rule: how it was broken first. */
  readonly broken = new Map<string, Broken>();
  readonly #world: World;
  readonly #sent = new Map<string, Sent>();
  readonly #activityIds = new Set<string>();
  readonly #applied = new Set<string>();
  #order: InstallOrder;
  #pausing: Sent | null = null;
  #pauseStands = false;
  #begun = 0;
  #ended = 0;
  #cancelled = false;
  #failedOnPurpose = false;
  #wasReady = false;
  #attempts: { readonly update: Sent; readonly begun: number; readonly ended: number }[] = [];
  readonly #facts: Partial<Record<keyof InstallFacts, unknown>> = {};
  readonly #since = new Map<string, Map<string, string>>();
  readonly #ends = new Map<string, End>();
  readonly #warned = new Map<string, readonly Blocker[]>();
  #parkings: { readonly step: string; readonly at: number }[] = [];

  constructor(world: World, order: InstallOrder) {
    this.#world = world;
    this.#order = order;
  }

  #break(rule: string, detail: string): void {
    if (!this.broken.has(rule)) this.broken.set(rule, new Broken(rule, detail));
  }

  sent(update: Sent): void {
    this.#sent.set(update.id, update);
  }

  cancelRequested(): void {
    this.#cancelled = true;
  }

  began({ name: step, activityId }: Pick<OpenActivity, 'name' | 'activityId'>, told: InstallFacts): void {
    this.#begun += 1;
    if (this.#activityIds.has(activityId)) this.#break('an activity has an id of its own in all runs', activityId);
    this.#activityIds.add(activityId);
    for (const name of WRITE_ONCE) {
      this.#facts[name] ??= told[name];
      if (told[name] !== this.#facts[name])
        this.#break(
          'a step gets the state at the start',
          `${step}: ${name} was ${String(this.#facts[name])}, is ${String(told[name])}`,
        );
    }
    if (this.#pauseStands) this.#break('a pause is in force until it is resumed', `${step} began`);
  }

  /**
   * A task that left no command is replayed together with the next one (the SDK's core skips it), and so with what the server
   * suggests then: what was decided by it before would be decided otherwise.
   */
  task({ looked, commands }: { readonly looked: boolean; readonly commands: number }): void {
    if (looked && commands === 0)
      this.#break('the length of the history is checked where a command is given', 'a task gave none');
  }

  /** The attempt's end is told to the workflow. */
  ended(step: string, end: End, now: number): void {
    this.#ended += 1;
    if (end.kind === 'lost') return;
    if (end.kind === 'failed') this.#failedOnPurpose = true;
    this.#ends.set(step, end);
    if (end.kind === 'done') {
      this.#since.delete(step);
      this.#parkings = [];
      this.#warned.set(sourceOf(step), end.outcome.warnings ?? []);
    } else if (isOfBackground(step, end)) {
      this.#warned.set(sourceOf(step), end.kind === 'blocked' ? end.blockers : []);
    } else {
      this.#parkings.push({ step, at: now });
      const late = this.#parkings.filter((one) => one.step === step && now - one.at < TURNS.within);
      if (late.length > TURNS.most) this.#break('causes that take turns are paced', `${step} parks all the time`);
    }
  }

  /** A look of the parked step found nothing in its way: what comes later is met for the first time. */
  unblocked(step: string): void {
    this.#since.delete(step);
  }

  /** An attempt that has ended says something late: nobody hears it. */
  late(step: string, before: InstallProgress, after: InstallProgress): void {
    const [one, other] = [before, after].map((progress) => JSON.stringify({ ...progress, updatedAt: null }));
    if (one !== other) this.#break('a late report of an attempt is ignored', `${step} changed the progress`);
  }

  /** Who is to be asked what came of an update. */
  get asked(): Sent[] {
    return [...this.#sent.values()].filter(({ state }) => state === 'sent' || state === 'accepted');
  }

  accepted(update: Sent): void {
    update.state = 'accepted';
    this.#parkings = [];
    if (this.#applied.has(update.commandId)) return;
    this.#applied.add(update.commandId);
    if (update.order) this.#order = update.order;
    if (update.kind === 'pause') this.#pausing = update;
    if (update.kind === 'resume') {
      this.#pausing = null;
      this.#pauseStands = false;
    }
    if (update.kind === 'retry') this.#attempts.push({ update, begun: this.#begun, ended: this.#ended });
  }

  rejected(update: Sent, error: unknown): 'send-again' | 'given-up' {
    update.state = 'rejected';
    const type = (error as { readonly type?: unknown } | undefined)?.type;
    if (type !== 'Refused' && type !== SUPERSEDED_FAILURE)
      this.#break('an update is applied or refused', `${update.kind} failed with ${String(error)}`);
    return type === SUPERSEDED_FAILURE && update.kind === 'set' && !this.#applied.has(update.commandId)
      ? 'send-again'
      : 'given-up';
  }

  failed(update: Sent, error: unknown): void {
    update.state = 'rejected';
    if (!this.#cancelled) this.#break('an accepted update is answered', `${update.kind} failed: ${String(error)}`);
  }

  /** The looks that led to an answer are over. */
  answered(update: Sent): void {
    update.state = 'answered';
  }

  /** A run begins with this memo; the server gives it out before the first workflow task. */
  continued(progress: InstallProgress, memo: Readonly<Record<string, unknown>>): void {
    if (JSON.stringify(memo['progress']) !== JSON.stringify(progress))
      this.#break('the memo is the progress', 'a continued run begins with another');
    if (memo['inputs'] !== this.#order.inputs.digest)
      this.#break('what was acknowledged is the order', `a continued run begins with ${String(memo['inputs'])}`);
  }

  /**
   * Another order goes on with the install: its activities are those of a workflow of its own, and who waits for an answer of the one
   * that is gone hears none. A phase that had ended before is not walked again because of it.
   */
  takenOver(before: InstallProgress, carried: InstallProgress): void {
    for (const { id, state } of before.phases) {
      const found = carried.phases.find((phase) => phase.id === id)?.state;
      if (['done', 'degraded', 'skipped'].includes(state) && found !== state)
        this.#break('a takeover continues from the last end of a step', `${id} was ${state}, is ${found ?? 'unknown'}`);
    }
    this.#activityIds.clear();
    for (const { id, state } of this.#sent.values()) if (state === 'accepted') this.#sent.delete(id);
  }

  /** A workflow task is over: everything that a person can see now agrees. */
  afterTask(progress: InstallProgress, memo: ReadonlyMap<string, string>): void {
    const { state, facts } = progress;
    if (memo.get('progress') !== JSON.stringify(progress))
      this.#break('the memo is the progress', `the memo says ${memo.get('progress')?.slice(0, 60) ?? 'nothing'}`);
    if (memo.get('inputs') !== JSON.stringify(this.#order.inputs.digest))
      this.#break('what was acknowledged is the order', `the memo names ${memo.get('inputs')}`);
    if (progress.specDigest !== this.#order.specDigest)
      this.#break('what was acknowledged is the order', `${progress.specDigest} instead of ${this.#order.specDigest}`);
    if (this.#pausing?.state === 'answered') this.#pauseStands = true;
    if (state === 'paused' && !this.#pausing) this.#break('a pause is in force until it is resumed', 'nobody paused');
    const isOver = state === 'complete' || state === 'cancelled';
    for (const { update, begun, ended } of this.#attempts) {
      if (update.state !== 'answered' || this.#pausing || isOver) continue;
      if (begun === this.#begun && ended === this.#ended)
        this.#break('a retry leads to a new look', 'it was answered, and no attempt began');
    }
    this.#attempts = this.#attempts.filter(({ update }) => update.state !== 'answered');
    for (const name of WRITE_ONCE) {
      this.#facts[name] ??= facts[name];
      if (facts[name] !== this.#facts[name])
        this.#break(
          'facts from the start are kept',
          `${name} was ${String(this.#facts[name])}, is ${String(facts[name])}`,
        );
    }
    if (this.#wasReady && state === 'running') this.#break('ready is never taken back', 'it is running');
    this.#wasReady ||= state === 'ready';
    for (const [rule, detail] of this.#world.wrong) this.#break(rule, detail);
    this.#lookAtBlockers(progress);
    if (state === 'complete') this.#complete(progress);
    if (state === 'cancelled' && !this.#cancelled) this.#break('states are legal', 'nobody cancelled');
  }

  /** The run is over: nothing that it accepted may be without an answer. */
  closed(kind: 'completed' | 'cancelled' | 'continued', state: InstallProgress['state']): void {
    if (kind !== 'continued' && state !== (kind === 'completed' ? 'complete' : 'cancelled') && state !== 'complete')
      this.#break('states are legal', `the run is ${kind}, the progress ${state}`);
    for (const { kind: what, state: how } of this.#sent.values()) {
      if (how === 'accepted' && !this.#cancelled)
        this.#break('an accepted update is answered', `the run is ${kind}, ${what} has no answer`);
    }
  }

  #lookAtBlockers({ blockers, state }: InstallProgress): void {
    if (state === 'parked' && blockers.length === 0) this.#break('states are legal', 'parked without a blocker');
    for (const { code, component, since } of blockers) {
      if (code === 'unknown-failure') {
        if (!this.#failedOnPurpose)
          this.#break('a lost attempt is not a failure of the step', `${component} is said to fail`);
        continue;
      }
      const known = this.#since.get(component) ?? new Map<string, string>();
      this.#since.set(component, known);
      const first = known.get(code) ?? since;
      known.set(code, first);
      if (since > first) this.#break('a blocker never gets younger', `${component} ${code}: ${first}, now ${since}`);
    }
  }

  #complete(progress: InstallProgress): void {
    const story = { world: this.#world, order: this.#order, ends: this.#ends, warned: this.#warned };
    for (const [rule, detail] of wrongWhenComplete(story, progress)) this.#break(rule, detail);
  }
}
