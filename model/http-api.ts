import { z } from 'zod';
import { blocker } from './blocker.ts';
import { openPhaseId } from './phases.ts';
import { deliveryRow, podRow } from './page.ts';
import { rollupState, statusDocument } from './status.ts';

const { siteId, timestamp, observedAt, stale, release, urls, rollup, tiers } = statusDocument.shape;
const { sources, components, activeOperations, bootstrap, loginProbe, recentEvents } = statusDocument.shape;

/** The answer of `/api/overview`: the document in single fields, for programs that show one line. */
export const overview = z.object({
  siteId,
  timestamp,
  observedAt,
  stale,
  release,
  installState: rollupState,
  /** The phase that an install is in, or would be in by the present state; null if nothing is left to come up. */
  currentPhase: openPhaseId.nullable(),
  loginUrl: z.string().nullable(),
  nextAction: z.string().nullable(),
  message: z.string(),
  urls,
  rollup,
  currentStep: z
    .object({
      title: z.string(),
      state: z.enum(['running', 'blocked']),
      since: z.string().nullable(),
      waitsFor: z.array(z.object({ what: z.string(), saw: z.string(), since: z.string().nullable() })).readonly(),
    })
    .nullable(),
  /** The status of each tier, by its id. */
  tiers: z.record(z.string(), z.string()),
  blockers: z.array(blocker.pick({ code: true, component: true, title: true, severity: true, loginBlocking: true })),
  missingSources: z.array(
    z.object({ source: z.string(), error: z.string().nullable(), ageSeconds: z.number().nullable() }),
  ),
});
export type Overview = z.infer<typeof overview>;

/** The answer of `/api/diagnostics`. */
export const diagnostics = z.object({
  siteId,
  timestamp,
  observedAt,
  stale,
  sources,
  rollup,
  tiers,
  components,
  blockers: z.array(blocker),
  activeOperations,
  bootstrap,
  loginProbe,
  events: recentEvents,
  /** Null while no cluster is known. */
  flux: z.array(deliveryRow).readonly().nullable(),
  helm: z.array(deliveryRow).readonly().nullable(),
  supportBundle: z.object({ snapshot: z.string(), command: z.string(), note: z.string() }),
});
export type Diagnostics = z.infer<typeof diagnostics>;

/** The answer of `/api/pods`. */
export const podsAnswer = z.object({ observedAt, stale, pods: z.array(podRow).readonly() });
export type PodsAnswer = z.infer<typeof podsAnswer>;

/** The answer of every address for programs to a request that fails. */
export const apiError = z.object({ error: z.object({ code: z.string(), message: z.string() }) });
