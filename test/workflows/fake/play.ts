import type { CarriedInstall, HandedOn } from '../../../model/carried-install.ts';
import { CHANGEABLE } from '../../../model/inputs.ts';
import type { InstallProgress, InstallObservation } from '../../../model/progress.ts';
import {
  BLOCKED_FAILURE,
  QUERY_PROGRESS,
  SIGNAL_OBSERVED,
  UPDATE_SET_INPUT,
} from '../../../model/workflow-contract.ts';
import type { PhaseInput } from '../../../model/workflow-contract.ts';
import type { Workflows } from './load.ts';
import { Broken, Oracle } from './oracle.ts';
import type { Sent } from './oracle.ts';
import { lessThan, sequence } from './scenario.ts';
import type { Act, Scenario } from './scenario.ts';
import type { OpenActivity, Run } from './temporal.ts';
import { World } from './world.ts';
import type { End, Move } from './world.ts';

/** An attempt that is under way in the world. */
interface Attempt {
  readonly activity: OpenActivity;
  moves: Generator<Move, End>;
  wakeAt: number;
  /** What becomes of it once nobody wants it any more. */
  whenCancelled: 'ends' | 'goes-on' | 'is-lost' | null;
}

type Job =
  | { readonly kind: 'update'; readonly update: Sent }
  | {
      readonly kind: 'signal';
      readonly step: string;
      readonly run: number;
      readonly seq: number;
      readonly observation: InstallObservation;
    }
  | {
      readonly kind: 'end';
      readonly seq: number;
      readonly step: string;
      readonly end: End;
      readonly isCancelled: boolean;
    }
  | { readonly kind: 'cancel' };

/** A workflow task hears of updates and signals before it hears of anything else, as Temporal's library has it. */
const RANK = { update: 0, signal: 0, end: 1, cancel: 1 } as const;
const MOST_TURNS = 3_000;
/** As many updates in one run do not make its history long yet. */
const MOST_UPDATES = 3;
const LOOK_MS = 200;
/** A worker that was killed is noticed after this time. */
const LOST_MS = 10_000;

/** Plays a scenario through to its end; gives each rule that was broken, as it was first. */
export async function play(workflows: Workflows, scenario: Scenario): Promise<Broken[]> {
  const one = new Play(workflows, scenario);
  try {
    await one.run();
    return one.broken;
  } catch (error) {
    if (error instanceof Broken) return [...one.broken, error];
    throw error;
  }
}

/** Plays everything that is a little less again and again, for as long as the same rule is broken; gives the least. */
export async function shrunk(workflows: Workflows, scenario: Scenario, rule: string): Promise<Scenario> {
  for (const less of lessThan(scenario)) {
    const broken = await play(workflows, less);
    if (broken.some((one) => one.rule === rule)) return shrunk(workflows, less, rule);
  }
  return scenario;
}

class Play {
  readonly #workflows: Workflows;
  readonly #random: () => number;
  readonly #world: World;
  readonly #oracle: Oracle;
  readonly #acts: Act[];
  readonly #long: number[];
  readonly #takeOvers: number[];
  /** What the workflow handed on, as another laptop would read it: in the folder that it has a copy of, and on the appliance. */
  readonly #copies: { folder: string | null; appliance: string | null } = { folder: null, appliance: null };
  #epoch = 1;
  #handed = 0;
  readonly #values: Record<string, number>;
  readonly #attempts = new Map<number, Attempt>();
  #run: Run;
  #runs = 1;
  #inbox: Job[] = [];
  /** Signals that take longer on their way than what comes after them. */
  readonly #late: Job[] = [];
  readonly #sent: Sent[] = [];
  #updates = 0;

  constructor(workflows: Workflows, scenario: Scenario) {
    this.#workflows = workflows;
    workflows.clock.now = Date.UTC(2026, 4, 1, 12);
    this.#random = sequence(scenario.seed ^ 0x5e_ed);
    this.#acts = [...scenario.acts];
    this.#long = [...scenario.long];
    this.#takeOvers = [...(scenario.takeOvers ?? [])];
    this.#world = new World(scenario, () => workflows.clock.now, workflows.bootstrapModeFor);
    this.#values = Object.fromEntries(CHANGEABLE.map(({ key }) => [key, 0]));
    if (scenario.dns) this.#values['dnsServers'] = 1;
    const order = this.#world.order({ ...this.#values });
    this.#oracle = new Oracle(this.#world, order);
    this.#run = this.#begin({ order }, {});
  }

