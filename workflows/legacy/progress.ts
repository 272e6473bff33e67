import { upsertMemo } from '@temporalio/workflow';
import { blockerKey } from '../../model/blocker.ts';
import type { Blocker } from '../../model/blocker.ts';
import type { PhaseId } from '../../model/phases.ts';
import type { InstallProgress, InstallState, PhaseProgress, PhaseState } from '../../model/progress.ts';
import { MEMO_INPUTS, MEMO_PROGRESS, MEMO_SPEC_DIGEST } from '../../model/workflow-contract.ts';

/**
 * The install's progress and the only ways in which it changes. Every change that a person would notice is published: it
 * goes into the memo, which the server keeps and gives out without any worker.
 */
export class ProgressKeeper {
  readonly progress: InstallProgress;
  /** What the phase that runs was parked on, for when a new look finds it again. */
  #parkedOn: readonly Blocker[] = [];

  /** Names the inputs that the install goes by; null while they are in its history. */
  #inputs: string | null;

  constructor(progress: InstallProgress, inputs: string | null) {
    this.progress = progress;
    this.#inputs = inputs;
  }

  /** From now on the install goes by these inputs. The memo names them at once: the next change is made of them. */
  goBy(specDigest: string, inputs: string | null): void {
    this.progress.specDigest = specDigest;
    this.#inputs = inputs;
    if (inputs !== null) this.publish();
  }

  phase(id: string): PhaseProgress {
    const found = this.progress.phases.find((phase) => phase.id === id);
    if (!found) throw new Error(`no phase ${id} in this install`);
    return found;
  }

  enter(id: PhaseId, detail: string): void {
    const phase = this.phase(id);
    const now = new Date().toISOString();
    if (phase.state === 'pending') phase.since = now;
    phase.state = 'running';
    phase.detail = detail;
    this.progress.phase = id;
    this.unblock();
    this.publish();
  }

  leave(id: PhaseId, state: Extract<PhaseState, 'done' | 'degraded'>, detail: string): void {
    const phase = this.phase(id);
    this.#parkedOn = [];
    phase.state = state;
    phase.detail = detail;
    phase.finishedAt = new Date().toISOString();
    this.progress.activeOperations = [];
    if (id === 'host') this.progress.warnings = this.progress.warnings.filter((warning) => !endsWithHost(warning));
    this.publish();
  }

  /** Parks the phase. A blocker that stood here before keeps the time at which it began, through a retry too. */
  park(id: PhaseId, blockers: readonly Blocker[]): void {
    this.phase(id).state = 'blocked';
    this.progress.blockers = keepSince(blockers, [...this.#parkedOn, ...this.progress.blockers]);
    this.#parkedOn = this.progress.blockers;
    this.progress.nextAction = this.progress.blockers[0]?.nextAction ?? null;
    this.progress.state = 'parked';
    this.publish();
  }

  /** The phase that is parked goes on: a look found nothing in its way any more. */
  goOn(): void {
    this.phase(this.progress.phase).state = 'running';
    this.#parkedOn = [];
    this.unblock();
  }

  unblock(): void {
    this.progress.blockers = [];
    this.progress.nextAction = null;
    if (this.progress.state === 'parked') this.progress.state = this.workingState();
  }

  warn(warnings: readonly Blocker[]): void {
    const keys = new Set(warnings.map(blockerKey));
    const others = this.progress.warnings.filter((warning) => !keys.has(blockerKey(warning)));
    this.progress.warnings = [...others, ...keepSince(warnings, this.progress.warnings)];
  }

  setState(state: InstallState): void {
    this.progress.state = state;
    this.publish();
  }

  /** `ready` from the moment people can log in: what comes later never takes it back. */
  workingState(): 'running' | 'ready' {
    return this.phase('login').state === 'done' ? 'ready' : 'running';
  }

  end(state: Extract<InstallState, 'complete' | 'cancelled'>): void {
    const now = new Date().toISOString();
    this.progress.state = state;
    this.progress.finishedAt = now;
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

  memo(): Record<string, unknown> {
    return {
      [MEMO_PROGRESS]: this.progress,
      [MEMO_SPEC_DIGEST]: this.progress.specDigest,
      ...(this.#inputs !== null && { [MEMO_INPUTS]: this.#inputs }),
    };
  }
}

/** What preflight said of the node's resolvers: a node that has fetched its installer could resolve names. */
function endsWithHost({ code, component }: Blocker): boolean {
  return code === 'dns-resolution-failure' && component === 'talos';
}

function keepSince(blockers: readonly Blocker[], before: readonly Blocker[]): Blocker[] {
  const since = new Map(before.map((blocker) => [blockerKey(blocker), blocker.since]));
  return blockers.map((blocker) => ({ ...blocker, since: since.get(blockerKey(blocker)) ?? blocker.since }));
}
