import { upsertMemo } from '@temporalio/workflow';
import { PORTS } from '../model/appliance.ts';
import { blockerKey } from '../model/blocker.ts';
import type { Blocker } from '../model/blocker.ts';
import type { CarriedState, StepEnd } from '../model/carried-state.ts';
import type { OrderFacts } from '../model/order.ts';
import { PHASES } from '../model/phases.ts';
import type { InstallProgress, InstallState, PhaseProgress } from '../model/progress.ts';
import type { Phase, Step } from '../model/steps/index.ts';
import { unknownTiers } from '../model/tiers.ts';
import { MEMO_INPUTS, MEMO_PROGRESS, MEMO_SPEC_DIGEST } from '../model/workflow-contract.ts';

/** The progress of an install that has not started. */
export function initialProgress(order: OrderFacts, now: Date, installId: string): InstallProgress {
  const at = now.toISOString();
  return {
    apiVersion: 'appliance.alga-psa/v1',
    kind: 'InstallProgress',
    siteId: order.siteId,
    nodeIp: order.nodeIp,
    mode: order.mode,
    specDigest: order.specDigest,
    release: { version: order.releaseVersion, channel: order.channel, appVersion: order.appVersion },
    state: 'running',
    phase: PHASES[0].id,
    startedAt: at,
    updatedAt: at,
    finishedAt: null,
    phases: PHASES.map(({ id, title, tier }) => ({
      id,
      title,
      tier,
      state: 'pending',
      since: null,
      finishedAt: null,
      detail: '',
    })),
    tiers: unknownTiers(),
    waits: [],
    activeOperations: [],
    blockers: [],
    warnings: [],
    nextAction: null,
    urls: { statusUrl: `http://${host(order.nodeIp)}:${PORTS.statusPage}/`, loginUrl: order.appUrl },
    facts: { installId, startedAt: at },
  };
}

