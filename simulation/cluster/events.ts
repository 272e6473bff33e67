import { hexOf, nextSerial, timestamp } from '../world/stage.ts';
import type { Stage } from '../world/stage.ts';
import { all, drop, keyOfObject, put } from './store.ts';
import type { ApiObject } from './objects.ts';

/** The API server keeps events for an hour (kube-apiserver --event-ttl). */
const EVENT_TTL_MS = 3_600_000;

interface EventObject extends ApiObject {
  readonly involvedObject: { readonly uid?: string; readonly fieldPath?: string };
  readonly reason: string;
  readonly message: string;
  readonly count: number;
  readonly lastTimestamp: string;
}

export interface Happening {
  readonly reason: string;
  readonly message: string;
  readonly type?: 'Normal' | 'Warning';
  readonly from: 'kubelet' | 'default-scheduler' | (string & {});
  /** The container that it happened to. */
  readonly container?: { readonly name: string; readonly init: boolean };
}

/** Records an event about an object, as client-go's recorder does: the same one again counts up. */
export function record(stage: Stage, about: ApiObject, happening: Happening): void {
  const { reason, message, type = 'Normal', from, container } = happening;
  const { name, namespace = 'default', uid } = about.metadata;
  const now = timestamp(stage);
  const fieldPath = container && `spec.${container.init ? 'initContainers' : 'containers'}{${container.name}}`;
  const same = all<EventObject>(stage, 'Event', namespace).find(
    (event) =>
      event.involvedObject.uid === uid &&
      event.involvedObject.fieldPath === fieldPath &&
      event.reason === reason &&
      event.message === message,
  );
  if (same) {
    put(stage, { ...same, count: same.count + 1, lastTimestamp: now });
    return;
  }
  put(stage, {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.${hexOf(`${name} ${nextSerial(stage)}`, 16)}`, namespace },
    involvedObject: {
      apiVersion: about.apiVersion,
      kind: about.kind,
      name,
      namespace,
      uid,
      ...(fieldPath && { fieldPath }),
    },
    reason,
    message,
    type,
    count: 1,
    firstTimestamp: now,
    lastTimestamp: now,
    eventTime: null,
    source: { component: from, ...(from === 'kubelet' && { host: stage.state.machine.hostname }) },
    reportingComponent: from,
    reportingInstance: from === 'kubelet' ? stage.state.machine.hostname : '',
  });
}

/** Removes events that are older than the API server keeps them. */
export function forgetOldEvents(stage: Stage): void {
  for (const event of all<EventObject>(stage, 'Event')) {
    if (Date.parse(event.lastTimestamp) < stage.now - EVENT_TTL_MS) drop(stage, keyOfObject(event));
  }
}
