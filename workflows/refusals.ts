import { ApplicationFailure } from '@temporalio/workflow';
import type { z } from 'zod';
import { SUPERSEDED_FAILURE, orderUpdate, specUpdate } from '../model/workflow-contract.ts';
import type { InputUpdate } from '../model/workflow-contract.ts';
import type { Ordered } from './ordered.ts';

/** Why an update is not taken, in words for the person who sent it. */
export function refusal(message: string, type = 'Refused'): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, type);
}

/** Throws a refusal when this is no change of what the install goes by now. */
export function checkedChange(update: InputUpdate, { digest, facts: { siteId, nodeIp } }: Ordered): void {
  if (digest === null) {
    checked(specUpdate.safeParse(update));
    return;
  }
  if ('change' in update) throw refusal('this client is older than the one that began the install: update it');
  const { from, order } = checked(orderUpdate.safeParse(update));
  if (from !== digest)
    throw refusal('the inputs were changed by somebody else meanwhile: read them and try again', SUPERSEDED_FAILURE);
  if (order.inputs.siteId !== siteId || order.inputs.nodeIp !== nodeIp)
    throw refusal(`these are inputs of another machine than ${siteId} on ${nodeIp}`);
}

function checked<Value>(parsed: z.ZodSafeParseResult<Value>): Value {
  if (parsed.success) return parsed.data;
  throw refusal(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
}