  get broken(): Broken[] {
    return [...this.#oracle.broken.values()];
  }

  async run(): Promise<void> {
    await this.#task([]);
    for (let turn = 0; turn < MOST_TURNS; turn += 1) {
      if (this.#run.closed && this.#run.closed.kind !== 'continued') return;
      if (this.#world.looks >= (this.#takeOvers[0] ?? Infinity) && this.#copies.folder !== null) await this.#takeOver();
      this.#act();
      const isIdle = this.#attempts.size === 0;
      if (this.#late.length > 0 && this.#random() < 0.3) this.#inbox.push(...this.#late.splice(0));
      if (this.#inbox.length > 0 && (isIdle || this.#random() < 0.5)) await this.#task(this.#inbox.splice(0));
      else if (!isIdle) await this.#move();
    }
    throw new Broken('an install comes to its end', `not in ${MOST_TURNS} turns`);
  }

  /**
   * Another laptop goes on. The old run is gone with what was on its way to it; its attempt ends nowhere, and whoever waited for an
   * answer hears none. What was answered is in what was handed on.
   */
  async #takeOver(): Promise<void> {
    this.#takeOvers.shift();
    const newest = this.#newer(read(this.#copies.appliance), read(this.#copies.folder));
    if (newest === null) throw new Error('nothing was handed on');
    const { order, state } = newest;
    this.#oracle.takenOver(this.#run.query(QUERY_PROGRESS) as InstallProgress, state.progress);
    this.#epoch += 1;
    this.#attempts.clear();
    this.#late.length = 0;
    this.#inbox = this.#inbox.filter(({ kind }) => kind === 'update' || kind === 'cancel');
    this.#runs += 1;
    this.#handed = 0;
    const memo = { progress: state.progress, specDigest: order.specDigest, inputs: order.inputs.digest };
    this.#run = this.#begin({ order, state }, memo);
    await this.#task([]);
  }

  #begin(input: unknown, memo: Readonly<Record<string, unknown>>): Run {
    const run = new this.#workflows.Run(`run-${this.#runs}`, memo);
    run.onScheduled = (activity) => {
      const given = activity.input as PhaseInput;
      this.#oracle.began(activity, given.facts);
      const moves = this.#world.attempt(activity.name, given);
      this.#attempts.set(activity.seq, { activity, moves, wakeAt: 0, whenCancelled: null });
      if (this.#attempts.size > 1) throw new Broken('one attempt at a time', `${activity.name} began beside another`);
    };
    run.start(this.#workflows.installAppliance, [input]);
    return run;
  }

  /** A person does what is due by the looks that were taken; with nothing to wait for, the next thing at once. */
  #act(): void {
    const [next] = this.#acts;
    const isIdle = this.#attempts.size === 0 && this.#inbox.length === 0;
    if (next && (next.at <= this.#world.looks || isIdle)) {
      this.#acts.shift();
      if (next.kind === 'cancel') this.#inbox.push({ kind: 'cancel' });
      else if (next.kind === 'set') this.#set(next.key, next.value);
      else if (next.kind !== 'again') this.#send(next.kind, { commandId: `c${this.#updates}` });
      else this.#sendAgain(next.at);
    } else if (isIdle) this.#send('resume', { commandId: `c${this.#updates}` });
  }

  #sendAgain(at: number): void {
    const update = at % 2 === 0 ? this.#sent.at(-1) : this.#sent[at % this.#sent.length];
    if (update) this.#deliver({ ...update, id: `u${this.#updates}`, state: 'sent' });
  }

  #set(key: string, value: number, commandId = `c${this.#updates}`): void {
    const from = JSON.parse(this.#run.memo.get('inputs') ?? 'null') as string;
    const order = this.#world.order({ ...this.#world.files.get(from), [key]: value });
    this.#send('set', { commandId, from, order, changed: [key] }, order);
  }

  #send(kind: Sent['kind'], argument: Sent['argument'], order?: Sent['order']): void {
    const commandId = String(argument['commandId']);
    this.#deliver({ id: `u${this.#updates}`, kind, commandId, argument, state: 'sent', ...(order && { order }) });
  }

  #deliver(update: Sent): void {
    this.#updates += 1;
    this.#sent.push(update);
    this.#oracle.sent(update);
    this.#inbox.push({ kind: 'update', update });
  }

  /** One of the attempts comes to its next move. */
  async #move(): Promise<void> {
    const { clock } = this.#workflows;
    const [attempt] = [...this.#attempts.values()].toSorted((one, other) => one.wakeAt - other.wakeAt);
    if (!attempt) return;
    const { activity } = attempt;
    if (activity.cancelRequested) {
      const drawn = this.#random();
      attempt.whenCancelled ??= drawn < 0.6 ? 'ends' : drawn < 0.8 ? 'goes-on' : 'is-lost';
      if (attempt.whenCancelled !== 'goes-on') {
        const isCancelled = attempt.whenCancelled === 'ends';
        if (!isCancelled) clock.now += LOST_MS;
        this.#end(attempt, { kind: 'lost' }, isCancelled);
        return;
      }
    }
    clock.now = Math.max(clock.now, attempt.wakeAt);
    const { value, done } = attempt.moves.next();
    if (done === true) {
      if (value.kind !== 'lost' || activity.cancelRequested) this.#end(attempt, value, false);
      else {
        // The next worker takes the same attempt up again.
        attempt.wakeAt = clock.now + LOST_MS;
        attempt.moves = this.#world.attempt(activity.name, activity.input as PhaseInput);
      }
    } else if (value.kind === 'work') await value.done;
    else if (value.kind === 'look') attempt.wakeAt = clock.now + LOOK_MS;
    else if (value.kind === 'rest') attempt.wakeAt = clock.now + value.ms;
    else {
      const way = this.#random() < 0.2 ? this.#late : this.#inbox;
      way.push({
        kind: 'signal',
        step: activity.name,
        run: this.#runs,
        seq: activity.seq,
        observation: value.observation,
      });
    }
  }

  #end({ activity }: Attempt, end: End, isCancelled: boolean): void {
    this.#attempts.delete(activity.seq);
    this.#inbox.push({ kind: 'end', seq: activity.seq, step: activity.name, end, isCancelled });
  }

  async #task(jobs: readonly Job[]): Promise<void> {
    const { clock } = this.#workflows;
    const run = this.#run;
    clock.now += 20;
    // What people do makes a history long as well, beside a pause too.
    const isLong = this.#world.looks >= (this.#long[0] ?? Infinity) || run.updates.size > MOST_UPDATES;
    if (isLong) run.suggests = true;
    for (const job of jobs.toSorted((one, other) => RANK[one.kind] - RANK[other.kind])) {
      await this.#apply(run, job);
      if (this.#random() < 0.3) await run.settle();
    }
    await run.settle();
    this.#keepHandedOn(run);
    this.#ask(run);
    const progress = run.query(QUERY_PROGRESS) as InstallProgress;
    const { closed } = run;
    if (closed?.kind === 'stuck') throw new Broken('a workflow task never fails', String(closed.error));
    this.#oracle.afterTask(progress, run.memo);
    if (!closed) {
      this.#oracle.task(run.task);
      run.task = { looked: false, commands: 0 };
      return;
    }
    if (closed.kind === 'completed' || closed.kind === 'continued') {
      const [left] = this.#attempts.values();
      if (left) throw new Broken('a run ends with its attempt', `${left.activity.name} is still at work`);
    }
    this.#oracle.closed(closed.kind, progress.state);
    if (closed.kind !== 'continued') return;
    this.#long.shift();
    this.#runs += 1;
    this.#handed = 0;
    // An attempt's end that the last run did not hear is nobody's any more.
    this.#inbox = this.#inbox.filter(({ kind }) => kind !== 'end');
    this.#oracle.continued(progress, closed.memo);
    this.#run = this.#begin(closed.args[0], closed.memo);
    await this.#task([]);
  }

  /** As the worker does it: a copy is replaced by a newer one alone. The appliance's lags behind where its API server is away. */
  #keepHandedOn(run: Run): void {
    const sunk = run.sunk.get('carried.keep');
    if (this.#takeOvers.length === 0 || !sunk || sunk.calls === this.#handed) return;
    this.#handed = sunk.calls;
    const handed = { ...(sunk.last as HandedOn), epoch: this.#epoch };
    if (this.#newer(handed, read(this.#copies.folder)) !== handed) return;
    this.#copies.folder = JSON.stringify(handed);
    if (sunk.calls % 3 !== 0) this.#copies.appliance = this.#copies.folder;
  }

  #newer(one: Copy | null, other: Copy | null): Copy | null {
    if (one === null) return other;
    return this.#workflows.isNewer(asCarried(one), other && asCarried(other)) ? one : other;
  }

  async #apply(run: Run, job: Job): Promise<void> {
    if (job.kind === 'cancel') {
      this.#oracle.cancelRequested();
      run.root.cancel();
    } else if (job.kind === 'signal') {
      if (job.run === this.#runs && run.open.has(job.seq)) {
        if (job.observation.unblocked) this.#oracle.unblocked(job.step);
        run.signal(SIGNAL_OBSERVED, job.observation);
        return;
      }
      await run.settle();
      const before = structuredClone(run.query(QUERY_PROGRESS) as InstallProgress);
      run.signal(SIGNAL_OBSERVED, job.observation);
      await run.settle();
      this.#oracle.late(job.step, before, run.query(QUERY_PROGRESS) as InstallProgress);
    } else if (job.kind === 'update') {
      const { id, kind, argument } = job.update;
      run.update(id, kind === 'set' ? UPDATE_SET_INPUT : kind, argument);
      this.#ask(run);
    } else this.#applyEnd(run, job);
  }

  #applyEnd(run: Run, { seq, step, end, isCancelled }: Extract<Job, { kind: 'end' }>): void {
    const { ApplicationFailure, CancelledFailure, TimeoutFailure } = this.#workflows;
    this.#oracle.ended(step, end, this.#workflows.clock.now);
    if (isCancelled) run.end(seq, { cause: new CancelledFailure('Activity cancelled') });
    else if (end.kind === 'lost') run.end(seq, { cause: new TimeoutFailure('Activity heartbeat timed out') });
    else if (end.kind === 'failed') run.end(seq, { cause: new ApplicationFailure('it failed', 'TypeError') });
    else if (end.kind === 'done') run.end(seq, { result: end.outcome });
    else
      run.end(seq, {
        cause: new ApplicationFailure('it is blocked', BLOCKED_FAILURE, [end.blockers, end.facts]),
      });
  }

