import { randomUUID } from 'node:crypto';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { WorkflowExecutionDescription, WorkflowHandle } from '@temporalio/client';
import type { CarriedState } from '../../model/carried-state.ts';
import type { InputChange, InstallSpec, SiteRecord } from '../../model/site.ts';
import type { InputUpdate, PreflightReport } from '../../model/workflow-contract.ts';
import {
  DEFAULT_TASK_QUEUE,
  TAKEN_OVER,
  UPDATE_PAUSE,
  UPDATE_RESUME,
  UPDATE_RETRY,
  UPDATE_SET_INPUT,
  preflightWorkflowId,
} from '../../model/workflow-contract.ts';
import { ensureKeyRing, queueOfOpen } from '../../temporal/index.ts';
import type { TemporalAccess } from '../../temporal/index.ts';
import { answerWithin, askProgress } from './ask-progress.ts';
import type { Ask } from './ask-progress.ts';
import { callFailure, noneRunning } from './call-failure.ts';
import { changeInputs } from './change-inputs.ts';
import type { FailingTask } from './failing-task.ts';
import { failingTaskOf, terminationOf } from './failing-task.ts';
import { sendUpdate } from './send-update.ts';
import type { Update } from './send-update.ts';
import type { HistoryLine } from './history.ts';
import { orderingOn } from './ordering.ts';
import type { StartOutcome } from './ordering.ts';
import { presentInputs } from './present-inputs.ts';
import type { PresentInputs } from './present-inputs.ts';
import { runPreflight } from './run-preflight.ts';
import { hasPoller, starvingOf } from './starving.ts';
import { viewOf } from './view.ts';
import type { InstallView, ViewParts } from './view.ts';
import { keepInputs } from '../../site-folder/inputs.ts';
import { siteFolder } from '../../site-folder/index.ts';
import { installIn } from '../../site-folder/record.ts';
import { readRecord } from '../site/site.ts';
import type { SiteIds } from '../site/site.ts';

/** One call to Temporal: long enough for a slow line to a cloud, short enough for a person who waits. */
const CALL_TIMEOUT_MS = 10_000;
const PREFLIGHT_TIMEOUT_MS = 15 * 60_000;
/** The installs on one Temporal server. Every call has a time-out and throws a UserError that says what to do. */
export interface InstallClient {
  readonly address: string;
  readonly namespace: string;
  readonly local: boolean;
  /** True where the local server was started for this client. */
  readonly serverStartedNow: boolean;
  /**
   * Starts an install of the site, joins the running one with the same spec, or refuses. `record` is called, and nothing else is
   * written of the order, just before a new one starts: what it writes has to name the workflow.
   */
  start(spec: InstallSpec, record: (ids: SiteIds) => Promise<void>): Promise<StartOutcome>;
  /**
   * The newest install of a site as the server knows it, without any worker; null when there was none. With `ask` the workflow's own
   * answer replaces the memo, if it comes in time.
   */
  view(siteId: string, ask?: Ask): Promise<InstallView | null>;
  /** The events of the newest install, by names and times alone. Throws a UserError if there is none. */
  history(siteId: string): Promise<HistoryLine[]>;
  /** The present spec of the newest install, changed inputs included; null when it cannot be read. */
  runningSpec(siteId: string): Promise<InstallSpec | null>;
  /** True when a worker has polled the task queue of the site's install lately. */
  hasWorker(siteId: string): Promise<boolean>;
  /** Resolves when the parked step has started its new check. Throws a UserError if nothing is blocked. */
  retry(siteId: string): Promise<void>;
  pause(siteId: string): Promise<void>;
  resume(siteId: string): Promise<void>;
  /**
   * Changes inputs, and gives the spec that this leads to. Changes that two people make at once are both applied. Throws a
   * UserError if the present inputs cannot be read.
   */
  setInput(siteId: string, change: InputChange): Promise<InstallSpec>;
  /**
   * Continues an install that was started elsewhere, by an order of its own: from its state, or from the first step if that is null.
   * `record` is as with `start`. Nothing is started if it was taken over here meanwhile.
   */
  takeUp(spec: InstallSpec, state: CarriedState | null, record: (ids: SiteIds) => Promise<void>): Promise<void>;
  /** Requests a cancel; the install stops when a worker has received it. */
  cancel(siteId: string): Promise<void>;
  /**
   * Whether an install of the site is running, and whether in a queue that is served here, without reading its payloads: no key is
   * needed.
   */
  runs(siteId: string): Promise<'here' | 'elsewhere' | false>;
  /** Terminates the install at once, whatever its steps do; no worker is needed, and none can clean up. */
  terminate(siteId: string, reason: string): Promise<void>;
  /** The same for a run that is not (or no longer) the site's newest; nothing if it is not open on this server. */
  terminateRun(workflowId: string, reason: string): Promise<void>;
  /** `tell` is called every few seconds with the checks that are still open, for people who wait. */
  preflight(spec: InstallSpec, tell: (stillOpen: string) => void): Promise<PreflightReport>;
  close(): Promise<void>;
}

