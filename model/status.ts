import { z } from 'zod';
import { advice } from './advice.ts';
import { blocker } from './blocker.ts';
import { kept, open } from './objects.ts';
import { openPhaseId } from './phases.ts';
import { openTierId, tierId, tierStates } from './tiers.ts';

export const installUrls = kept({ statusUrl: z.string().nullable(), loginUrl: z.string().nullable() });
export type InstallUrls = z.infer<typeof installUrls>;

/** A long operation in progress that is not a fault: a pull, a container being prepared, a Helm operation. */
export const activeOperation = kept({
  kind: open(['image-pull', 'container-creating', 'helm', 'job', 'volume', 'other']),
  component: z.string(),
  tier: openTierId,
  object: z.string(),
  image: z.string().nullable(),
  startedAt: z.iso.datetime().nullable(),
  elapsedSeconds: z.number().nullable(),
  sizeBytes: z.number().nullable(),
  progressAvailable: z.boolean(),
  /** Why there is no percentage, in words; null when there is one. */
  progressReason: z.string().nullable(),
  message: z.string(),
});
export type ActiveOperation = z.infer<typeof activeOperation>;

export const ROLLUP_STATES = [
  'installing',
  'ready_to_log_in',
  'ready_with_background_issues',
  'fully_healthy',
  'failed_action_required',
  'unknown',
] as const;
export const rollupState = z.enum(ROLLUP_STATES);
export type RollupState = z.infer<typeof rollupState>;
export const rollup = kept({
  state: rollupState,
  message: z.string(),
  nextAction: z.string().nullable(),
  lastSeen: kept({ state: rollupState, at: z.iso.datetime() })
    .optional()
    .describe('The last known state, and its time; only while the present state is unknown. New after 0.1.0.'),
  advice: advice.optional(),
});

export const componentStatus = kept({
  name: z.string(),
  title: z.string(),
  tier: tierId,
  kind: z.string(),
  namespace: z.string(),
  object: z.string(),
  status: z.enum(['ready', 'progressing', 'failed', 'absent', 'unknown']),
  ready: z.number().int().nullable(),
  desired: z.number().int().nullable(),
  image: z.string().nullable(),
  message: z.string(),
  since: z.iso.datetime().nullable(),
});
export type ComponentStatus = z.infer<typeof componentStatus>;

/** One source of the document: when it last answered, and why it does not now. */
export const sourceStatus = kept({
  source: z.enum(['kubernetes', 'talos', 'login', 'install', 'logs']),
  observedAt: z.iso.datetime().nullable(),
  stale: z.boolean(),
  ageSeconds: z.number().nullable(),
  error: z.string().nullable(),
  partial: z
    .boolean()
    .default(false)
    .describe('True while the source answers in part; `error` says what is missing. New after 0.1.0.'),
});

export const recentEvent = kept({
  at: z.iso.datetime().nullable(),
  type: z.enum(['Normal', 'Warning']),
  reason: z.string(),
  object: z.string(),
  message: z.string(),
  count: z.number().int(),
});

export const loginProbe = kept({
  status: z.number().int().nullable(),
  location: z.string().nullable(),
  error: z.string().nullable(),
});
export type LoginProbe = z.infer<typeof loginProbe>;

export const temporalPods = kept({
  autosetup: z.boolean().describe('Every pod of the Temporal server runs the autosetup of its image.'),
  serviceLinks: z.boolean().describe('A pod of the Temporal server or its UI gets the environment of service links.'),
});

export const installSummary = kept({
  state: z.string(),
  phase: openPhaseId,
  phases: z.array(
    kept({
      id: openPhaseId,
      title: z.string(),
      state: z.string(),
      since: z.iso.datetime().nullable(),
      finishedAt: z.iso.datetime().nullable(),
      detail: z.string(),
    }),
  ),
  waits: z.array(kept({ what: z.string(), saw: z.string(), since: z.iso.datetime() })),
  startedAt: z.iso.datetime(),
});

/** The status document: `status -o json`, `/api/status`, and what a support bundle holds. */
export const statusDocument = kept({
  apiVersion: z.literal('appliance.alga-psa/v1'),
  kind: z.literal('Status'),
  siteId: z.string(),
  timestamp: z.iso.datetime(),
  /** When the newest part of the document was read; null when nothing was. */
  observedAt: z.iso.datetime().nullable(),
  stale: z.boolean(),
  sources: z.array(sourceStatus),
  release: kept({
    selectedReleaseVersion: z.string().nullable(),
    appVersion: z.string().nullable(),
    channel: z.string().nullable(),
    gitRevision: z.string().nullable(),
  }),
  urls: installUrls,
  rollup,
  tiers: tierStates,
  topBlockers: z.array(blocker),
  components: z.array(componentStatus),
  activeOperations: z.array(activeOperation),
  bootstrap: kept({
    job: z.string().nullable(),
    state: z.enum(['absent', 'running', 'succeeded', 'failed', 'unknown']),
    logs: z.array(z.string()),
    seed: kept({ usersCount: z.number().int().nullable() }),
  }),
  loginProbe: loginProbe.nullable(),
  temporalPods: temporalPods
    .nullable()
    .optional()
    .describe('What the pods of Temporal are started with; null while no pod of the server is seen. New after 0.1.0.'),
  recentEvents: z.array(recentEvent).max(20),
  install: installSummary.nullable(),
});
export type StatusDocument = z.infer<typeof statusDocument>;
