import { describe, expect, test } from 'vitest';
import { currentCondition, rollout } from '../../../kubernetes/readiness.ts';
import type { KubernetesObject } from '../../../model/snapshot.ts';

const object = (generation: number, status: object, spec: object = {}): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'coredns', generation },
  spec,
  status,
});
const ready = (more: object = {}) => ({ type: 'Ready', status: 'True', reason: 'Succeeded', message: '', ...more });

// Lesson 12: old Ready conditions satisfied new waits.
describe('a condition', () => {
  test.each([
    ['of the very generation', 3, { observedGeneration: 3, conditions: [ready()] }, 'True'],
    [
      'that names its own generation',
      3,
      { observedGeneration: 3, conditions: [ready({ observedGeneration: 3 })] },
      'True',
    ],
    ['of an object that counts no generations', 0, { conditions: [ready()] }, 'True'],
    ['of an older generation', 3, { observedGeneration: 2, conditions: [ready()] }, undefined],
    [
      'that is older than the rest of the status',
      3,
      { observedGeneration: 3, conditions: [ready({ observedGeneration: 2 })] },
      undefined,
    ],
    ['of another type', 3, { observedGeneration: 3, conditions: [ready({ type: 'Stalled' })] }, undefined],
    ['that is not there', 3, {}, undefined],
  ])('%s', (_, generation, status, expected) => {
    expect(currentCondition(object(generation, status), 'Ready')?.status).toBe(expected);
  });
});

describe('a rollout', () => {
  const done = { observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 2 };
  test.each([
    ['is done with every replica of the new form available', 2, done, true, '2 of 2 pods are available'],
    ['is not begun', 3, done, false, 'the change is not rolled out yet'],
    [
      'has some pods of the new form',
      2,
      { ...done, replicas: 3, updatedReplicas: 1 },
      false,
      '1 of 2 pods are of the new version',
    ],
    ['has old pods left', 2, { ...done, replicas: 3 }, false, '1 old pods still exist'],
    ['has unavailable pods', 2, { ...done, availableReplicas: 1 }, false, '1 of 2 pods are available'],
    ['has no status yet', 2, {}, false, 'the change is not rolled out yet'],
  ])('%s', (_, generation, status, expected, saw) => {
    expect(rollout(object(generation, status, { replicas: 2 }))).toEqual({ done: expected, saw: `coredns: ${saw}` });
  });

  test('to no pods at all is none: a stopped controller does not serve', () => {
    const status = { observedGeneration: 2, replicas: 0, updatedReplicas: 0, availableReplicas: 0 };
    expect(rollout(object(2, status, { replicas: 0 })).done).toBe(false);
  });
});
