import type { Client } from '@temporalio/client';
import type { Payload, SerializationContext } from '@temporalio/common';

/** The workflow that payloads belong to, and which of its activities. */
export interface Standing {
  readonly workflowId: string;
  readonly activityId?: string;
}

/**
 * The first value of raw payloads from the server: decrypted and parsed, or marked as refused. The SDK does this itself for results and
 * memos, not for pending activities and histories. The payloads of a failed workflow task have no place.
 */
export async function decodeFirst(
  client: Client,
  payloads: readonly Payload[],
  place: Standing | null,
): Promise<unknown> {
  const { payloadCodecs, payloadConverter } = client.options.loadedDataConverter;
  const context = place ? contextOf(client.options.namespace, place) : undefined;
  let decoded = [...payloads];
  for (const codec of payloadCodecs) decoded = await codec.decode(decoded, context);
  return decoded[0] ? payloadConverter.fromPayload<unknown>(decoded[0], context) : undefined;
}

function contextOf(namespace: string, { workflowId, activityId }: Standing): SerializationContext {
  return activityId === undefined
    ? { type: 'workflow', namespace, workflowId }
    : { type: 'activity', namespace, workflowId, activityId, isLocal: false };
}
