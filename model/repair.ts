import { z } from 'zod';
import type { DocumentForm } from './documents.ts';
import { open } from './objects.ts';

/** The failures that the client can repair: each remedy may be repeated without harm, and none deletes data. */
export const REMEDY_KINDS = [
  'helm-operation-stuck',
  'release-given-up',
  'setup-job-failed',
  'source-stale',
  'release-objects-missing',
  'pull-interrupted',
] as const;
export type RemedyKind = (typeof REMEDY_KINDS)[number];

/** At most so many automatic repairs of one object in the time below; after that a person must look. */
export const MOST_REPAIRS = { count: 3, withinMs: 60 * 60_000 } as const;

/** So many repairs are kept, the newest: a day of the worst hour. */
export const MOST_NOTED = 72;

/** The very object that a remedy acts on, in the state in which it was seen: another one, or a changed one, is left alone. */
const target = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  namespace: z.string(),
  name: z.string(),
  uid: z.string(),
  resourceVersion: z.string(),
});
export type Target = z.infer<typeof target>;

/**
 * `reconcile`: asks Flux to work on the object now, with `force` also if nothing has changed, with `reset` although it gave up.
 * `recreate-pod`: deletes the pod, and its controller creates it again. `renew-setup`: deletes the failed Job, and Helm creates it again.
 */
const action = z.discriminatedUnion('do', [
  z.object({ do: z.literal('reconcile'), force: z.boolean(), reset: z.boolean() }),
  z.object({ do: z.literal('recreate-pod') }),
  z.object({ do: z.literal('renew-setup'), release: z.string() }),
]);
export type RemedyAction = z.infer<typeof action>;

export const remedy = z.object({
  kind: z.enum(REMEDY_KINDS),
  target,
  /** `Kind namespace/name`. */
  object: z.string(),
  /** What its repairs are counted by, `Kind namespace/name`: of a pod its controller, which gives every new pod another name. */
  subject: z.string(),
  component: z.string(),
  action,
  /** What would be done, for people. */
  does: z.string(),
  /** What was seen that calls for it. */
  why: z.string(),
  /** An install does it without being asked. False: the cause may still be there, so a person decides. */
  automatic: z.boolean(),
});
export type Remedy = z.infer<typeof remedy>;

const entry = z.object({
  at: z.iso.datetime(),
  /** `install`: automatically. `person`: by the command `repair`. */
  by: open(['install', 'person']),
  kind: open(REMEDY_KINDS),
  object: z.string(),
  /** As of the remedy; absent: the object itself. */
  subject: z.string().optional(),
  does: z.string(),
  before: z.string(),
  /** What was seen afterwards; null until it was looked at. */
  after: z.string().nullable(),
  resolved: z.boolean().nullable(),
});
export type RepairEntry = z.infer<typeof entry>;

const log = z.object({ entries: z.array(entry) });
export type RepairLog = z.infer<typeof log>;

/** Kept in the cluster, so that every holder of the site counts the same repairs. */
export const REPAIR_LOG: DocumentForm<typeof log> = {
  kind: 'RepairLog',
  mark: 'apiVersion',
  version: 1,
  unmarked: null,
  newer: 'refused',
  migrations: {},
  schema: log,
};

/** What `repair -o json` prints. */
export const repairReport = z.object({
  siteId: z.string(),
  remedies: z.array(remedy),
  /** Why nothing may be repaired now; null if it may. */
  held: z.string().nullable(),
  /** What this call did. */
  done: z.array(entry),
  /** Earlier repairs, newest first. */
  earlier: z.array(entry),
});
export type RepairReport = z.infer<typeof repairReport>;
