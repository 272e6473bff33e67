import { z } from 'zod';
import { open } from './objects.ts';
import type { TierId } from './tiers.ts';

/** The phases of an install in their order, with their titles and the tier whose failure they report. */
export const PHASES = [
  { id: 'preflight', title: 'Check everything before touching anything', tier: 'platform' },
  { id: 'host', title: 'Talos and Kubernetes on the node', tier: 'platform' },
  { id: 'storage', title: 'Storage', tier: 'platform' },
  { id: 'gitops', title: 'Flux', tier: 'platform' },
  { id: 'identity', title: 'Namespaces and secrets', tier: 'platform' },
  { id: 'release', title: 'Release and Git source', tier: 'platform' },
  { id: 'status-page', title: 'Status page on the node', tier: 'platform' },
  { id: 'core', title: 'Database, Redis, PgBouncer', tier: 'core' },
  { id: 'bootstrap', title: 'Database setup', tier: 'bootstrap' },
  { id: 'login', title: 'Alga PSA login', tier: 'login' },
  { id: 'background', title: 'Background services', tier: 'background' },
  { id: 'finish', title: 'Report', tier: 'background' },
] as const satisfies readonly { id: string; title: string; tier: TierId }[];

export const phaseId = z.enum(PHASES.map((phase) => phase.id));
export type PhaseId = z.infer<typeof phaseId>;
export const openPhaseId = open(phaseId.options);
