import { z } from 'zod';
import type { DocumentForm } from './documents.ts';

/** An API object as the API server returns it; only the fields of every object are typed. */
export const kubernetesObject = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
    uid: z.string().optional(),
    resourceVersion: z.string().optional(),
    generation: z.number().optional(),
    creationTimestamp: z.string().optional(),
    deletionTimestamp: z.string().optional(),
    labels: z.record(z.string(), z.string()).optional(),
    annotations: z.record(z.string(), z.string()).optional(),
  }),
});
export type KubernetesObject = z.infer<typeof kubernetesObject>;

export const podLog = z.object({
  namespace: z.string(),
  pod: z.string(),
  container: z.string(),
  previous: z.boolean(),
  text: z.string(),
});
export type PodLog = z.infer<typeof podLog>;

export const talosAnswer = z.object({
  command: z.string(),
  exitCode: z.number().nullable(),
  stdout: z.string(),
  stderr: z.string(),
});
export type TalosAnswer = z.infer<typeof talosAnswer>;

/**
 * What a diagnosis reads and a support bundle contains as `snapshot.json`. Every part may be missing, which means unknown, not healthy.
 * `kubernetes.missing` names the resources that could not be listed, and why.
 */
export const snapshot = z.object({
  apiVersion: z.literal('appliance.alga-psa/v1'),
  kind: z.literal('Snapshot'),
  takenAt: z.iso.datetime({ offset: true }),
  site: z
    .object({
      siteId: z.string(),
      nodeIp: z.string().nullable().default(null),
      appUrl: z.string().nullable().default(null),
    })
    .optional(),
  kubernetes: z
    .object({
      items: z.array(kubernetesObject),
      error: z.string().nullable().default(null),
      missing: z.array(z.object({ resource: z.string(), error: z.string() })).default([]),
      observedAt: z.iso.datetime({ offset: true }).nullable().optional(),
    })
    .optional(),
  logs: z.array(podLog).optional(),
  talos: z.array(talosAnswer).optional(),
  loginProbe: z
    .object({
      status: z.number().nullable(),
      location: z.string().nullable().default(null),
      error: z.string().nullable().default(null),
    })
    .nullable()
    .optional(),
});
export type Snapshot = z.infer<typeof snapshot>;

export const SNAPSHOT: DocumentForm<typeof snapshot> = {
  kind: 'Snapshot',
  mark: 'apiVersion',
  version: 1,
  unmarked: null,
  newer: 'refused',
  migrations: {},
  schema: snapshot,
};
