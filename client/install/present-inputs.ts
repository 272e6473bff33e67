import type { WorkflowHandle } from '@temporalio/client';
import { changedSpec } from '../../model/input-change.ts';
import { inputsDigest } from '../../model/order.ts';
import type { OrderIdentity } from '../../model/order.ts';
import { installSpec } from '../../model/site.ts';
import type { InstallSpec } from '../../model/site.ts';
import { MEMO_INPUTS, UPDATE_SET_INPUT, orderInWorkflowId, specUpdate } from '../../model/workflow-contract.ts';
import { readInputs } from '../../site-folder/inputs.ts';
import { siteFolder } from '../../site-folder/index.ts';
import { decodeFirst } from '../../temporal/decode.ts';
import type { TemporalAccess } from '../../temporal/index.ts';

/** The inputs of the present run. `digest` is null if its spec is in its history; `spec` is null when it cannot be read. */
export interface PresentInputs {
  readonly identity: OrderIdentity | null;
  readonly digest: string | null;
  readonly spec: InstallSpec | null;
}

/** The inputs of a run: from the site's folder, or from the history of one that a client up to 0.1.0 started. */
export async function presentInputs(
  access: TemporalAccess,
  home: string,
  siteId: string,
  handle: WorkflowHandle,
): Promise<PresentInputs> {
  const identity = orderInWorkflowId(handle.workflowId);
  const { memo } = await handle.describe();
  const digest = inputsDigest.safeParse(memo?.[MEMO_INPUTS]);
  if (!digest.success) return { identity, digest: null, spec: await specInHistory(access, handle) };
  const kept = await readInputs(siteFolder(home, siteId), { siteId, digest: digest.data });
  return { identity, digest: digest.data, spec: 'spec' in kept ? kept.spec : null };
}

/**
 * The spec of a run that a client up to 0.1.0 started: its input, with every change that it accepted since. Both are in its history;
 * a continued run carries its changed spec in its input.
 */
async function specInHistory({ client }: TemporalAccess, handle: WorkflowHandle): Promise<InstallSpec | null> {
  const { workflowId } = handle;
  const { events } = await handle.fetchHistory();
  const begun = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads;
  let spec = begun ? specOf(await decodeFirst(client, begun, { workflowId })) : null;
  for (const event of events ?? []) {
    const { name, args } = event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest?.input ?? {};
    if (!spec || name !== UPDATE_SET_INPUT || !args?.payloads) continue;
    const update = specUpdate.safeParse(await decodeFirst(client, args.payloads, { workflowId }));
    if (update.success) spec = changedSpec(spec, update.data.change);
  }
  return spec;
}

function specOf(input: unknown): InstallSpec | null {
  const spec = input !== null && typeof input === 'object' && 'spec' in input ? input.spec : null;
  const parsed = installSpec.safeParse(spec);
  return parsed.success ? parsed.data : null;
}
