import { z } from 'zod';
import { blocker } from './blocker.ts';
import type { DocumentForm } from './documents.ts';
import { installProgress } from './progress.ts';

const STATE_VERSION = 1;

/** Versions of the inputs count from 0, the order's own, by one with every applied change. */
const inputsVersion = z.int().min(0);

/** How a step last ended. */
export const stepEnd = z.object({
  /** Of the inputs that it last ran with. */
  inputsVersion,
  did: z.enum(['done', 'degraded']),
  /** What it found and did, in one line. */
  detail: z.string(),
});

/**
 * The whole state of an install: what a run passes to its continuation, and from which everything else follows. What is not in here
 * does not survive, so the workflow must not remember anything else. A later field has a default.
 */
const carriedState = z.object({
  stateVersion: z.literal(STATE_VERSION),
  progress: installProgress,
  inputsVersion,
  /** Of each changed input: the version of the inputs that brought it. */
  changedAt: z.record(z.string(), inputsVersion),
  /** Of each step that ran. One that is not here is still to run, if the inputs ask for it. */
  ran: z.record(z.string(), stepEnd),
  /** Steps that were started: one that is not in `ran` may have acted nonetheless. */
  begun: z.array(z.string()),
  paused: z.boolean(),
  /** The parked step only checks until these are resolved; null once a person had it tried again. */
  looking: z.object({ step: z.string(), known: z.array(z.string()) }).nullable(),
  /** By step, until it ends or continues: what it was parked on, each cause with the time at which it was first seen. */
  met: z.record(z.string(), z.record(z.string(), z.iso.datetime())),
  /** How often, and when last, the present step was parked: alternating causes are checked ever more rarely. */
  parkings: z.object({ count: z.int().min(0), lastAt: z.iso.datetime() }).nullable(),
  /** The parked step that a person had tried again, and when; null once the step has received it. */
  retried: z.object({ step: z.string(), at: z.iso.datetime() }).nullable(),
  /** How often the state was passed on, to be stored beside the history; of two copies the greater is the newer. */
  handedOn: z.int().min(0).optional(),
  /** How many attempts at steps were started. */
  attempts: z.int().min(0),
  /** Ids of the newest commands that were applied, the oldest first. */
  applied: z.array(z.string()),
  /** What each source of warnings said last. */
  warnings: z.record(z.string(), z.array(blocker)),
});
export type CarriedState = z.infer<typeof carriedState>;

/** A newer one is refused: its further state must not be lost. The workflow's task fails, and continues with a newer worker. */
export const CARRIED_STATE: DocumentForm<typeof carriedState> = {
  kind: 'CarriedState',
  mark: 'stateVersion',
  version: STATE_VERSION,
  unmarked: null,
  newer: 'refused',
  migrations: {},
  schema: carriedState,
};
export type StepEnd = z.infer<typeof stepEnd>;
