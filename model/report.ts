import { z } from 'zod';
import { API_VERSION } from './appliance.ts';
import { blocker } from './blocker.ts';
import type { DocumentForm } from './documents.ts';
import { liveValidated } from './live-validation.ts';
import { openPhaseId } from './phases.ts';
import { phaseState } from './progress.ts';
import { tierStates } from './tiers.ts';

/** `install-report.json`: what was installed, when, and what remains to be done. It holds no secret. */
const installReport = z.object({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('InstallReport'),
  installId: z.string().nullable(),
  siteId: z.string(),
  nodeIp: z.string(),
  mode: z.enum(['fresh', 'recover']),
  wipe: z.string().nullable(),
  release: z.object({
    version: z.string(),
    channel: z.string().nullable(),
    appVersion: z.string(),
    branch: z.string(),
    revision: z.string().nullable(),
    imageTags: z.record(z.string(), z.string()),
  }),
  urls: z.object({ statusUrl: z.string(), loginUrl: z.string() }),
  timings: z.object({
    startedAt: z.iso.datetime().nullable(),
    loginReadyAt: z.iso.datetime().nullable(),
    finishedAt: z.iso.datetime(),
    secondsToLogin: z.number().nullable(),
    secondsInAll: z.number().nullable(),
    /** Every phase that has ended; the report is a part of the last one. */
    phases: z.array(
      z.object({
        id: openPhaseId,
        title: z.string(),
        state: phaseState,
        startedAt: z.iso.datetime(),
        endedAt: z.iso.datetime(),
        seconds: z.number(),
      }),
    ),
  }),
  usersCount: z.number().nullable(),
  tiers: tierStates,
  warnings: z.array(blocker),
  /** What of this product was validated live when this was written; missing in an older report. */
  liveValidated,
});
export type InstallReport = z.infer<typeof installReport>;

export const INSTALL_REPORT: DocumentForm<typeof installReport> = {
  kind: 'InstallReport',
  mark: 'apiVersion',
  version: 1,
  unmarked: null,
  newer: 'refused',
  migrations: {},
  schema: installReport,
};
