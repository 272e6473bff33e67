import type { Client } from '@temporalio/client';
import type { Payload } from '@temporalio/common';

/**
 * Takes a client and payloads as the server gave them raw, gives the first value: decrypted and parsed. The SDK does this
 * itself for results and memos, not for pending activities and histories.
 */
export async function decodeFirst(client: Client, payloads: readonly Payload[]): Promise<unknown> {
  const { payloadCodecs, payloadConverter } = client.options.loadedDataConverter;
  let decoded = [...payloads];
  for (const codec of payloadCodecs) decoded = await codec.decode(decoded);
  return decoded[0] ? payloadConverter.fromPayload<unknown>(decoded[0]) : undefined;
}
