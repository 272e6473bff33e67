import { createHash, randomUUID } from 'node:crypto';
import { ApplicationFailure, Context } from '@temporalio/activity';
import { blockerKey } from '../model/blocker.ts';
import type { Blocker } from '../model/blocker.ts';
import { heartbeatDetail } from '../model/progress.ts';
import type { HeartbeatDetail, InstallObservation } from '../model/progress.ts';
import { BODY, HEARTBEAT_EVERY_MS, PARKED_LOOK_MS, PARKED_REPORT_MS } from '../model/timing.ts';
import { FOREIGN_FAILURE, whyRefused } from '../model/refused.ts';
import { SIGNAL_OBSERVED, phaseInput } from '../model/workflow-contract.ts';
import type { InputsReference } from '../model/order.ts';
import { installSpec } from '../model/site.ts';
import type { InstallSpec } from '../model/site.ts';
import type { PhaseInput, PhaseOutcome } from '../model/workflow-contract.ts';
import { Blocked, blockedFailure, stillBlockedFailure, workerStoppedFailure } from './blocked.ts';
import { blockersAtOnce, blockersOf } from './classify.ts';
import { insistOnOwnFolder } from './own-folder.ts';
import type { PhaseContext, PhaseRun } from './phase-context.ts';
import { heldFirst } from './held.ts';
import type { Ports } from './ports/index.ts';
import { inputsFile, readInputs } from '../site-folder/inputs.ts';
import { stop } from './stop.ts';
import type { Where } from './stop.ts';
import { inWords } from './words.ts';

/** What a parked phase shows that it waits for. */
const CAUSE = 'the cause to be fixed';

export type PhaseActivity = (input: PhaseInput) => Promise<PhaseOutcome>;

/**
 * The activity around a phase: a heartbeat over the whole body, one way for a failure to become a blocker, and the one check of a
 * parked phase. What may pass without help is retried in here: how often Temporal had to start the step, because a worker was killed
 * or the connection dropped, says nothing about it.
 *
 * A parked phase checks once an attempt. It returns when the phase continued, fails with `Blocked` when the blockers changed, and
 * with `StillBlocked` when they are the known ones: then Temporal starts the next attempt after a pause.
 *
 * A phase that acts does so for the site's present holder only; one that only checks asks for no right.
 */
export function phaseActivity(ports: Ports, run: PhaseRun, acts: 'acts' | 'looks' = 'acts'): PhaseActivity {
  return async (input) => {
    checkedInput(input);
    const context = Context.current();
    const attempt = attemptOf(ports, input);
    const beat = setInterval(attempt.beat, HEARTBEAT_EVERY_MS);
    attempt.beat();
    try {
      const restMs = input.looking?.restMs ?? 0;
      if (restMs > 0 && context.info.attempt === 1) throw attempt.rest(restMs);
      return await runPatiently(attempt, input, acts === 'acts' ? heldFirst(run) : run);
    } catch (error) {
      if (isWorkerStopping(context.cancellationSignal)) throw workerStoppedFailure();
      if (error instanceof Blocked) throw blockedFailure(error);
      throw error;
    } finally {
      clearInterval(beat);
    }
  };
}

/** Throws the failure of a lost attempt where the input is not ours: the workflow then begins another. */
function checkedInput(input: unknown): void {
  const why = whyRefused(input) ?? phaseInput.safeParse(input).error?.issues[0]?.message;
  if (why !== undefined)
    throw ApplicationFailure.nonRetryable(`the input of this step is not accepted: ${why}`, FOREIGN_FAILURE);
}

/** What the SDK gives as the reason for a cancellation that only this worker knows of. */
const WORKER_SHUTDOWN = 'WORKER_SHUTDOWN';

function isWorkerStopping({ aborted, reason }: AbortSignal): boolean {
  return aborted && reason instanceof Error && reason.message === WORKER_SHUTDOWN;
}

/** Runs the phase until it is done, or until its failure is for a person, or for the next look. */
async function runPatiently(attempt: Attempt, input: PhaseInput, run: PhaseRun): Promise<PhaseOutcome> {
  const { about, context } = attempt;
  const { ports, signal } = context;
  const hasTime = halfOfTheTime();
  for (let failures = 1; ; failures += 1) {
    try {
      // With every try: what was not there may have been copied here meanwhile.
      await insistOnOwnFolder(ports, input, Context.current().info.workflowType);
      const spec = 'inputs' in input ? await inputsOf(ports, input.inputs) : installSpec.parse(input.spec);
      return await run({ ...context, spec });
    } catch (error) {
      signal.throwIfAborted();
      if (attempt.isKnown(blockersAtOnce(error, about))) throw attempt.stillBlocked(blockersAtOnce(error, about));
      const blockers = hasTime() ? blockersOf(error, about, failures) : blockersAtOnce(error, about);
      if (blockers !== null) throw new Blocked(blockers, error instanceof Blocked ? error.facts : {});
    }
    await ports.clock.sleep(BODY.restMs[failures - 1] ?? 0, signal);
  }
}

/** Says whether there is time left to try again before the attempt's own time-out would end it without a word. */
function halfOfTheTime(): () => boolean {
  const { startToCloseTimeoutMs } = Context.current().info;
  const begun = performance.now();
  return () => performance.now() - begun < startToCloseTimeoutMs / 2;
}

