import { ApplicationFailure } from '@temporalio/workflow';
import type { z } from 'zod';
import { REFUSED_FAILURE, whyRefused } from '../model/refused.ts';
import { SUPERSEDED_FAILURE, command, orderUpdate, specUpdate } from '../model/workflow-contract.ts';
import type { Command, InputUpdate } from '../model/workflow-contract.ts';
import type { Ordered } from './ordered.ts';

/** Why an update is not taken, in words for the person who sent it. */
export function refusal(message: string, type = REFUSED_FAILURE): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, type);
}

/** Throws a refusal when this is no change of what the install goes by now. */
export function checkedChange(update: InputUpdate, { digest, input, facts: { siteId, nodeIp } }: Ordered): void {
  if (digest === null) {
    checked(specUpdate.safeParse(update));
    return;
  }
  if ('change' in update) throw refusal('this client is older than the one that started the install: update it');
  const { from, order } = checked(orderUpdate.safeParse(update));
  if (from !== digest)
    throw refusal('another client changed the inputs in the meantime: read them and try again', SUPERSEDED_FAILURE);
  const now = 'order' in input ? input.order : null;
  if (now?.orderId !== order.orderId || now?.inputs.siteUid !== order.inputs.siteUid)
    throw refusal('these inputs belong to another order than the running one');
  if (order.inputs.siteId !== siteId || order.inputs.nodeIp !== nodeIp)
    throw refusal(`these inputs belong to another machine than ${siteId} on ${nodeIp}`);
}

function checked<Value>(parsed: z.ZodSafeParseResult<Value>): Value {
  if (parsed.success) return parsed.data;
  throw refusal(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
}

/** Throws the failure that ends a workflow whose argument is not ours, or is no such argument: without a single step. */
export function checkedInput<Schema extends z.ZodType>(schema: Schema, input: unknown): void {
  const why = whyRefused(input);
  if (why !== null) throw refusal(`the input of this workflow is not accepted: ${why}`);
  const parsed = schema.safeParse(input);
  if (parsed.success) return;
  const { path = [], message = '' } = parsed.error.issues[0] ?? {};
  throw refusal(
    `the input of this workflow is not accepted: ${[path.join('.'), message].filter((part) => part !== '').join(': ')}`,
  );
}

/** Throws a refusal where the argument of an update is not ours, or names no command although every client that began such installs does. */
export function checkedCommand(given: unknown, namesCommands: boolean): Command {
  const why = whyRefused(given);
  if (why !== null) throw refusal(`the request is not accepted: ${why}`);
  const parsed = checked(command.safeParse(given ?? {}));
  if (namesCommands && parsed.commandId === undefined)
    throw refusal(
      'the request is not accepted: it names no command, so it comes from a client older than the one that started the install: update it',
    );
  return parsed;
}
