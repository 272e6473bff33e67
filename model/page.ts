import { z } from 'zod';
import { statusDocument } from './status.ts';

/** A pod as the status page shows it. */
export const podRow = z.object({
  namespace: z.string(),
  name: z.string(),
  /** What a person calls the part of the appliance that it belongs to; null for the platform's own pods. */
  component: z.string().nullable(),
  ready: z.number(),
  containers: z.array(z.string()).readonly(),
  initContainers: z.array(z.string()).readonly(),
  state: z.string(),
  health: z.enum(['ready', 'progressing', 'failed', 'done']),
  restarts: z.number(),
  createdAt: z.string().nullable(),
  message: z.string(),
});
export type PodRow = Readonly<z.infer<typeof podRow>>;

/** One object of Flux or Helm as the status page shows it. */
export const deliveryRow = z.object({
  kind: z.string(),
  namespace: z.string(),
  name: z.string(),
  health: z.enum(['ready', 'progressing', 'failed', 'suspended', 'unknown']),
  revision: z.string().nullable(),
  message: z.string(),
  since: z.string().nullable(),
});
export type DeliveryRow = Readonly<z.infer<typeof deliveryRow>>;

/** What is shown of a cluster besides the status document. */
export const details = z.object({
  pods: z.array(podRow).readonly(),
  flux: z.array(deliveryRow).readonly(),
  helm: z.array(deliveryRow).readonly(),
});
export type Details = Readonly<z.infer<typeof details>>;

/** The end of which log is wanted, and how much of it. */
export const logWanted = z.object({
  namespace: z.string(),
  pod: z.string(),
  container: z.string(),
  previous: z.boolean(),
  tailLines: z.number().int().positive(),
  limitBytes: z.number().int().positive(),
});
export type LogWanted = Readonly<z.infer<typeof logWanted>>;

/** The end of a log, or in words why there is none. `status` is what an HTTP answer says of it. */
export const logAnswer = z.union([
  z.object({ text: z.string() }),
  z.object({ problem: z.string(), status: z.literal([403, 404, 502, 503, 504]) }),
]);
export type LogAnswer = Readonly<z.infer<typeof logAnswer>>;

/** What a client tells the page that it has started, a line of JSON each. */
export const pageMessage = z.discriminatedUnion('kind', [
  statusDocument,
  z.object({ kind: z.literal('Details'), details }),
  z.object({ kind: z.literal('Log'), id: z.number(), answer: logAnswer }),
]);
export type PageMessage = z.infer<typeof pageMessage>;

/** What the page asks of the client that has started it, a line of JSON each among those of its log. */
export const pageRequest = z.discriminatedUnion('ask', [
  z.object({ ask: z.literal('log'), id: z.number(), wanted: logWanted }),
  z.object({ ask: z.literal('no-log'), id: z.number() }),
]);
export type PageRequest = z.infer<typeof pageRequest>;