/** An IPv6 address stands in brackets in a URL (RFC 3986, 3.2.2). */
function host(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

/**
 * The install's progress and the only ways in which it changes. Every change that a person would notice is published: it
 * goes into the memo, which the server keeps and gives out without any worker.
 */
export class ProgressKeeper {
  readonly #state: CarriedState;
  /** Names the inputs that the install goes by; null while they are in its history. */
  #inputs: string | null;

  constructor(state: CarriedState, inputs: string | null) {
    this.#state = state;
    this.#inputs = inputs;
  }

  get progress(): InstallProgress {
    return this.#state.progress;
  }

  /** From now on the install goes by these inputs. The memo names them at once: the next change is made of them. */
  goBy(order: OrderFacts, inputs: string | null): void {
    const { progress } = this;
    progress.specDigest = order.specDigest;
    progress.release = { version: order.releaseVersion, channel: order.channel, appVersion: order.appVersion };
    this.#inputs = inputs;
    this.publish();
  }

  /** A step begins, in a phase that may have ended before: an input that it depends on was changed. */
  enter(phase: Phase, step: Step): void {
    const now = new Date().toISOString();
    // The phase in which the install was waits for its turn.
    for (const other of this.progress.phases) {
      if (other.id !== phase.id && (other.state === 'running' || other.state === 'blocked')) other.state = 'pending';
    }
    const entered = this.#phase(phase.id);
    entered.since ??= now;
    entered.state = 'running';
    entered.detail = step.title;
    this.progress.phase = phase.id;
    this.#unblock();
    this.publish();
  }

  /** A step ended. What comes next in the same moment publishes it: another step, a pause, the end. */
  leave(step: Step): void {
    this.#forget(step);
    this.#unblock();
    this.progress.activeOperations = [];
  }

  /** No step of the phase is due any more; `ends` are those of the steps that ran. */
  close(phase: Phase, ends: readonly StepEnd[]): void {
    const closed = this.#phase(phase.id);
    if (closed.state === 'done' || closed.state === 'degraded') return;
    closed.state = ends.some(({ did }) => did === 'degraded') ? 'degraded' : 'done';
    closed.detail = ends.findLast(({ detail }) => detail !== '')?.detail ?? '';
    closed.finishedAt = new Date().toISOString();
  }

  /** Parks the phase. A cause that the step met before keeps the time at which it was, through a retry and re-runs too. */
  park(phase: Phase, step: Step, blockers: readonly Blocker[]): void {
    const met = (this.#state.met[step.name] ??= {});
    this.#phase(phase.id).state = 'blocked';
    this.progress.blockers = blockers.map((blocker) => {
      const since = (met[blockerKey(blocker)] ??= blocker.since);
      return { ...blocker, since };
    });
    this.progress.nextAction = this.progress.blockers[0]?.nextAction ?? null;
    delete this.progress.advice;
    const advice = this.progress.blockers[0]?.advice;
    if (advice) this.progress.advice = advice;
    this.progress.state = 'parked';
    this.publish();
  }

  /** The parked step continues: a check found nothing that blocks it any more. */
  goOn(step: Step): void {
    const phase = this.#phase(this.progress.phase);
    if (phase.state === 'blocked') phase.state = 'running';
    this.#forget(step);
    this.#unblock();
  }

  /** What a source warns of from now on, in place of what it said before. */
  warn(source: string, warnings: readonly Blocker[]): void {
    const before = new Map((this.#state.warnings[source] ?? []).map((warning) => [blockerKey(warning), warning.since]));
    this.#state.warnings[source] = warnings.map((warning) => ({
      ...warning,
      severity: 'warning',
      since: before.get(blockerKey(warning)) ?? warning.since,
    }));
    this.#tellWarnings();
  }

  /** What a step has settled is no warning any more, whichever step gave it. */
  settle(settled: NonNullable<Step['settles']>): void {
    const { warnings } = this.#state;
    for (const [source, given] of Object.entries(warnings)) warnings[source] = given.filter((one) => !settled(one));
    this.#tellWarnings();
  }

  setState(state: InstallState): void {
    this.progress.state = state;
    this.publish();
  }

  /** `ready` from the moment people can log in: what comes later never takes it back. */
  workingState(): 'running' | 'ready' {
    return this.#state.ran['awaitLogin'] === undefined ? 'running' : 'ready';
  }

  end(state: Extract<InstallState, 'complete' | 'cancelled'>): void {
    this.progress.state = state;
    this.progress.finishedAt = new Date().toISOString();
    if (state === 'cancelled') {
      for (const phase of this.progress.phases) {
        if (phase.state === 'running' || phase.state === 'blocked') phase.state = 'cancelled';
      }
    }
    this.publish();
  }

  publish(): void {
    this.progress.updatedAt = new Date().toISOString();
    upsertMemo(this.memo());
  }

  /** What the server gives out without a worker; a continued run begins with it. */
  memo(): Record<string, unknown> {
    return {
      [MEMO_PROGRESS]: this.progress,
      [MEMO_SPEC_DIGEST]: this.progress.specDigest,
      ...(this.#inputs !== null && { [MEMO_INPUTS]: this.#inputs }),
    };
  }

  #phase(id: string): PhaseProgress {
    const found = this.progress.phases.find((phase) => phase.id === id);
    if (!found) throw new Error(`no phase ${id} in this install`);
    return found;
  }

  #forget(step: Step): void {
    this.#state.met = Object.fromEntries(Object.entries(this.#state.met).filter(([name]) => name !== step.name));
  }

  #unblock(): void {
    this.progress.blockers = [];
    this.progress.nextAction = null;
    delete this.progress.advice;
    if (this.progress.state === 'parked') this.progress.state = this.workingState();
  }

  /** One cause that two sources warn of is one warning. */
  #tellWarnings(): void {
    const all = Object.values(this.#state.warnings).flat();
    this.progress.warnings = [...new Map(all.map((warning) => [blockerKey(warning), warning])).values()];
  }
}
