import { randomUUID } from 'node:crypto';
import type { WorkflowExecutionDescription } from '@temporalio/client';
import type { CarriedState } from '../../model/carried-state.ts';
import { orderOf } from '../../model/order.ts';
import type { InstallOrder, OrderIdentity } from '../../model/order.ts';
import type { InstallSpec, SiteRecord } from '../../model/site.ts';
import type { InstallInput } from '../../model/workflow-contract.ts';
import {
  INSTALL_WORKFLOW,
  MEMO_INPUTS,
  MEMO_PROGRESS,
  MEMO_SPEC_DIGEST,
  orderInWorkflowId,
  orderWorkflowId,
} from '../../model/workflow-contract.ts';
import { siteFolder } from '../../site-folder/index.ts';
import { inputsDigestOf, keepInputs, specDigest } from '../../site-folder/inputs.ts';
import { installIn, underSiteLock } from '../../site-folder/record.ts';
import { keyRingUnderLock } from '../../temporal/index.ts';
import type { TemporalAccess } from '../../temporal/index.ts';
import type { SiteIds } from '../site/site.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { UserError } from '../terminal/failure.ts';

/** How a `start` ended. `refused`: an install with another spec is running; `running` is that spec when it can be read. */
export type StartOutcome =
  | { readonly kind: 'started' | 'joined' }
  | { readonly kind: 'refused'; readonly running: InstallSpec | null };

/** What an order needs of the install client. */
export interface OrderingParts {
  readonly access: TemporalAccess;
  readonly home: string;
  readonly signal: AbortSignal;
  call<Value>(what: string, run: () => Promise<Value>): Promise<Value>;
  describeId(siteId: string, workflowId: string | null): Promise<WorkflowExecutionDescription | null>;
  recordOf(siteId: string): Promise<SiteRecord | null>;
  runningSpec(siteId: string): Promise<InstallSpec | null>;
}

/** How an install of a site starts; documented at InstallClient. */
export interface Ordering {
  start(spec: InstallSpec, record: (ids: SiteIds) => Promise<void>): Promise<StartOutcome>;
  takeUp(spec: InstallSpec, state: CarriedState | null, record: (ids: SiteIds) => Promise<void>): Promise<void>;
}

/** Stores the inputs in the site's folder and gives the order that names them. */
export async function keepOrder(
  home: string,
  spec: InstallSpec,
  identity: OrderIdentity | null,
): Promise<InstallOrder> {
  return orderOf(spec, specDigest(spec), await keepInputs(siteFolder(home, spec.siteId), spec), identity);
}

/** Starts installs. Each decision is made under the site's lock, and recorded before it is sent to the server. */
export function orderingOn({ access, home, signal, call, describeId, recordOf, runningSpec }: OrderingParts): Ordering {
  /** An install's inputs that were lost or changed in this folder are equal to those of an equal order, byte for byte. */
  const putBack = async ({ memo }: WorkflowExecutionDescription, spec: InstallSpec): Promise<void> => {
    for (const wipeConfirmed of [spec.wipeConfirmed, !spec.wipeConfirmed]) {
      const same = { ...spec, wipeConfirmed };
      if (inputsDigestOf(same) === memo?.[MEMO_INPUTS]) await keepOrder(home, same, null);
    }
  };

  const joinOrRefuse = async (
    description: WorkflowExecutionDescription,
    spec: InstallSpec,
  ): Promise<Exclude<StartOutcome, { kind: 'started' }>> => {
    if (description.memo?.[MEMO_SPEC_DIGEST] !== specDigest(spec))
      return { kind: 'refused', running: await runningSpec(spec.siteId) };
    await putBack(description, spec);
    return { kind: 'joined' };
  };

  /** Runs an order as a workflow of its own, recorded before it starts. Call it under the site's lock. */
  const run = async (
    spec: InstallSpec,
    ids: SiteIds,
    state: CarriedState | null,
    record: (ids: SiteIds) => Promise<void>,
  ): Promise<void> => {
    const { workflowId } = ids;
    const order = await keepOrder(home, spec, orderInWorkflowId(workflowId));
    await record(ids);
    await keyRingUnderLock(home, spec.siteId);
    const input: InstallInput = { order, ...(state !== null && { state }) };
    await call(`start the install of ${spec.siteId}`, () =>
      access.client.workflow.start(INSTALL_WORKFLOW, {
        workflowId,
        taskQueue: access.taskQueue,
        args: [input],
        memo: {
          [MEMO_SPEC_DIGEST]: order.specDigest,
          [MEMO_INPUTS]: order.inputs.digest,
          ...(state !== null && { [MEMO_PROGRESS]: state.progress }),
        },
        workflowIdConflictPolicy: 'FAIL',
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
      }),
    );
  };

  /**
   * A new order for the site, as a workflow of its own. One that is on record and unknown to the server was never started, because
   * the process that recorded it died in between: it is started now if it is the same.
   */
  const begin = async (
    spec: InstallSpec,
    known: SiteRecord | null,
    before: WorkflowExecutionDescription | null,
    record: (ids: SiteIds) => Promise<void>,
  ): Promise<StartOutcome> => {
    const digest = specDigest(spec);
    const siteUid = known?.siteUid ?? randomUUID();
    const isUnbegun = before === null && known !== null && specDigest(known.spec) === digest;
    const workflowId =
      (isUnbegun ? known.workflowId : undefined) ?? orderWorkflowId(spec.siteId, siteUid, randomUUID());
    await run(spec, { siteUid, workflowId }, null, record);
    return { kind: 'started' };
  };

  return {
    start: async (spec, record) => {
      const { siteId } = spec;
      const seen = await describeId(siteId, installIn(await recordOf(siteId)));
      const decide = async (): Promise<StartOutcome> => {
        const known = await recordOf(siteId);
        const now = await describeId(siteId, installIn(known));
        if (now?.status.name === 'RUNNING') return joinOrRefuse(now, spec);
        // What was ordered and came to its end while this call waited is nothing that a person has seen and wants to have again:
        // another run of it would wipe the appliance that has just come up.
        const isNews =
          now?.status.name === 'COMPLETED' && !(seen?.runId === now.runId && seen.status.name === 'COMPLETED');
        if (!isNews) return begin(spec, known, now, record);
        const outcome = await joinOrRefuse(now, spec);
        if (outcome.kind === 'joined') return outcome;
        throw new UserError(
          EXIT.held,
          `Another install of ${siteId} has just ended; this one was not started. Check its status.`,
        );
      };
      return underSiteLock(siteFolder(home, siteId), decide, signal);
    },
    takeUp: (spec, state, record) => {
      const { siteId } = spec;
      const decide = async (): Promise<void> => {
        const known = await recordOf(siteId);
        const now = await describeId(siteId, installIn(known));
        if (now?.status.name === 'RUNNING') return;
        const siteUid = known?.siteUid ?? randomUUID();
        await run(spec, { siteUid, workflowId: orderWorkflowId(siteId, siteUid, randomUUID()) }, state, record);
      };
      return underSiteLock(siteFolder(home, siteId), decide, signal);
    },
  };
}
