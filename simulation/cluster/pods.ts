import type { Stage } from '../world/stage.ts';
import { startContainers, watchContainers } from './containers.ts';
import type { Pod } from './objects.ts';
import { renderPod } from './pod-status.ts';
import { schedule } from './scheduler.ts';
import { at, drop, memoryOf, remember } from './store.ts';

/** How long a pod that is deleted needs to end. */
const GRACE_MS = 3_000;

/**
 * Scheduler and kubelet in one: places the pod, starts its containers one after another, waits for readiness or the end.
 * Each step looks at what is so and changes the API's picture as the real ones do.
 */
export function podController(stage: Stage, key: string): number | null {
  const pod = at<Pod>(stage, key);
  if (!pod) return null;
  if (pod.metadata.deletionTimestamp) {
    const goneAt = Date.parse(pod.metadata.deletionTimestamp) + GRACE_MS;
    if (stage.now < goneAt) return goneAt;
    drop(stage, key);
    return null;
  }
  const { step } = memoryOf(stage, key);
  if (step === 'over') return null;
  if (step === undefined) {
    const again = schedule(stage, key, pod);
    if (again !== null) return again;
    remember(stage, key, { step: 'start', index: 0, placedAt: stage.now });
    renderPod(stage, key);
    return stage.now + 1_000;
  }
  const again = step === 'start' ? startContainers(stage, key) : watchContainers(stage, key);
  renderPod(stage, key);
  return again;
}
