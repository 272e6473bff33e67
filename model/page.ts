import { z } from 'zod';
import { podColumnSchemas } from './pod-columns.ts';
import { statusDocument } from './status.ts';

/** A pod as the status page and `pods` show it. */
export const podRow = z.object({
  namespace: z.string(),
  name: z.string(),
  /** Title of the component that it belongs to; null for the platform's own pods. */
  component: z.string().nullable(),
  componentName: z
    .string()
    .nullable()
    .describe('The component as the client names it, such as db; null for pods of the platform. New after 0.1.0.'),
  ready: z.number(),
  containers: z.array(z.string()).readonly(),
  initContainers: z.array(z.string()).readonly(),
  state: z.string(),
  health: z.enum(['ready', 'progressing', 'failed', 'done']),
  ...podColumnSchemas(),
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

/** The log whose end is requested, and how much of it. */
export const logWanted = z.object({
  namespace: z.string(),
  pod: z.string(),
  container: z.string(),
  previous: z.boolean(),
  tailLines: z.number().int().positive(),
  limitBytes: z.number().int().positive(),
});
export type LogWanted = Readonly<z.infer<typeof logWanted>>;

/** The end of a log, or the reason why there is none. `status` is the HTTP status for it. */
export const logAnswer = z.union([
  z.object({ text: z.string() }),
  z.object({ problem: z.string(), status: z.literal([403, 404, 502, 503, 504]) }),
]);
export type LogAnswer = Readonly<z.infer<typeof logAnswer>>;

/** Messages of a client to the page that it has started, one line of JSON each. */
export const pageMessage = z.discriminatedUnion('kind', [
  statusDocument,
  z.object({ kind: z.literal('Details'), details }),
  z.object({ kind: z.literal('Log'), id: z.number(), answer: logAnswer }),
]);
export type PageMessage = z.infer<typeof pageMessage>;

/** Requests of the page to the client that has started it, one line of JSON each among those of its log. */
export const pageRequest = z.discriminatedUnion('ask', [
  z.object({ ask: z.literal('log'), id: z.number(), wanted: logWanted }),
  z.object({ ask: z.literal('no-log'), id: z.number() }),
]);
export type PageRequest = z.infer<typeof pageRequest>;
