import { programOf } from '../appliance/programs.ts';
import { hexOf, timestamp } from '../world/stage.ts';
import type { Stage } from '../world/stage.ts';
import { containersOf } from './containers.ts';
import { digestOf, partsOf } from './images.ts';
import { withCondition } from './objects.ts';
import type { Condition, Container, ContainerState, ContainerStatus, Pod } from './objects.ts';
import { at, memoryOf, putStatus } from './store.ts';

/** Writes the pod's status from what the kubelet remembers of its containers. */
export function renderPod(stage: Stage, key: string): void {
  const pod = at<Pod>(stage, key);
  if (!pod) return;
  const memory = memoryOf(stage, key);
  const placed = containersOf(pod);
  const initialised = placed.every(({ container, init }) => !init || memory[`${container.name}.endedAt`] !== undefined);
  const statuses = placed.map(({ container, init }) => ({
    init,
    status: statusOf(stage, key, pod, container, init, initialised),
  }));
  const mains = statuses.filter(({ init }) => !init).map(({ status }) => status);
  const inits = statuses.filter(({ init }) => init).map(({ status }) => status);
  const isOver = mains.every(({ state }) => state.terminated !== undefined);
  const isWell = mains.every(({ state }) => state.terminated?.exitCode === 0);
  const isReady = !isOver && mains.every(({ ready }) => ready);
  const hasStarted = mains.some(({ state }) => state.running ?? state.terminated);
  const placedAt = Number(memory['placedAt'] ?? stage.now);
  putStatus(stage, pod, {
    phase: isOver ? (isWell ? 'Succeeded' : 'Failed') : hasStarted ? 'Running' : 'Pending',
    conditions: conditionsOf(stage, pod, { initialised, isReady, isOver, isWell, mains }),
    hostIP: stage.state.machine.nodeIp,
    startTime: timestamp(stage, placedAt),
    qosClass: 'Burstable',
    podIP: pod.spec.hostNetwork ? stage.state.machine.nodeIp : podAddress(key),
    ...(inits.length > 0 && { initContainerStatuses: inits }),
    containerStatuses: mains,
  });
}

function podAddress(key: string): string {
  return `10.244.0.${(Number.parseInt(hexOf(key, 6), 16) % 250) + 2}`;
}

function conditionsOf(
  stage: Stage,
  pod: Pod,
  so: {
    initialised: boolean;
    isReady: boolean;
    isOver: boolean;
    isWell: boolean;
    mains: readonly ContainerStatus[];
  },
): Condition[] {
  const unready = so.mains.filter(({ ready }) => !ready).map(({ name }) => name);
  const notReady = so.isOver
    ? { reason: so.isWell ? 'PodCompleted' : 'PodFailed', message: '' }
    : { reason: 'ContainersNotReady', message: `containers with unready status: [${unready.join(' ')}]` };
  const pending = (pod.spec.initContainers ?? []).map(({ name }) => name).join(' ');
  const list = [
    { type: 'PodReadyToStartContainers', isSo: !so.isOver, reason: '', message: '' },
    {
      type: 'Initialized',
      isSo: so.initialised,
      reason: 'ContainersNotInitialized',
      message: `containers with incomplete status: [${pending}]`,
    },
    { type: 'Ready', isSo: so.isReady, ...notReady },
    { type: 'ContainersReady', isSo: so.isReady, ...notReady },
    { type: 'PodScheduled', isSo: true, reason: '', message: '' },
  ];
  const now = timestamp(stage);
  return list.reduce<Condition[]>(
    (conditions, { type, isSo, reason, message }) =>
      withCondition(
        conditions,
        { type, status: isSo ? 'True' : 'False', reason: isSo ? '' : reason, message: isSo ? '' : message },
        now,
      ),
    [...(pod.status?.conditions ?? [])],
  );
}

function statusOf(
  stage: Stage,
  key: string,
  pod: Pod,
  container: Container,
  init: boolean,
  initialised: boolean,
): ContainerStatus {
  const { name, image } = container;
  const memory = memoryOf(stage, key);
  const startedAt = memory[`${name}.startedAt`];
  const endedAt = memory[`${name}.endedAt`];
  const containerID = `containerd://${hexOf(`${key} ${name}`, 64)}`;
  return {
    name,
    image,
    imageID: startedAt === undefined ? '' : `${partsOf(image).repository}@${digestOf(image)}`,
    ...(startedAt !== undefined && { containerID }),
    ready: init ? endedAt !== undefined : memory[`${name}.readyAt`] !== undefined,
    started: startedAt !== undefined && endedAt === undefined,
    restartCount: 0,
    state: stateOf(),
    lastState: {},
  };

  function stateOf(): ContainerState {
    if (startedAt !== undefined && endedAt !== undefined) {
      const { message, exitCode = 0 } = programOf(stage, pod, container, init);
      return {
        terminated: {
          exitCode,
          reason: exitCode === 0 ? 'Completed' : 'Error',
          ...(message !== undefined && { message }),
          startedAt: timestamp(stage, Number(startedAt)),
          finishedAt: timestamp(stage, Number(endedAt)),
          containerID,
        },
      };
    }
    if (startedAt !== undefined) return { running: { startedAt: timestamp(stage, Number(startedAt)) } };
    const message = String(memory[`${name}.message`] ?? '');
    switch (memory[`${name}.state`]) {
      case 'err-image-pull':
        return { waiting: { reason: 'ErrImagePull', message } };
      case 'image-pull-backoff':
        return { waiting: { reason: 'ImagePullBackOff', message } };
      case 'config-error':
        return { waiting: { reason: 'CreateContainerConfigError', message } };
      default:
        return {
          waiting: {
            reason: initialised && !init && !pod.spec.initContainers ? 'ContainerCreating' : 'PodInitializing',
          },
        };
    }
  }
}
