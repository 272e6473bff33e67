import { gunzipSync, gzipSync } from 'node:zlib';
import proto from '@temporalio/proto';
import { z } from 'zod';

/**
 * A workflow's history as it is kept for replay. The events are the protobuf bytes, compressed: the SDK's own JSON needs one
 * copy of protobufjs in the whole dependency tree, and there are several.
 */
export const recordedHistory = z.strictObject({
  scenario: z.string(),
  workflowId: z.string(),
  recordedAt: z.iso.datetime(),
  /** Version of the product whose workflow code made this history. */
  version: z.string(),
  temporalSdk: z.string(),
  /** How the install ended. */
  end: z.string(),
  events: z.number().int(),
  bytes: z.number().int(),
  history: z.base64(),
});
export type RecordedHistory = z.infer<typeof recordedHistory>;

export type History = proto.temporal.api.history.v1.IHistory;

/** The history as a file stores it: its size on the wire, and its text. */
export function packHistory(history: History): Pick<RecordedHistory, 'events' | 'bytes' | 'history'> {
  const bytes = proto.temporal.api.history.v1.History.encode(history).finish();
  return {
    events: history.events?.length ?? 0,
    bytes: bytes.length,
    history: gzipSync(bytes, { level: 9 }).toString('base64'),
  };
}

export function unpackHistory({ history }: RecordedHistory): History {
  return proto.temporal.api.history.v1.History.decode(gunzipSync(Buffer.from(history, 'base64')));
}