/** How long a call waits, and who has not answered if it times out. */
interface Patience {
  readonly timeoutMs: number;
  readonly answeredBy: 'server' | 'worker';
}

/**
 * The installs on one Temporal server. Inputs are written to a site's folder in `home` before anything is sent that names them;
 * `signal` ends every call.
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
  const recordOf = (siteId: string): Promise<SiteRecord | null> => readRecord(siteFolder(home, siteId));
  const describeId = (siteId: string, workflowId: string | null): Promise<WorkflowExecutionDescription | null> =>
    call(`read the install of ${siteId}`, async () => {
      try {
        return workflowId === null ? null : await client.workflow.getHandle(workflowId).describe();
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return null;
        throw error;
      }
    });
  const describe = async (siteId: string): Promise<WorkflowExecutionDescription | null> =>
    describeId(siteId, installIn(await recordOf(siteId)));
  /** The newest install of the site. Throws a UserError if none was ordered. */
  const newest = async (what: string, siteId: string): Promise<WorkflowHandle> => {
    const workflowId = installIn(await recordOf(siteId));
    if (workflowId === null) throw noneRunning(what);
    return client.workflow.getHandle(workflowId);
  };
  const isServedHere = ({ taskQueue }: Pick<WorkflowExecutionDescription, 'taskQueue'>): boolean =>
    [access.taskQueue, DEFAULT_TASK_QUEUE].includes(taskQueue);
  const whyTerminated = (siteId: string, description: WorkflowExecutionDescription): Promise<string | null> =>
    call(`read the install of ${siteId}`, () => terminationOf(client, access.namespace, description));
  const failingTask = (siteId: string, description: WorkflowExecutionDescription): Promise<FailingTask | null> =>
    call(`read the install of ${siteId}`, () => failingTaskOf(client, access.namespace, description));
  const starvingStep = (
    siteId: string,
    description: WorkflowExecutionDescription,
    workerRuns?: Promise<boolean>,
  ): Promise<ViewParts['starving']> =>
    call(`read the install of ${siteId}`, () => starvingOf(access, description, workerRuns));
  const hasWorker = async (siteId: string): Promise<boolean> => {
    const taskQueue = (await describe(siteId))?.taskQueue ?? access.taskQueue;
    return call('check for workers', () => hasPoller({ ...access, taskQueue }, 'workflow'));
  };
  const update = async (siteId: string, name: Update['name'], arg?: InputUpdate): Promise<void> =>
    sendUpdate(
      { client, address: access.address, signal, describe, failingTask, hasWorker },
      { siteId, workflowId: installIn(await recordOf(siteId)), name, ...(arg && { arg }) },
    );
  const present = (siteId: string): Promise<PresentInputs> =>
    call(`read the inputs of ${siteId}`, async () =>
      presentInputs(access, home, siteId, await newest(`read the inputs of ${siteId}`, siteId)),
    );
  const runningSpec = async (siteId: string): Promise<InstallSpec | null> => (await present(siteId)).spec;

  /** Whether the database has its tenant. */
  const isSetUp = async (siteId: string): Promise<boolean> => {
    const description = await describe(siteId);
    const view = description && (await viewOf(client, description));
    const state = view?.progress?.phases.find(({ id }) => id === 'bootstrap')?.state;
    return state === 'done' || state === 'degraded';
  };

  const checked = async (spec: InstallSpec, tell: (stillOpen: string) => void): Promise<PreflightReport> => {
    const { siteId } = spec;
    const siteUid = (await recordOf(siteId))?.siteUid;
    const workflowId = preflightWorkflowId(siteId, siteUid ?? randomUUID(), randomUUID());
    const digest = await keepInputs(siteFolder(home, siteId), spec);
    const inputs = { siteId, nodeIp: spec.nodeIp, digest, ...(siteUid !== undefined && { siteUid }) };
    return runPreflight(access, { workflowId, inputs }, tell);
  };

  const ordering = orderingOn({ access, home, signal, call, describeId, recordOf, runningSpec });

  return {
    address: access.address,
    namespace: access.namespace,
    local: access.local,
    serverStartedNow: access.serverStartedNow,
    start: ordering.start,
    takeUp: ordering.takeUp,
    view: async (siteId, ask) => {
      const workflowId = installIn(await recordOf(siteId));
      if (workflowId === null) return null;
      const question = ask && askProgress(client, workflowId, ask.workerRuns, signal);
      try {
        const description = await describeId(siteId, workflowId);
        if (!description) return null;
        const failing = await failingTask(siteId, description);
        // Of an install that is over the memo has the last word, and code that fails has none.
        const isOpen = description.status.name === 'RUNNING' && !failing;
        const asked = question && isOpen ? await answerWithin(question, ask.graceMs) : null;
        const starving = isOpen ? await starvingStep(siteId, description, ask?.workerRuns) : null;
        const view = await viewOf(client, description, { asked, failing, starving });
        return {
          ...view,
          ...(!isServedHere(description) && { isServedElsewhere: true }),
          ...((await whyTerminated(siteId, description)) === TAKEN_OVER && { isTakenOver: true }),
        };
      } finally {
        question?.stop();
      }
    },
    history: (siteId) =>
      call(`read the history of ${siteId}`, async () =>
        (await import('./history.ts')).historyOf(await newest('read', siteId)),
      ),
    runningSpec,
    hasWorker,
    retry: (siteId) => update(siteId, UPDATE_RETRY),
    pause: (siteId) => update(siteId, UPDATE_PAUSE),
    resume: (siteId) => update(siteId, UPDATE_RESUME),
    setInput: (siteId, change) =>
      changeInputs(
        {
          home,
          siteId,
          present: () => present(siteId),
          isSetUp: () => isSetUp(siteId),
          send: (changed) => update(siteId, UPDATE_SET_INPUT, changed),
        },
        change,
      ),
    cancel: (siteId) =>
      call(`cancel the install of ${siteId}`, async () => {
        await (await newest(`cancel the install of ${siteId}`, siteId)).cancel();
      }),
    runs: (siteId) =>
      call(`read the install of ${siteId}`, async () => {
        const workflowId = installIn(await recordOf(siteId));
        const taskQueue = workflowId && (await queueOfOpen(client.connection, access.namespace, workflowId));
        if (!taskQueue) return false;
        return isServedHere({ taskQueue }) ? 'here' : 'elsewhere';
      }),
    terminate: (siteId, reason) =>
      call(`end the install of ${siteId}`, async () => {
        await (await newest(`end the install of ${siteId}`, siteId)).terminate(reason);
      }),
    terminateRun: (workflowId, reason) =>
      call(`end the run ${workflowId}`, async () => {
        try {
          await client.workflow.getHandle(workflowId).terminate(reason);
        } catch (error) {
          if (!(error instanceof WorkflowNotFoundError)) throw error;
        }
      }),
    preflight: (spec, tell) =>
      call(
        `check the site ${spec.siteId}`,
        async () => {
          await ensureKeyRing(home, spec.siteId);
          return checked(spec, tell);
        },
        { timeoutMs: PREFLIGHT_TIMEOUT_MS, answeredBy: 'worker' },
      ),
    close: () => access.close(),
  };
}
