import { COMPONENTS, type Component, NAMESPACES } from '../../model/appliance.ts';
import type { KubernetesObject } from '../../model/snapshot.ts';
import { ago, type Change, imageOf, podName } from './appliance.ts';

type Json = Record<string, unknown>;

export function componentOf(name: string): Component {
  const found = COMPONENTS.find((one) => one.name === name);
  if (!found) throw new Error(`no component is called ${name}`);
  return found;
}

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

export function partOf(object: KubernetesObject, field: string): Json {
  const part = object[field];
  if (!isJson(part)) throw new Error(`${object.kind} ${object.metadata.name} has no ${field}`);
  return part;
}

export function find(items: readonly KubernetesObject[], kind: string, name: string): KubernetesObject {
  const found = items.find((one) => one.kind === kind && one.metadata.name === name);
  if (!found) throw new Error(`the appliance of the test has no ${kind} ${name}`);
  return found;
}

export interface EventSays {
  readonly count?: number;
  /** Minutes before NOW. */
  readonly first?: number;
  readonly last?: number;
  readonly type?: 'Normal' | 'Warning';
}

/** A short name made of text: the same text, the same name, in whatever order tests run. */
function digest(text: string): string {
  let sum = 5381;
  for (const letter of text) sum = (sum * 33 + (letter.codePointAt(0) ?? 0)) % 0xff_ff_ff_ff;
  return sum.toString(16);
}

