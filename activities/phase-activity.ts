import { ApplicationFailure, Context } from '@temporalio/activity';
import { blockerKey } from '../model/blocker.ts';
import type { Blocker } from '../model/blocker.ts';
import type { HeartbeatDetail, InstallObservation } from '../model/progress.ts';
import { HEARTBEAT_EVERY_MS, PARKED_LOOK_MS } from '../model/timing.ts';
import { SIGNAL_OBSERVED } from '../model/workflow-contract.ts';
import type { InputsReference } from '../model/order.ts';
import { installSpec } from '../model/site.ts';
import type { InstallSpec } from '../model/site.ts';
import type { PhaseInput, PhaseOutcome } from '../model/workflow-contract.ts';
import { Blocked, blockedFailure } from './blocked.ts';
import { blockersOf } from './classify.ts';
import type { PhaseContext, PhaseRun } from './phase-context.ts';
import type { Ports } from './ports/index.ts';
import { inputsFile, readInputs } from '../site-folder/inputs.ts';
import { stop } from './stop.ts';

export type PhaseActivity = (input: PhaseInput) => Promise<PhaseOutcome>;

/**
 * Takes the ports and a phase, gives the activity around it: a heartbeat over the whole body, one way for a failure to become
 * a blocker, and the patient look of a parked phase. A parked phase looks again every few seconds in here, so that a night of
 * waiting adds a handful of events to the history; it returns when the phase went on, and fails with `Blocked` when the
 * blockers became others or the patience that the workflow set is over.
 */
export function phaseActivity(ports: Ports, run: PhaseRun): PhaseActivity {
  return async (input) => {
    const context = Context.current();
    const detail: { current: HeartbeatDetail } = { current: { wait: null, activeOperations: [] } };
    const beat = setInterval(() => context.heartbeat(detail.current), HEARTBEAT_EVERY_MS);
    context.heartbeat(detail.current);
    try {
      return await lookUntilNew(ports, input, detail, run);
    } catch (error) {
      if (error instanceof Blocked) throw blockedFailure(error);
      throw error;
    } finally {
      clearInterval(beat);
    }
  };
}

async function lookUntilNew(
  ports: Ports,
  input: PhaseInput,
  detail: { current: HeartbeatDetail },
  run: PhaseRun,
): Promise<PhaseOutcome> {
  const known = new Set(input.looking?.known);
  const context = phaseContext(ports, input, detail, known);
  const about = { ports, spec: 'inputs' in input ? input.inputs : input.spec };
  const until =
    ports.clock.now().getTime() + (input.looking?.patienceMs ?? (input.looking ? Number.POSITIVE_INFINITY : 0));
  for (;;) {
    try {
      // With every look: what was not there may have been copied here meanwhile.
      const spec = 'inputs' in input ? await inputsOf(ports, input.inputs) : installSpec.parse(input.spec);
      return await run({ ...context, spec });
    } catch (error) {
      context.signal.throwIfAborted();
      const blockers = blockersOf(error, about, Context.current().info.attempt);
      if (blockers === null) throw ApplicationFailure.fromError(error);
      const keys = new Set(blockers.map(blockerKey));
      const isKnown = keys.size === known.size && [...keys].every((key) => known.has(key));
      if (!isKnown || ports.clock.now().getTime() >= until)
        throw new Blocked(blockers, error instanceof Blocked ? error.facts : {});
      context.see('the cause to go away', stillThere(blockers));
    }
    await ports.clock.sleep(PARKED_LOOK_MS, context.signal);
  }
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

function phaseContext(
  ports: Ports,
  input: PhaseInput,
  detail: { current: HeartbeatDetail },
  known: Set<string>,
): Omit<PhaseContext, 'spec'> {
  const context = Context.current();
  let reported = '';
  /** A parked step waits for one thing after another, again and again: each wait began when it was first seen. */
  const begun = new Map<string, string>();
  const tell = async (observation: InstallObservation): Promise<void> => {
    const { workflowExecution } = context.info;
    if (!workflowExecution) return;
    const handle = context.client.workflow.getHandle(workflowExecution.workflowId, workflowExecution.runId);
    await handle.signal(SIGNAL_OBSERVED, observation);
  };
  return {
    ports,
    facts: input.facts,
    phases: input.phases ?? [],
    retriedAt: input.retriedAt ?? null,
    folder: ports.folder('inputs' in input ? input.inputs.siteId : input.spec.siteId),
    signal: context.cancellationSignal,
    see: (what, saw, activeOperations = []) => {
      const now = ports.clock.now().toISOString();
      const before = detail.current.wait;
      if (!begun.has(what)) begun.set(what, now);
      const isNew = before === null || before.what !== what || before.saw !== saw;
      detail.current = {
        wait: { what, saw, since: begun.get(what) ?? now, seenAt: now },
        activeOperations: [...activeOperations],
      };
      if (isNew) context.heartbeat(detail.current);
    },
    report: async (observation) => {
      const told = JSON.stringify(observation);
      if (told === reported) return;
      await tell(observation);
      reported = told;
    },
    clear: async () => {
      if (known.size === 0) return;
      await tell({ unblocked: true });
      known.clear();
    },
  };
}

/** The first cause in words: all of them stand in the progress, as blockers. */
function stillThere([first, ...others]: readonly Blocker[]): string {
  return `${first?.reason ?? ''}${others.length > 0 ? ` (and ${others.length} more)` : ''}`;
}
