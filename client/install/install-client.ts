import {
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import type { WorkflowExecutionDescription } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { collaborationFault } from '../../model/collaboration.ts';
import { firstTenantFault } from '../../model/first-tenant.ts';
import { changedInputs, changedSpec } from '../../model/input-change.ts';
import { inputsDigest, orderOf } from '../../model/order.ts';
import type { InstallOrder } from '../../model/order.ts';
import { installSpec } from '../../model/site.ts';
import type { InputChange, InstallSpec } from '../../model/site.ts';
import { tagFlag } from '../../model/vendor-images.ts';
import type { InputUpdate, InstallInput, PreflightReport } from '../../model/workflow-contract.ts';
import {
  INSTALL_WORKFLOW,
  MEMO_INPUTS,
  MEMO_SPEC_DIGEST,
  SUPERSEDED_FAILURE,
  UPDATE_PAUSE,
  UPDATE_RESUME,
  UPDATE_RETRY,
  UPDATE_SET_INPUT,
  installWorkflowId,
  specUpdate,
} from '../../model/workflow-contract.ts';
import type { TemporalAccess } from '../../temporal/index.ts';
import { UserError, usageError } from '../terminal/failure.ts';
import { answerWithin, askProgress } from './ask-progress.ts';
import type { Ask } from './ask-progress.ts';
import { callFailure } from './call-failure.ts';
import type { FailingTask } from './failing-task.ts';
import { failingTaskOf } from './failing-task.ts';
import { sendUpdate } from './send-update.ts';
import type { Update } from './send-update.ts';
import { decodeFirst } from '../../temporal/decode.ts';
import { runPreflight } from './run-preflight.ts';
import { dateOf, viewOf } from './view.ts';
import type { InstallView } from './view.ts';
import { inputsDigestOf, keepInputs, readInputs, specDigest } from '../../site-folder/inputs.ts';
import { siteFolder } from '../../site-folder/index.ts';

/** One call to Temporal: long enough for a slow line to a cloud, short enough for a person who waits. */
const CALL_TIMEOUT_MS = 10_000;
/** A worker asks again after a minute without work (the server's long poll). */
const POLL_MS = 70_000;
/** temporal.api.enums.v1.TaskQueueType */
const TASK_QUEUE_TYPE_WORKFLOW = 1;
const PREFLIGHT_TIMEOUT_MS = 15 * 60_000;
/** How often a change is made anew because somebody else's came first. */
const CHANGE_ATTEMPTS = 5;

/** How a `start` ended. `refused`: an install with another spec runs; `running` is that spec when it can be read. */
export type StartOutcome =
  | { readonly kind: 'started' | 'joined' }
  | { readonly kind: 'refused'; readonly running: InstallSpec | null };

/** The installs on one Temporal server. Every call has a time-out and throws a UserError that says what to do. */
export interface InstallClient {
  readonly address: string;
  readonly namespace: string;
  readonly local: boolean;
  /** Begins the site's install, joins the one that runs with the same spec, or refuses. */
  start(spec: InstallSpec): Promise<StartOutcome>;
  /**
   * Gives the newest install of a site as the server knows it, without any worker; null when there was none. With `ask` the
   * workflow's own word takes the memo's place, where it comes in time.
   */
  view(siteId: string, ask?: Ask): Promise<InstallView | null>;
  /** Gives the spec that the newest install goes by, changed inputs included; null when it cannot be read. */
  runningSpec(siteId: string): Promise<InstallSpec | null>;
  /** True when a worker has asked for work lately. */
  hasWorker(): Promise<boolean>;
  /** Ends when the parked step has begun its new look. Throws a UserError `Refused` where nothing is blocked. */
  retry(siteId: string): Promise<void>;
  pause(siteId: string): Promise<void>;
  resume(siteId: string): Promise<void>;
  /**
   * Changes inputs, and gives the spec that this leads to. Changes that two people make at once are both made. Throws a
   * UserError where the present inputs cannot be read.
   */
  setInput(siteId: string, change: InputChange): Promise<InstallSpec>;
  /** Asks the install to stop; it stops when a worker has heard of it. */
  cancel(siteId: string): Promise<void>;
  /** `tell` is told again and again what is still open, for people who wait. */
  preflight(spec: InstallSpec, tell: (stillOpen: string) => void): Promise<PreflightReport>;
  close(): Promise<void>;
}

/** For how long a call waits, and who it is that has not answered then. */
interface Patience {
  readonly timeoutMs: number;
  readonly answeredBy: 'server' | 'worker';
}

/**
 * Takes the way to Temporal, the folder of all sites and the signal that ends every call, gives the installs there. Inputs are
 * written to a site's folder before anything is sent that names them.
 */
export function createInstallClient(access: TemporalAccess, home: string, signal: AbortSignal): InstallClient {
  const { client } = access;
  const call = async <Value>(
    what: string,
    run: () => Promise<Value>,
    { timeoutMs, answeredBy }: Patience = { timeoutMs: CALL_TIMEOUT_MS, answeredBy: 'server' },
  ): Promise<Value> => {
    try {
      return await client.withDeadline(Date.now() + timeoutMs, () => client.withAbortSignal(signal, run));
    } catch (error) {
      signal.throwIfAborted();
      throw callFailure(what, { address: access.address, answeredBy }, error);
    }
  };
  const describe = (siteId: string): Promise<WorkflowExecutionDescription | null> =>
    call(`read the install of ${siteId}`, async () => {
      try {
        return await client.workflow.getHandle(installWorkflowId(siteId)).describe();
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return null;
        throw error;
      }
    });
  const failingTask = (siteId: string, description: WorkflowExecutionDescription): Promise<FailingTask | null> =>
    call(`read the install of ${siteId}`, () => failingTaskOf(client, access.namespace, description));
  const hasWorker = (): Promise<boolean> => call('look for workers', () => hasPoller(access));
  const update = (siteId: string, name: Update['name'], arg?: InputUpdate): Promise<void> =>
    sendUpdate(
      { client, address: access.address, signal, describe, failingTask, hasWorker },
      { siteId, name, ...(arg && { arg }) },
    );
  const keep = async (spec: InstallSpec): Promise<InstallOrder> =>
    orderOf(spec, specDigest(spec), await keepInputs(siteFolder(home, spec.siteId), spec));
  const present = (siteId: string): Promise<PresentInputs> =>
    call(`read the inputs of ${siteId}`, async () => {
      const { memo } = await client.workflow.getHandle(installWorkflowId(siteId)).describe();
      const digest = inputsDigest.safeParse(memo?.[MEMO_INPUTS]);
      if (!digest.success) return { digest: null, spec: await specInHistory(access, siteId) };
      const kept = await readInputs(siteFolder(home, siteId), { siteId, digest: digest.data });
      return { digest: digest.data, spec: 'spec' in kept ? kept.spec : null };
    });
  const runningSpec = async (siteId: string): Promise<InstallSpec | null> => (await present(siteId)).spec;

  /** Inputs that an install goes by and that are gone from here, or were changed, are those of an equal order: byte for byte. */
  const putBack = async ({ memo }: WorkflowExecutionDescription, spec: InstallSpec): Promise<void> => {
    for (const wipeConfirmed of [spec.wipeConfirmed, !spec.wipeConfirmed]) {
      const same = { ...spec, wipeConfirmed };
      if (inputsDigestOf(same) === memo?.[MEMO_INPUTS]) await keep(same);
    }
  };

  /** Whether the database has its tenant. */
  const isSetUp = async (siteId: string): Promise<boolean> => {
    const description = await describe(siteId);
    const view = description && (await viewOf(client, description));
    const state = view?.progress?.phases.find(({ id }) => id === 'bootstrap')?.state;
    return state === 'done' || state === 'degraded';
  };

  const inputUpdate = async (from: string | null, change: InputChange, changed: InstallSpec): Promise<InputUpdate> =>
    from === null
      ? { change, specDigest: specDigest(changed) }
      : { from, order: await keep(changed), changed: changedInputs(change).map(({ key }) => key) };

  const begin = async (spec: InstallSpec, before: WorkflowExecutionDescription | null): Promise<StartOutcome> => {
    const digest = specDigest(spec);
    if (before?.status.name === 'RUNNING') {
      const outcome = await joinOrRefuse(before, digest, () => runningSpec(spec.siteId));
      if (outcome.kind === 'joined') await putBack(before, spec);
      return outcome;
    }
    const order = await keep(spec);
    const input: InstallInput = { order };
    return call(`begin the install of ${spec.siteId}`, async () => {
      await client.workflow.start(INSTALL_WORKFLOW, {
        workflowId: installWorkflowId(spec.siteId),
        taskQueue: access.taskQueue,
        args: [input],
        memo: { [MEMO_SPEC_DIGEST]: digest, [MEMO_INPUTS]: order.inputs.digest },
        workflowIdConflictPolicy: 'USE_EXISTING',
        workflowIdReusePolicy: reusePolicy(before),
      });
      const now = await client.workflow.getHandle(installWorkflowId(spec.siteId)).describe();
      const outcome = await joinOrRefuse(now, digest, () => runningSpec(spec.siteId));
      return outcome.kind === 'joined' ? { kind: 'started' } : outcome;
    });
  };

  return {
    address: access.address,
    namespace: access.namespace,
    local: access.local,
    start: async (spec) => {
      const before = await describe(spec.siteId);
      try {
        return await begin(spec, before);
      } catch (error) {
        // It ended between the look and the start: what ended then is decided upon anew, once.
        if (error instanceof Error && error.cause instanceof WorkflowExecutionAlreadyStartedError)
          return begin(spec, await describe(spec.siteId));
        throw error;
      }
    },
    view: async (siteId, ask) => {
      const question = ask && askProgress(client, siteId, ask.workerRuns, signal);
      try {
        const description = await describe(siteId);
        if (!description) return null;
        const failing = await failingTask(siteId, description);
        // Of an install that is over the memo has the last word, and code that fails has none.
        const isOpen = description.status.name === 'RUNNING' && !failing;
        const asked = question && isOpen ? await answerWithin(question, ask.graceMs) : null;
        return await viewOf(client, description, { asked, failing });
      } finally {
        question?.stop();
      }
    },
    runningSpec,
    hasWorker,
    retry: (siteId) => update(siteId, UPDATE_RETRY),
    pause: (siteId) => update(siteId, UPDATE_PAUSE),
    resume: (siteId) => update(siteId, UPDATE_RESUME),
    setInput: async (siteId, change) => {
      for (let attempt = 1; ; attempt += 1) {
        const { digest, spec } = await present(siteId);
        if (!spec) throw unreadable(siteId);
        const changed = changedSpec(spec, change);
        const fault = collaborationFault(changed);
        if (fault !== null) throw usageError(`--collaboration: ${fault}`);
        if (change.imageTags?.algaCore !== undefined && changed.mode === 'fresh') {
          const unable = firstTenantFault(changed);
          if (unable !== null && !(await isSetUp(siteId)))
            throw usageError(
              `--${tagFlag('algaCore')}: ${unable}; nothing was changed. Name a tag that can, such as eaec6253`,
            );
        }
        try {
          await update(siteId, UPDATE_SET_INPUT, await inputUpdate(digest, change, changed));
          return changed;
        } catch (error) {
          if (attempt >= CHANGE_ATTEMPTS || !isSuperseded(error)) throw error;
        }
      }
    },
    cancel: (siteId) =>
      call(`cancel the install of ${siteId}`, async () => {
        await client.workflow.getHandle(installWorkflowId(siteId)).cancel();
      }),
    preflight: (spec, tell) =>
      call(`check the site ${spec.siteId}`, async () => runPreflight(access, (await keep(spec)).inputs, tell), {
        timeoutMs: PREFLIGHT_TIMEOUT_MS,
        answeredBy: 'worker',
      }),
    close: () => access.close(),
  };
}

/**
 * An install that failed or was cancelled may always be begun again. A completed one only when this very `start` saw that it
 * was complete: the person asked for another run of it. One that completes while two `start`s race is not begun again by the
 * slower of the two, which would wipe a fresh appliance that has just come up.
 */
function reusePolicy(before: WorkflowExecutionDescription | null): 'ALLOW_DUPLICATE' | 'ALLOW_DUPLICATE_FAILED_ONLY' {
  return before?.status.name === 'COMPLETED' ? 'ALLOW_DUPLICATE' : 'ALLOW_DUPLICATE_FAILED_ONLY';
}

async function hasPoller({ client, namespace, taskQueue }: TemporalAccess): Promise<boolean> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: TASK_QUEUE_TYPE_WORKFLOW,
  });
  const since = Date.now() - POLL_MS;
  return (pollers ?? []).some(({ lastAccessTime }) => (dateOf(lastAccessTime)?.getTime() ?? 0) > since);
}

