import { z } from 'zod';
import { advice } from './advice.ts';
import { blocker } from './blocker.ts';
import type { DocumentForm } from './documents.ts';
import { kept, open } from './objects.ts';
import { openPhaseId } from './phases.ts';
import { preflightCheck } from './preflight.ts';
import { activeOperation, installUrls } from './status.ts';
import { openTierId, tierStates } from './tiers.ts';

/** A wait at one check: what it waits for, and what was last seen. `since` is when the wait started. */
export const waitState = kept({
  what: z.string(),
  saw: z.string(),
  since: z.iso.datetime(),
  seenAt: z.iso.datetime(),
});
export type WaitState = z.infer<typeof waitState>;

export const phaseState = open(['pending', 'running', 'blocked', 'done', 'degraded', 'cancelled']);
export type PhaseState = z.infer<typeof phaseState>;

export const phaseProgress = kept({
  id: openPhaseId,
  title: z.string(),
  tier: openTierId,
  state: phaseState,
  since: z.iso.datetime().nullable(),
  finishedAt: z.iso.datetime().nullable(),
  /** The running step, or what the phase found and did, in one line. */
  detail: z.string(),
});
export type PhaseProgress = z.infer<typeof phaseProgress>;

/** What activities find out and later phases or people need; never a secret. */
export const installFacts = kept({
  /** One id for one install: the same for every retry, resume and continuation of it, another for the next `start`. */
  installId: z.string().max(63).optional(),
  /** When this install started. */
  startedAt: z.iso.datetime().optional(),
  talosCaFingerprint: z.string().optional(),
  kubeSystemUid: z.string().optional(),
  nodeName: z.string().optional(),
  /** The node was installed before this install started. */
  alreadyInstalled: z.boolean().optional(),
  wipe: open(['nothing-to-wipe', 'wiped']).optional(),
  /**
   * Stage of a wipe that has not ended; reported before it is entered. `holding`: Flux is stopped, nothing is deleted. `application`:
   * workloads are deleted, all data still exists. `data`: claims, volumes, credentials and Helm's records are deleted.
   */
  wipeStage: open(['holding', 'application', 'data']).optional(),
  /** Id of the data on the appliance (kubernetes/data-id.ts): the value of `--destroy`. */
  dataId: z.string().max(64).optional(),
  gitRevision: z.string().optional(),
  usersCount: z.number().int().optional(),
  statusPageSeen: z.boolean().optional(),
  loginReadyAt: z.iso.datetime().optional(),
  promoted: z.boolean().optional(),
  reportFile: z.string().optional(),
  /** Every preflight check with its newest result; small, because it travels with the facts. */
  checks: z.array(preflightCheck).max(32).optional(),
});
export type InstallFacts = z.infer<typeof installFacts>;

/** `parked`: a phase is blocked and checked again. `ready`: people can log in, background services are still starting. */
export const installState = open(['running', 'parked', 'paused', 'ready', 'complete', 'cancelled']);
export type InstallState = z.infer<typeof installState>;

/** The one document of an install's progress: the workflow's query, its memo, and what the client shows. */
export const installProgress = kept({
  apiVersion: z.literal('appliance.alga-psa/v1'),
  kind: z.literal('InstallProgress'),
  siteId: z.string(),
  nodeIp: z.string(),
  mode: open(['fresh', 'recover']),
  specDigest: z.string(),
  release: kept({ version: z.string(), channel: z.string().nullable(), appVersion: z.string() }),
  state: installState,
  phase: openPhaseId,
  startedAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().nullable(),
  phases: z.array(phaseProgress),
  tiers: tierStates,
  /** Written empty, as clients up to 0.1.0 refuse a progress without it: a reader fills in the heartbeats' waits. */
  waits: z.array(waitState).default([]),
  activeOperations: z.array(activeOperation),
  /** The present blockers, the most login-blocking first. */
  blockers: z.array(blocker),
  /** What does not stop the install but a person should know (soft preflight checks, background services). */
  warnings: z.array(blocker),
  nextAction: z.string().nullable(),
  urls: installUrls,
  facts: installFacts,
  /** Of the first blocker, as data. Last: it comes and goes, and the others keep their order. */
  advice: advice.optional(),
});
export type InstallProgress = z.infer<typeof installProgress>;

export const INSTALL_PROGRESS: DocumentForm<typeof installProgress> = {
  kind: 'InstallProgress',
  mark: 'apiVersion',
  version: 1,
  unmarked: null,
  newer: 'refused',
  migrations: {},
  schema: installProgress,
};

/** What a waiting activity reports to its workflow when something changes (never at every check: each report enters the history). */
export const installObservation = kept({
  /** The attempt that reports (`StepInput.attempt`): a late report of one that has ended is ignored. */
  attempt: z.int().optional(),
  /** Unique for this one report: a repeated one is ignored. Absent in reports of workers up to 0.1.0. */
  nonce: z.string().max(64).optional(),
  tiers: tierStates.optional(),
  activeOperations: z.array(activeOperation).optional(),
  warnings: z.array(blocker).optional(),
  /** What is true from now on, whether or not the step comes to its end. */
  facts: installFacts.partial().optional(),
  /** A parked phase found no blocker any more and continues. */
  unblocked: z.literal(true).optional(),
});
export type InstallObservation = z.infer<typeof installObservation>;

/**
 * Heartbeat details of every activity: a hint for people, read from the server without any worker. The next attempt of the same
 * activity reads them, too: the server keeps them between two checks of a parked step.
 */
export const heartbeatDetail = kept({
  wait: waitState.nullable(),
  activeOperations: z.array(activeOperation),
  /** A parked step has reported that it has no blocker any more: a later one is news. */
  unblocked: z.literal(true).optional(),
  /** The attempt that ended by itself with this, as a check of a parked step: the next one knows that none was killed in between. */
  ended: z.int().optional(),
  /** A parked step's last report to its workflow, the number of its reports, and the time. */
  told: z.object({ digest: z.string(), times: z.int(), at: z.iso.datetime() }).optional(),
});
export type HeartbeatDetail = z.infer<typeof heartbeatDetail>;
