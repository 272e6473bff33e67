import { z } from 'zod';
import { blocker } from './blocker.ts';
import { liveValidated } from './live-validation.ts';
import { podList } from './pod-list.ts';
import { preflightCheck } from './preflight.ts';
import { installProgress } from './progress.ts';
import { releaseManifest } from './release.ts';
import { repairReport } from './repair.ts';
import { statusDocument } from './status.ts';

const preflight = z.object({
  checks: z.array(preflightCheck),
  blockers: z.array(blocker),
  warnings: z.array(blocker),
});

const plan = z.object({
  siteId: z.string(),
  mode: z.enum(['fresh', 'recover']),
  nodeIp: z.string(),
  release: z.string(),
  specDigest: z.string(),
  inputs: z.array(z.object({ flag: z.string(), value: z.string() })),
  phases: z.array(z.object({ id: z.string(), title: z.string(), work: z.array(z.string()) })),
  images: z.array(z.string()),
  files: z.array(z.object({ path: z.string(), what: z.string(), state: z.enum(['new', 'kept', 'rewritten']) })),
  warnings: z.array(z.string()),
});

const signal = z.object({
  id: z.string(),
  source: z.string(),
  object: z.string(),
  component: z.string(),
  tier: z.string(),
  reason: z.string(),
  message: z.string(),
  at: z.string().nullable(),
  count: z.number(),
});
const graph = z.object({
  signals: z.array(signal),
  causes: z.array(
    z.object({
      id: z.string(),
      blocker,
      object: z.string(),
      signals: z.array(z.string()),
      consequences: z.array(
        z.object({
          code: z.string(),
          component: z.string(),
          object: z.string(),
          why: z.string(),
          signals: z.array(z.string()),
        }),
      ),
    }),
  ),
  ruledOut: z.array(z.object({ signal: z.string(), object: z.string(), message: z.string(), why: z.string() })),
});

const releases = z.array(
  z.object({
    releaseVersion: z.string(),
    appVersion: z.string(),
    talos: z.string(),
    kubernetes: z.string(),
    generatedAt: z.string(),
    channels: z.array(z.string()),
    origin: z.looseObject({}).nullable(),
  }),
);

const validation = z.object({
  where: z.string(),
  valid: z.boolean(),
  releases: z.array(z.string()),
  faults: z.array(z.looseObject({})),
  warnings: z.array(z.string()),
});

const sites = z.array(
  z.object({
    siteId: z.string(),
    nodeIp: z.string().nullable(),
    appUrl: z.string().nullable(),
    release: z.string().nullable(),
    ordered: z.string().nullable(),
    simulated: z.boolean(),
    folder: z.string(),
  }),
);

const smoke = z
  .array(
    z.object({
      name: z.string(),
      url: z.string(),
      up: z.boolean(),
      answer: z.string(),
      upAt: z.string().nullable(),
    }),
  )
  .describe(
    'A row for each requested address. New after 0.1.0: the row "status document" of `smoke monitor`, and the rows of the assertions: order, rollup, users, blockers, Temporal autosetup, Temporal service links.',
  );

const doctor = z.object({
  programs: z.array(
    z.object({
      id: z.string(),
      wanted: z.string(),
      path: z.string().nullable(),
      version: z.string().nullable(),
      foundBy: z.string().nullable(),
      variable: z.string(),
      purpose: z.string(),
      problem: z.string().nullable(),
    }),
  ),
  certificates: z.array(z.looseObject({ siteId: z.string(), certificate: z.string(), state: z.string() })),
});

const version = z.object({
  version: z.string(),
  node: z.string(),
  platform: z.string(),
  liveValidated,
});

const supportBundle = z.object({
  file: z.string(),
  bytes: z.number(),
  sha256: z.string(),
  files: z.number(),
  missing: z.array(z.object({ part: z.string(), what: z.string(), why: z.string() })),
});

/** The output of the commands with `-o json`, by the name of its schema's file. */
export const OUTPUTS = {
  status: statusDocument,
  progress: installProgress,
  plan,
  preflight,
  explanation: z.object({ status: statusDocument, graph }),
  pods: podList,
  log: z.object({ name: z.string(), lines: z.array(z.string()) }),
  token: z.object({ siteId: z.string(), token: z.string(), file: z.string() }),
  releases,
  release: releaseManifest,
  'release-validation': validation,
  sites,
  smoke,
  doctor,
  repair: repairReport,
  'support-bundle': supportBundle,
  version,
} as const satisfies Readonly<Record<string, z.ZodType>>;
