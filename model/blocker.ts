import { z } from 'zod';
import { advice } from './advice.ts';
import { kept, open } from './objects.ts';
import type { Open } from './objects.ts';
import { openTierId } from './tiers.ts';

/** The layer a cause lies in: from the machine upward. `unknown` is an honest answer, not a default. */
export const LAYERS = ['operator', 'host', 'platform', 'workload', 'app', 'unknown'] as const;
export const layer = open(LAYERS);
export type Layer = (typeof LAYERS)[number];

/**
 * Every blocker code, by layer. A code names a root cause, is stable and is never renamed; it appears in the status
 * document, in `-o json` and in the documentation. `operator` and `unknown` are additions to the appliance's vocabulary:
 * causes on the engineer's own machine or in the inputs, and failures that no rule knows.
 */
export const BLOCKER_CODES = {
  operator: [
    'operator-tool-missing',
    'operator-disk-full',
    'operator-clock-skew',
    'operator-folder-unwritable',
    'key-material-missing',
    'release-invalid',
    'git-remote-unreachable',
    'git-branch-missing',
    'git-auth-failed',
    'input-invalid',
    'confirmation-needed',
  ],
  host: [
    'talos-maintenance-unreachable',
    'talos-already-configured',
    'talos-tls-mismatch',
    'talos-config-invalid',
    'talos-disk-not-found',
    'talos-etcd-unhealthy',
    'talos-api-unreachable',
    'foreign-cluster',
  ],
  platform: [
    'dns-resolution-failure',
    'clock-skew',
    'certificate-expired',
    'node-not-ready',
    'node-cordoned',
    'insufficient-resources',
    'disk-pressure',
    'cni-failure',
    'port-conflict',
    'storage-provisioner-failed',
    'flux-source-unreachable',
    'flux-source-auth',
    'flux-source-ref-missing',
    'flux-build-failed',
    'flux-apply-rejected',
    'flux-health-timeout',
    'flux-suspended',
    'release-objects-missing',
    'helm-render-failed',
    'helm-chart-unavailable',
    'helm-operation-in-progress',
    'helm-timeout',
    'kubernetes-unreachable',
    'credentials-lost',
    'site-folder-missing',
    'site-held-elsewhere',
  ],
  workload: [
    'image-tag-missing',
    'image-name-invalid',
    'image-pull-unauthorized',
    'image-rate-limited',
    'image-registry-unreachable',
    'image-pull-interrupted',
    'image-architecture-mismatch',
    'config-missing',
    'volume-subpath-failed',
    'volume-mount-failed',
    'pvc-unbound',
    'out-of-memory',
    'evicted',
    'start-command-failed',
    'permission-denied',
    'pod-security-violation',
    'quota-exceeded',
    'probe-failing',
    'crash-loop',
    'scaled-to-zero',
  ],
  app: [
    'database-auth-failed',
    'database-unreachable',
    'database-missing',
    'database-disk-full',
    'database-version-mismatch',
    'database-corrupt',
    'database-connections-exhausted',
    'database-lock-stale',
    'redis-auth-failed',
    'redis-unreachable',
    'redis-data-broken',
    'pgbouncer-auth-failed',
    'migration-failed',
    'bootstrap-job-failed',
    'bootstrap-existing-data',
    'temporal-schema-missing',
    'temporal-unreachable',
    'service-link-collision',
  ],
  unknown: ['unknown-failure'],
} as const satisfies Record<Layer, readonly string[]>;

export const blockerCode = z.enum([
  ...BLOCKER_CODES.operator,
  ...BLOCKER_CODES.host,
  ...BLOCKER_CODES.platform,
  ...BLOCKER_CODES.workload,
  ...BLOCKER_CODES.app,
  ...BLOCKER_CODES.unknown,
]);
export type BlockerCode = z.infer<typeof blockerCode>;
const openBlockerCode = open(blockerCode.options);

/** The layer that the code's cause lies in; `unknown` for a code that is not known here. */
export function layerOf(code: Open<BlockerCode>): Layer {
  const found = LAYERS.find((name) => (BLOCKER_CODES[name] as readonly string[]).includes(code));
  return found ?? 'unknown';
}

/** A message as it was seen, secrets redacted, with the object it came from. */
export const evidence = kept({
  source: z.string(),
  object: z.string(),
  message: z.string(),
  at: z.iso.datetime().nullable(),
});
export type Evidence = z.infer<typeof evidence>;

export const blocker = kept({
  code: openBlockerCode,
  title: z.string(),
  component: z.string(),
  tier: openTierId,
  layer,
  loginBlocking: z.boolean(),
  severity: open(['error', 'warning']),
  reason: z.string(),
  evidence: z.array(evidence),
  nextAction: z.string(),
  /** What to do, as data; `nextAction` is its text for an unknown reader. Older writers omit it. */
  advice: advice.optional(),
  /** automatic: the installer checks again by itself · after-change: when an input or the appliance changed · manual: on request only */
  retry: open(['automatic', 'after-change', 'manual']),
  since: z.iso.datetime(),
});
export type Blocker = z.infer<typeof blocker>;

/** The same cause at the same component has the same key. */
export function blockerKey(value: Pick<Blocker, 'code' | 'component'>): string {
  return `${value.code}/${value.component}`;
}

/** What a summary advises: the first blocker's advice, as text and as data. */
export function adviceOf(first: Blocker | null | undefined): { nextAction: string | null; advice?: Blocker['advice'] } {
  if (!first) return { nextAction: null };
  return { nextAction: first.nextAction, ...(first.advice && { advice: first.advice }) };
}
