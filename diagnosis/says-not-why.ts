import type { BlockerCode } from '../model/blocker.ts';

/** Codes that say that something failed, not why: each is a consequence whenever something explains it. */
export const SAYS_NOT_WHY: ReadonlySet<BlockerCode> = new Set([
  'unknown-failure',
  'crash-loop',
  'probe-failing',
  'bootstrap-job-failed',
  'helm-timeout',
  'flux-health-timeout',
  'evicted',
  'node-not-ready',
  'database-unreachable',
  'redis-unreachable',
  'temporal-unreachable',
  'kubernetes-unreachable',
]);