  /** Who sent an update hears what became of it. */
  #ask(run: Run): void {
    for (const update of this.#oracle.asked) {
      const found = run.updates.get(update.id);
      if (!found) continue;
      if (found.state === 'rejected') {
        const again = this.#oracle.rejected(update, found.error);
        const key = String((update.argument['changed'] as readonly unknown[] | undefined)?.[0]);
        if (again === 'send-again' && update.order)
          this.#set(key, this.#world.files.get(update.order.inputs.digest)?.[key] ?? 0, update.commandId);
        continue;
      }
      if (update.state === 'sent') this.#oracle.accepted(update);
      if (found.state === 'failed') this.#oracle.failed(update, found.error);
      if (found.state === 'answered') this.#oracle.answered(update);
    }
  }
}

/** What the workflow handed on, and in which epoch. */
type Copy = HandedOn & { readonly epoch: number };

function read(text: string | null): Copy | null {
  return text === null ? null : (JSON.parse(text) as Copy);
}

/** As it would be written down. */
function asCarried({ order, state, epoch }: Copy): CarriedInstall {
  const holder = { operatorId: `00000000-0000-4000-8000-${String(epoch).padStart(12, '0')}`, name: 'somebody' };
  const writtenAt = state.progress.updatedAt;
  return {
    siteId: order.inputs.siteId,
    workflowId: 'w',
    epoch,
    counter: state.handedOn ?? 0,
    writtenAt,
    holder,
    order,
    state,
  };
}