/** The inputs that the reference names, out of the site's folder on this machine. Throws Blocked where they are not there. */
async function inputsOf(ports: Ports, reference: InputsReference): Promise<InstallSpec> {
  const folder = ports.folder(reference.siteId);
  const kept = await readInputs(folder, reference);
  if ('spec' in kept) return kept.spec;
  throw stop({ ports, spec: reference }, 'site-folder-missing', {
    component: 'operator',
    object: folder.path(inputsFile(reference.digest)),
    facts: { detail: kept.detail, path: folder.root },
    evidence: [{ source: 'operator', object: folder.root, message: kept.detail, at: ports.clock.now().toISOString() }],
  });
}

/** One attempt of one activity: what it has in hand, and what it leaves for the next one in its heartbeats. */
interface Attempt {
  readonly about: Where;
  readonly context: Omit<PhaseContext, 'spec'>;
  beat(): void;
  /** Says whether these are just the blockers that the workflow knows, in any order. */
  isKnown(blockers: readonly Blocker[]): boolean;
  /** Shows what still stands in the way, gives the failure that has it looked at again. */
  stillBlocked(blockers: readonly Blocker[]): Error;
  /** Gives the failure that has the first look taken after this time. */
  rest(ms: number): Error;
}

function attemptOf(ports: Ports, input: PhaseInput): Attempt {
  const context = Context.current();
  const about = { ports, spec: 'inputs' in input ? input.inputs : input.spec };
  const before = heartbeatDetail.safeParse(context.info.heartbeatDetails);
  let detail: HeartbeatDetail = before.data ?? { wait: null, activeOperations: [] };
  /** A step waits for one thing after another, again and again: each wait began when it was first seen. */
  const begun = new Map(detail.wait ? [[detail.wait.what, detail.wait.since]] : []);
  const known = new Set(detail.unblocked ? [] : input.looking?.known);
  /**
   * A worker that was killed may have reported that the step continues, and its last heartbeat may not have left with it: what is found
   * now is told once more, even if it is what the workflow knew.
   */
  const isUnsure = context.info.attempt > 1 && detail.ended !== context.info.attempt - 1;
  let mayClear = input.looking !== undefined;
  let { told } = detail;

  const tell = async (observation: InstallObservation): Promise<void> => {
    const { workflowExecution } = context.info;
    if (!workflowExecution) return;
    const handle = context.client.workflow.getHandle(workflowExecution.workflowId, workflowExecution.runId);
    const attempt = input.attempt === undefined ? {} : { attempt: input.attempt };
    await handle.signal(SIGNAL_OBSERVED, { ...observation, ...attempt, nonce: randomUUID() });
  };
  const see: PhaseContext['see'] = (what, saw, activeOperations = []) => {
    const now = ports.clock.now().toISOString();
    const { wait } = detail;
    if (!begun.has(what)) begun.set(what, now);
    detail = {
      ...detail,
      wait: { what, saw, since: begun.get(what) ?? now, seenAt: now },
      activeOperations: [...activeOperations],
    };
    if (wait === null || wait.what !== what || wait.saw !== saw) context.heartbeat(detail);
  };
  const report: PhaseContext['report'] = async (observation, essence) => {
    const digest = createHash('sha256').update(essence).digest('hex').slice(0, 16);
    if (told?.digest === digest) return;
    const now = ports.clock.now();
    if (told && known.size > 0 && now.getTime() - Date.parse(told.at) < told.times * PARKED_REPORT_MS) return;
    await tell(observation);
    told = { digest, times: (told?.times ?? 0) + 1, at: now.toISOString() };
    if (!input.looking) return;
    detail = { ...detail, told };
    context.heartbeat(detail);
  };
  const clear: PhaseContext['clear'] = async () => {
    if (!mayClear) return;
    // First what the next attempt goes by: after a kill in between it says so once more.
    known.clear();
    detail = { ...detail, unblocked: true };
    context.heartbeat(detail);
    await tell({ unblocked: true });
    mayClear = false;
  };
  /** The last heartbeat of an attempt that fails leaves with its failure. */
  const endWith = (saw: string): void => {
    detail = { ...detail, ended: context.info.attempt };
    see(CAUSE, saw);
    context.heartbeat(detail);
  };
  const keysOf = (blockers: readonly Blocker[]): Set<string> => new Set(blockers.map(blockerKey));
  const isParkedOn = (blockers: readonly Blocker[]): boolean =>
    blockers.length > 0 && blockers.every((blocker) => known.has(blockerKey(blocker)));
  return {
    about,
    beat: () => context.heartbeat(detail),
    isKnown: (blockers) => !isUnsure && isParkedOn(blockers) && keysOf(blockers).size === known.size,
    stillBlocked: (blockers) => {
      endWith(stillThere(blockers));
      return stillBlockedFailure([...keysOf(blockers)], PARKED_LOOK_MS);
    },
    rest: (ms) => {
      endWith(`the cause changes: next check in ${inWords(ms)}`);
      return stillBlockedFailure([...known], ms);
    },
    context: {
      ports,
      facts: input.facts,
      phases: input.phases ?? [],
      retriedAt: input.retriedAt ?? null,
      folder: ports.folder(about.spec.siteId),
      signal: context.cancellationSignal,
      see,
      report,
      clear,
      isParkedOn: (error) => isParkedOn(blockersAtOnce(error, about)),
    },
  };
}

/** The first cause in words: all of them stand in the progress, as blockers. */
function stillThere([first, ...others]: readonly Blocker[]): string {
  return `${first?.reason ?? ''}${others.length > 0 ? ` (and ${others.length} more)` : ''}`;
}
