import { mayWork, programOf } from '../appliance/programs.ts';
import type { Stage } from '../world/stage.ts';
import { record } from './events.ts';
import { isMissing, isOnNode, notFoundMessage, pull, sizeOf } from './images.ts';
import type { Container, Pod } from './objects.ts';
import { at, memoryOf, remember } from './store.ts';

/** The kubelet's back-off for images: doubled from 10 seconds to 5 minutes. */
const FIRST_BACKOFF_MS = 10_000;
const LONGEST_BACKOFF_MS = 300_000;
/** How often the kubelet tries to make a container again whose configuration failed. */
const CONFIG_RETRY_MS = 15_000;
const RESOLVE_MS = 2_000;
const LOOK_AGAIN_MS = 2_000;

interface Placed {
  readonly container: Container;
  readonly init: boolean;
}

/** A pod's containers in the order in which the kubelet starts them. */
export function containersOf(pod: Pod): Placed[] {
  return [
    ...(pod.spec.initContainers ?? []).map((container) => ({ container, init: true })),
    ...pod.spec.containers.map((container) => ({ container, init: false })),
  ];
}

/** Brings the next container one step further. Gives when to look again. */
export function startContainers(stage: Stage, key: string): number | null {
  const pod = at<Pod>(stage, key);
  if (!pod) return null;
  const memory = memoryOf(stage, key);
  const placed = containersOf(pod)[Number(memory['index'] ?? 0)];
  if (!placed) {
    remember(stage, key, { step: 'run' });
    return stage.now + 1;
  }
  const { name } = placed.container;
  if (memory[`${name}.startedAt`] === undefined) return prepare(stage, key, pod, placed);
  if (!placed.init || hasEnded(stage, key, pod, placed)) {
    remember(stage, key, { index: Number(memory['index'] ?? 0) + 1 });
    return stage.now + 1;
  }
  return stage.now + LOOK_AGAIN_MS;
}

/** Watches the main containers of a pod that has been started: until they are ready, or have all ended. */
export function watchContainers(stage: Stage, key: string): number | null {
  const pod = at<Pod>(stage, key);
  if (!pod) return null;
  let isOver = true;
  let isQuiet = true;
  for (const placed of containersOf(pod).filter(({ init }) => !init)) {
    const program = programOf(stage, pod, placed.container, false);
    if (program.kind === 'task') isOver = hasEnded(stage, key, pod, placed) && isOver;
    else {
      isOver = false;
      isQuiet = becomesReady(stage, key, pod, placed) && isQuiet;
    }
  }
  if (isOver) remember(stage, key, { step: 'over' });
  const hasTask = !isOver && pod.spec.containers.some((one) => programOf(stage, pod, one, false).kind === 'task');
  return isOver || (isQuiet && !hasTask) ? null : stage.now + LOOK_AGAIN_MS;
}

function prepare(stage: Stage, key: string, pod: Pod, { container, init }: Placed): number {
  const { name, image } = container;
  const about = { from: 'kubelet', container: { name, init } } as const;
  const memory = memoryOf(stage, key);
  const retryAt = Number(memory[`${name}.retryAt`] ?? 0);
  if (stage.now < retryAt) return retryAt;
  if (!isOnNode(stage, image)) {
    if (memory[`${name}.pullAt`] === undefined) {
      record(stage, pod, { ...about, reason: 'Pulling', message: `Pulling image "${image}"` });
      // What the kubelet said of an earlier attempt stands until this one has ended.
      remember(stage, key, {
        [`${name}.pullAt`]: stage.now,
        [`${name}.state`]: memory[`${name}.state`] ?? 'pulling',
      });
      return isMissing(stage, image) ? stage.now + RESOLVE_MS : pull(stage, image);
    }
    return isMissing(stage, image) ? failPull(stage, key, pod, { container, init }) : pull(stage, image);
  }
  const pulledAt = memory[`${name}.pullAt`];
  if (memory[`${name}.state`] !== 'config-error') {
    const took = `${((stage.now - Number(pulledAt ?? 0)) / 1_000).toFixed(3)}s`;
    record(stage, pod, {
      ...about,
      reason: 'Pulled',
      message:
        pulledAt === undefined
          ? `Container image "${image}" already present on machine`
          : `Successfully pulled image "${image}" in ${took} (${took} including waiting). ` +
            `Image size: ${sizeOf(image)} bytes.`,
    });
  }
  const fault = configFault(stage, key, container);
  if (fault !== null) {
    record(stage, pod, { ...about, type: 'Warning', reason: 'Failed', message: `Error: ${fault}` });
    remember(stage, key, {
      [`${name}.state`]: 'config-error',
      [`${name}.message`]: fault,
      [`${name}.retryAt`]: stage.now + CONFIG_RETRY_MS,
    });
    return stage.now + CONFIG_RETRY_MS;
  }
  record(stage, pod, { ...about, reason: 'Created', message: `Created container ${name}` });
  record(stage, pod, { ...about, reason: 'Started', message: `Started container ${name}` });
  remember(stage, key, { [`${name}.state`]: 'running', [`${name}.startedAt`]: stage.now });
  return stage.now + 1_000;
}