export function event(
  about: KubernetesObject,
  reason: string,
  message: string,
  says: EventSays = {},
  container?: string,
): KubernetesObject {
  const { namespace, name, uid } = about.metadata;
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.${digest(reason + message)}`, namespace: namespace ?? 'default' },
    involvedObject: {
      kind: about.kind,
      name,
      ...(namespace ? { namespace } : {}),
      ...(uid ? { uid } : {}),
      ...(container ? { fieldPath: `spec.containers{${container}}` } : {}),
    },
    type: says.type ?? 'Warning',
    reason,
    message,
    count: says.count ?? 6,
    firstTimestamp: ago(says.first ?? 8),
    lastTimestamp: ago(says.last ?? 1),
  };
}

/** Gives a change that makes a component's pod unready, with this container state, and its workload with it. */
export function broken(
  name: string,
  container: Json,
  events: readonly [reason: string, message: string, says?: EventSays][] = [],
): Change {
  return (items) => {
    const component = componentOf(name);
    const pod = find(items, 'Pod', podName(component));
    const status = partOf(pod, 'status');
    status['phase'] = 'Pending';
    status['conditions'] = [
      { type: 'PodScheduled', status: 'True', lastTransitionTime: ago(50) },
      { type: 'Ready', status: 'False', reason: 'ContainersNotReady', lastTransitionTime: ago(50) },
    ];
    status['containerStatuses'] = [
      { name, ready: false, started: false, restartCount: 0, image: imageOf(name), lastState: {}, ...container },
    ];
    for (const [reason, message, says] of events)
      items.push(
        event(
          pod,
          reason,
          message,
          says,
          reason.startsWith('Failed') && /Mount|Sandbox|SandBox/.test(reason) ? undefined : name,
        ),
      );
    unready(items, component);
  };
}

function unready(items: readonly KubernetesObject[], component: Component): void {
  if (component.kind === 'Job') {
    const job = find(items, 'Job', `${component.object}-1`);
    job['status'] = { active: 1, startTime: ago(45), conditions: [] };
    return;
  }
  const names =
    component.kind === 'Deployment' ? [component.object, `${component.object}-7d9c5b8f6d`] : [component.object];
  for (const item of items) {
    if (!names.includes(item.metadata.name) || !/^(?:Deployment|StatefulSet|ReplicaSet)$/.test(item.kind)) continue;
    const status = partOf(item, 'status');
    Object.assign(status, {
      readyReplicas: 0,
      availableReplicas: 0,
      conditions: [{ type: 'Available', status: 'False', lastTransitionTime: ago(40) }],
    });
  }
}

export function pulling(
  name: string,
  state: 'ErrImagePull' | 'ImagePullBackOff' | 'InvalidImageName',
  message: string,
  events: readonly [string, string, EventSays?][],
): Change {
  return broken(name, { state: { waiting: { reason: state, message } } }, events);
}

/** Gives a change that makes a component's program exit again and again, with this log. */
export function crashing(
  name: string,
  log: string,
  more: {
    readonly restarts?: number;
    readonly exitCode?: number;
    readonly reason?: string;
    readonly message?: string;
  } = {},
): Change {
  const { restarts = 6, exitCode = 1, reason = 'Error', message } = more;
  const ended = { exitCode, reason, startedAt: ago(2), finishedAt: ago(1.5), ...(message ? { message } : {}) };
  return (items, rest) => {
    const waiting = { reason: 'CrashLoopBackOff', message: `back-off 5m0s restarting failed container=${name}` };
    broken(name, { state: { waiting }, lastState: { terminated: ended }, restartCount: restarts }, [
      ['BackOff', `Back-off restarting failed container ${name}`, { count: 20 }],
    ])(items, rest);
    const component = componentOf(name);
    partOf(find(items, 'Pod', podName(component)), 'status')['phase'] = 'Running';
    if (log !== '')
      rest.logs.push({
        namespace: component.namespace,
        pod: podName(component),
        container: name,
        previous: false,
        text: log,
      });
  };
}

/** Gives a change that makes the bootstrap job fail for good, with this log. */
export function bootstrapFailed(log: string): Change {
  return (items, rest) => {
    const component = componentOf('bootstrap');
    const job = find(items, 'Job', `${component.object}-1`);
    job['status'] = {
      failed: 3,
      startTime: ago(45),
      conditions: [
        {
          type: 'Failed',
          status: 'True',
          reason: 'BackoffLimitExceeded',
          message: 'Job has reached the specified backoff limit',
          lastTransitionTime: ago(30),
        },
      ],
    };
    const pod = find(items, 'Pod', podName(component));
    const status = partOf(pod, 'status');
    status['phase'] = 'Failed';
    status['containerStatuses'] = [
      {
        name: 'bootstrap',
        ready: false,
        restartCount: 0,
        image: imageOf('bootstrap'),
        lastState: {},
        state: { terminated: { exitCode: 1, reason: 'Error', startedAt: ago(35), finishedAt: ago(31) } },
      },
    ];
    rest.logs = rest.logs.filter((one) => one.pod !== podName(component));
    rest.logs.push({
      namespace: component.namespace,
      pod: podName(component),
      container: 'bootstrap',
      previous: false,
      text: log,
    });
  };
}

/** Gives a change that leaves a component's pod without a node. */
export function unplaced(name: string, message: string): Change {
  return (items, rest) => {
    broken(name, {}, [['FailedScheduling', message, { count: 5, first: 20, last: 1 }]])(items, rest);
    const pod = find(items, 'Pod', podName(componentOf(name)));
    pod['spec'] = { containers: [{ name, image: imageOf(name) }], volumes: [] };
    pod['status'] = {
      phase: 'Pending',
      conditions: [
        { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message, lastTransitionTime: ago(20) },
      ],
    };
  };
}

/** Gives a change in which the API server refuses a component's pods. */
export function refused(name: string, message: string): Change {
  return (items) => {
    const component = componentOf(name);
    unready(items, component);
    const index = items.findIndex((one) => one.kind === 'Pod' && one.metadata.name === podName(component));
    items.splice(index, 1);
    const maker =
      component.kind === 'Deployment'
        ? find(items, 'ReplicaSet', `${component.object}-7d9c5b8f6d`)
        : find(items, component.kind, component.object);
    items.push(event(maker, 'FailedCreate', message, { count: 15 }));
  };
}

/** Gives a change in which the node evicted a component's pod and nothing replaced it. */
export function evicted(name: string, message: string): Change {
  return (items, rest) => {
    broken(name, { state: { terminated: { exitCode: 137, reason: 'Error', finishedAt: ago(3) } } })(items, rest);
    Object.assign(partOf(find(items, 'Pod', podName(componentOf(name))), 'status'), {
      phase: 'Failed',
      reason: 'Evicted',
      message,
    });
  };
}

/** Gives a change in which a component runs and its probe fails. */
export function probing(name: string, message: string, says: EventSays = { count: 42, first: 12, last: 0.2 }): Change {
  return (items, rest) => {
    broken(name, { state: { running: { startedAt: ago(says.first ?? 12) } } }, [['Unhealthy', message, says]])(
      items,
      rest,
    );
    partOf(find(items, 'Pod', podName(componentOf(name))), 'status')['phase'] = 'Running';
  };
}

/** Gives a change of one object's fields. */
export function changed(
  kind: string,
  name: string,
  change: (object: KubernetesObject, items: KubernetesObject[]) => void,
): Change {
  return (items) => change(find(items, kind, name), items);
}

/** Gives a change in which an object of Flux is not ready. */
export function fluxFailed(kind: string, name: string, reason: string, message: string, type = 'Ready'): Change {
  return (items) => {
    let object = items.find((one) => one.kind === kind && one.metadata.name === name);
    if (!object) {
      object = {
        apiVersion: 'source.toolkit.fluxcd.io/v1',
        kind,
        metadata: { name, namespace: NAMESPACES.flux, uid: `uid-${name}`, generation: 1 },
        spec: {},
      };
      items.push(object);
    }
    const condition = (of: string, status: string) => ({
      type: of,
      status,
      reason,
      message,
      observedGeneration: 1,
      lastTransitionTime: ago(6),
    });
    object['status'] = {
      observedGeneration: 1,
      conditions:
        type === 'Ready' ? [condition('Ready', 'False')] : [condition(type, 'False'), condition('Ready', 'False')],
    };
  };
}

export function nodeCondition(type: string, status: string, reason: string, message: string): Change {
  return changed('Node', 'appliance', (node) => {
    const list = partOf(node, 'status')['conditions'];
    if (!Array.isArray(list)) throw new Error('the node has no conditions');
    const rest = list.filter((one) => isJson(one) && one['type'] !== type);
    partOf(node, 'status')['conditions'] = [
      ...rest,
      { type, status, reason, message, lastTransitionTime: ago(10), lastHeartbeatTime: ago(0.2) },
    ];
  });
}

/** Gives a change in which a claim waits and an event says why. */
export function unbound(name: string, reason: string, message: string, phase = 'Pending'): Change {
  return changed('PersistentVolumeClaim', name, (claim, items) => {
    claim['status'] = { phase };
    items.push(event(claim, reason, message, { count: 12, first: 20, last: 1 }));
  });
}

export function talos(command: string, stderr: string, exitCode = 1): Change {
  return (_items, rest) => {
    rest.talos.push({ command, exitCode, stdout: exitCode === 0 ? stderr : '', stderr: exitCode === 0 ? '' : stderr });
  };
}

export function apiDown(error: string): Change {
  return (_items, rest) => {
    rest.kubernetesError = error;
  };
}

export function login(status: number | null, location: string | null = null, error: string | null = null): Change {
  return (_items, rest) => {
    rest.loginProbe = { status, location, error };
  };
}

/** Gives a change in which a new version of a Deployment does not come up while its old pod still serves. */
export function upgrading(name: string, container: Json, age = 20): Change {
  return (items) => {
    const { object, namespace } = componentOf(name);
    const deployment = find(items, 'Deployment', object);
    deployment.metadata.generation = 2;
    deployment['status'] = {
      observedGeneration: 2,
      replicas: 2,
      readyReplicas: 1,
      availableReplicas: 1,
      updatedReplicas: 1,
      unavailableReplicas: 1,
      conditions: [{ type: 'Available', status: 'True', lastTransitionTime: ago(30) }],
    };
    const set = structuredClone(find(items, 'ReplicaSet', `${object}-7d9c5b8f6d`));
    set.metadata.name = `${object}-5f6d7c8b9a`;
    set.metadata.uid = `uid-${set.metadata.name}`;
    set.metadata['annotations'] = { 'deployment.kubernetes.io/revision': '2' };
    set['status'] = { observedGeneration: 1, replicas: 1, readyReplicas: 0 };
    const pod = structuredClone(find(items, 'Pod', podName(componentOf(name))));
    pod.metadata.name = `${set.metadata.name}-q8w7e`;
    pod.metadata.uid = `uid-${pod.metadata.name}`;
    pod.metadata['creationTimestamp'] = ago(age);
    pod.metadata['ownerReferences'] = [{ kind: 'ReplicaSet', name: set.metadata.name, controller: true }];
    pod['status'] = {
      phase: 'Pending',
      startTime: ago(age),
      conditions: [
        { type: 'PodScheduled', status: 'True', lastTransitionTime: ago(age) },
        { type: 'Ready', status: 'False', reason: 'ContainersNotReady', lastTransitionTime: ago(age) },
      ],
      containerStatuses: [{ name, ready: false, restartCount: 0, image: imageOf(name), lastState: {}, ...container }],
    };
    const words = `Created pod: ${pod.metadata.name}`;
    items.push(
      set,
      pod,
      event({ ...set, metadata: { ...set.metadata, namespace } }, 'SuccessfulCreate', words, {
        type: 'Normal',
        count: 1,
        first: age,
        last: age,
      }),
    );
  };
}
