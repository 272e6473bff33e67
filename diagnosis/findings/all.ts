import type { View } from '../../kubernetes/view.ts';
import { asProvided } from '../provides.ts';
import { lookAtApi } from './api.ts';
import { lookAtClaims } from './claims.ts';
import type { Report } from './finding.ts';
import { lookAtFlux } from './flux.ts';
import { lookAtMissing } from './missing.ts';
import { lookAtJobs } from './jobs.ts';
import { lookAtLogin } from './login.ts';
import { lookAtNodes } from './nodes.ts';
import { lookAtOrphans } from './orphans.ts';
import { byPool } from './pool.ts';
import { lookAtPods } from './pods.ts';
import { lookAtTalos } from './talos.ts';
import { lookAtWorkloads } from './workloads.ts';

/** What is looked at while the API server's answer is current, and what can be looked at without it. */
const CLUSTER = [
  lookAtNodes,
  lookAtClaims,
  lookAtPods,
  lookAtJobs,
  lookAtWorkloads,
  lookAtFlux,
  lookAtMissing,
  lookAtLogin,
  lookAtOrphans,
];
const OUTSIDE = [lookAtTalos, lookAtApi];

/** Everything that is wrong, in progress, or only looks wrong. */
export function lookAtAll(view: View): Report {
  const reports = [...OUTSIDE, ...(view.current ? CLUSTER : [])].map((look) => look(view));
  return {
    findings: byPool(
      view,
      reports.flatMap((one) => one.findings),
    ).map(asProvided),
    ruledOut: reports.flatMap((one) => one.ruledOut),
    operations: reports.flatMap((one) => one.operations),
  };
}