function failPull(stage: Stage, key: string, pod: Pod, { container, init }: Placed): number {
  const { name, image } = container;
  const about = { from: 'kubelet', container: { name, init } } as const;
  const memory = memoryOf(stage, key);
  const cause = `rpc error: code = NotFound desc = ${notFoundMessage(image)}`;
  if (memory[`${name}.state`] !== 'err-image-pull') {
    record(stage, pod, {
      ...about,
      type: 'Warning',
      reason: 'Failed',
      message: `Failed to pull image "${image}": ${cause}`,
    });
    record(stage, pod, { ...about, type: 'Warning', reason: 'Failed', message: 'Error: ErrImagePull' });
    remember(stage, key, { [`${name}.state`]: 'err-image-pull', [`${name}.message`]: cause });
    return stage.now + 1_000;
  }
  const backoff = Math.min(Number(memory[`${name}.backoff`] ?? FIRST_BACKOFF_MS), LONGEST_BACKOFF_MS);
  record(stage, pod, { ...about, reason: 'BackOff', message: `Back-off pulling image "${image}"` });
  record(stage, pod, { ...about, type: 'Warning', reason: 'Failed', message: 'Error: ImagePullBackOff' });
  const { [`${name}.pullAt`]: _, ...rest } = stage.state.memory[key] ?? {};
  stage.state.memory[key] = rest;
  remember(stage, key, {
    [`${name}.state`]: 'image-pull-backoff',
    [`${name}.message`]: `Back-off pulling image "${image}": ErrImagePull: ${cause}`,
    [`${name}.backoff`]: backoff * 2,
    [`${name}.retryAt`]: stage.now + backoff,
  });
  return stage.now + backoff;
}

/** The kubelet's words when the container cannot be made from its configuration; null when it can. */
function configFault(stage: Stage, key: string, container: Container): string | null {
  const { subPath } = stage.scenario;
  if (!subPath || subPath.container !== container.name) return null;
  const placedAt = Number(memoryOf(stage, key)['placedAt'] ?? stage.now);
  if (stage.now >= placedAt + subPath.healsAfterSeconds * 1_000) return null;
  return `failed to create subPath directory for volumeMount "${subPath.volumeMount}" of container "${container.name}"`;
}

/** Milliseconds since the program in a container could begin its work; null before. */
function worksSince(stage: Stage, key: string, pod: Pod, { container, init }: Placed): number | null {
  const memory = memoryOf(stage, key);
  const startedAt = memory[`${container.name}.startedAt`];
  if (startedAt === undefined) return null;
  const known = memory[`${container.name}.worksAt`];
  if (known !== undefined) return stage.now - Number(known);
  if (!mayWork(stage, programOf(stage, pod, container, init))) return null;
  remember(stage, key, { [`${container.name}.worksAt`]: stage.now });
  return 0;
}

function hasEnded(stage: Stage, key: string, pod: Pod, placed: Placed): boolean {
  const { name } = placed.container;
  if (memoryOf(stage, key)[`${name}.endedAt`] !== undefined) return true;
  const program = programOf(stage, pod, placed.container, placed.init);
  const works = worksSince(stage, key, pod, placed);
  if (works === null || works < program.seconds * 1_000) return false;
  remember(stage, key, { [`${name}.state`]: 'ended', [`${name}.endedAt`]: stage.now });
  return true;
}

function becomesReady(stage: Stage, key: string, pod: Pod, placed: Placed): boolean {
  const { name } = placed.container;
  if (memoryOf(stage, key)[`${name}.readyAt`] !== undefined) return true;
  const works = worksSince(stage, key, pod, placed);
  if (works === null || works < programOf(stage, pod, placed.container, false).seconds * 1_000) return false;
  remember(stage, key, { [`${name}.readyAt`]: stage.now });
  return true;
}

/** What the program in a container has printed so far; null before it was started. */
export function logOf(stage: Stage, key: string, pod: Pod, containerName: string): string | null {
  const placed = containersOf(pod).find(({ container }) => container.name === containerName);
  const memory = memoryOf(stage, key);
  if (!placed || memory[`${containerName}.startedAt`] === undefined) return null;
  const worksAt = memory[`${containerName}.worksAt`];
  if (worksAt === undefined) return '';
  const seconds = (stage.now - Number(worksAt)) / 1_000;
  const { log } = programOf(stage, pod, placed.container, placed.init);
  return log
    .filter(({ after }) => after <= seconds)
    .map(({ line }) => `${line}\n`)
    .join('');
}