async function joinOrRefuse(
  description: WorkflowExecutionDescription,
  digest: string,
  running: () => Promise<InstallSpec | null>,
): Promise<StartOutcome> {
  if (description.memo?.[MEMO_SPEC_DIGEST] === digest) return { kind: 'joined' };
  return { kind: 'refused', running: await running() };
}

/** What the present run goes by. `digest` is null while its spec stands in its history; `spec` when it cannot be read. */
interface PresentInputs {
  readonly digest: string | null;
  readonly spec: InstallSpec | null;
}

function isSuperseded(error: unknown): boolean {
  const failed = error instanceof UserError ? error.cause : error;
  return (
    failed instanceof WorkflowUpdateFailedError &&
    failed.cause instanceof ApplicationFailure &&
    failed.cause.type === SUPERSEDED_FAILURE
  );
}

function unreadable(siteId: string): UserError {
  return usageError(
    `the inputs of the install of ${siteId} cannot be read: they are not in this machine's folder of the site, or were ` +
      'written by a newer client. On the machine that began the install, `start` with the same flags puts them back; else copy ' +
      'the folder from there, or use that client',
  );
}

/**
 * The spec of a run that a client up to 0.1.0 began: its input, with every change that it accepted since. Both stand in its
 * history; a continued run carries its changed spec in its input.
 */
async function specInHistory({ client }: TemporalAccess, siteId: string): Promise<InstallSpec | null> {
  const { events } = await client.workflow.getHandle(installWorkflowId(siteId)).fetchHistory();
  const begun = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads;
  let spec = begun ? specOf(await decodeFirst(client, begun)) : null;
  for (const event of events ?? []) {
    const { name, args } = event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest?.input ?? {};
    if (!spec || name !== UPDATE_SET_INPUT || !args?.payloads) continue;
    const update = specUpdate.safeParse(await decodeFirst(client, args.payloads));
    if (update.success) spec = changedSpec(spec, update.data.change);
  }
  return spec;
}

function specOf(input: unknown): InstallSpec | null {
  const spec = input !== null && typeof input === 'object' && 'spec' in input ? input.spec : null;
  const parsed = installSpec.safeParse(spec);
  return parsed.success ? parsed.data : null;
}
