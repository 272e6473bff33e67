import { z } from 'zod';
import type { Bench } from '../test/lab/bench.ts';
import { SITE, startBench } from '../test/lab/bench.ts';
import { FLUX_LOOKS_EVERY } from '../lab/flux-manifests.ts';
import { whyNot } from '../lab/machine-check.ts';
import type { KubernetesObject, Snapshot } from '../model/snapshot.ts';
import { collectSnapshot, connectReader } from '../observation/index.ts';
import { siteFolder, SITE_FILES } from '../site-folder/index.ts';
import { recordedInstall } from '../test/support/recorded-install.ts';
import { openTemporal } from '../temporal/index.ts';
import { atMost } from './figure.ts';
import type { Figure } from './figure.ts';
import { stepsIn } from './steps.ts';
import type { StepTimes } from './steps.ts';

/** The login must stay for this long before it counts (docs/decisions.md, D27): the appliance's proof, not our delay. */
const STABLE_MS = 30_000;
const INSTALL_TIMEOUT_MS = 20 * 60_000;
const HALF_A_SECOND_MS = 500;
/** A step may see that something works before its controller has said so. */
const SAID_LATER_MS = 2_000;
const NAME = 'orchestration in a whole lab install';

/**
 * What the orchestration adds to a whole install in the lab, as two sums. Between steps: from the end of one to the start of the
 * next, by the workflow's history. After signals: from the second in which the API server says that what a step waits for is
 * there, to the step's end. Flux is as it comes in the field. Kubernetes tells whole seconds, cut off: the middle of the second is
 * taken, right on average.
 */
export async function measureOverhead(): Promise<Figure[]> {
  const reason = await whyNot();
  if (reason !== null) return [{ name: NAME, value: `no lab here: ${reason}`, limit: '≤ 3 %', passed: null }];
  const lab = await startBench([], { fluxLooksEvery: FLUX_LOOKS_EVERY });
  try {
    const install = await lab.run(['start', '--fresh', '--yes', ...lab.lab.flags], { timeoutMs: INSTALL_TIMEOUT_MS });
    if (install.exitCode !== 0)
      throw new Error(`the install in the lab ended with ${install.exitCode}: ${install.all}`);
    const [{ steps, wallMs }, snapshot] = [await historyOf(lab), await snapshotOf(lab)];
    return figuresOf(steps, wallMs, snapshot);
  } finally {
    await lab.down();
  }
}

/** What the product added to the time of an install, by source. `snapshot` is the appliance at the end of the install. */
function figuresOf(steps: readonly StepTimes[], wallMs: number, snapshot: Snapshot): Figure[] {
  const between = sum(steps.map(({ startedAt }, index) => startedAt - (steps[index - 1]?.endedAt ?? startedAt)));
  const lags = steps.map((step) => ({ step: step.activity, lag: lagOf(step, snapshot) })).filter(({ lag }) => lag > 0);
  const after = sum(lags.map(({ lag }) => lag));
  const part = (name: string, milliseconds: number): Figure => ({
    name,
    value: `${(milliseconds / 1000).toFixed(1)} s`,
    limit: '–',
    passed: null,
  });
  return [
    atMost(NAME, ((between + after) / wallMs) * 100, 3, '%'),
    part('  between steps', between),
    part('  from a signal to the end of its step', after),
    ...lags.map(({ step, lag }) => part(`    ${step}`, lag)),
    part('  of an install that took', wallMs),
  ];
}

async function historyOf({ home }: Bench): Promise<{ steps: StepTimes[]; wallMs: number }> {
  const signal = AbortSignal.timeout(60_000);
  const access = await openTemporal({ home, environment: {}, signal, onProgress: () => {}, start: 'on-demand' });
  try {
    const { events } = await access.client.workflow.getHandle(await recordedInstall(home, SITE)).fetchHistory();
    return stepsIn(events ?? []);
  } finally {
    await access.close();
  }
}

async function snapshotOf({ home, lab }: Bench): Promise<Snapshot> {
  const kubeconfig = siteFolder(home, SITE).path(SITE_FILES.kubeconfig);
  const reader = await connectReader({ kubeconfig });
  try {
    return await collectSnapshot(reader, {
      site: { siteId: SITE, nodeIp: lab.record.nodeAddress, appUrl: null },
      signal: AbortSignal.timeout(60_000),
      timeoutMs: 20_000,
      now: () => new Date(),
    });
  } finally {
    await reader.close();
  }
}

type Wanted = (object: KubernetesObject) => boolean;

const pods =
  (...prefixes: string[]): Wanted =>
  ({ kind, metadata }) =>
    kind === 'Pod' && metadata.namespace === 'msp' && prefixes.some((prefix) => metadata.name.startsWith(prefix));

/** What each waiting step waits for, as the API server shows it. */
const SIGNALS: Readonly<Record<string, Wanted>> = {
  awaitNode: ({ kind }) => kind === 'Node',
  installFlux: ({ kind, metadata }) => kind === 'Deployment' && metadata.namespace === 'flux-system',
  awaitStatusPage: ({ kind, metadata }) => kind === 'Deployment' && metadata.namespace === 'appliance-system',
  awaitCore: pods('db-', 'redis-', 'pgbouncer-'),
  awaitBootstrap: ({ kind, metadata }) => kind === 'Job' && metadata.name.startsWith('alga-core-sebastian-bootstrap'),
  awaitLogin: pods('alga-core-sebastian-'),
  awaitBackground: ({ kind, metadata }) => kind === 'Kustomization' && metadata.name === 'alga-background',
};

const conditions = z.object({
  status: z.object({
    completionTime: z.string().optional(),
    conditions: z
      .array(z.object({ type: z.string(), status: z.string(), lastTransitionTime: z.string().optional() }))
      .optional(),
  }),
});

/** From the later of its start and its signal to the step's end; 0 for a step that waits for nothing of the cluster's. */
function lagOf({ activity, startedAt, endedAt }: StepTimes, snapshot: Snapshot): number {
  const wanted = SIGNALS[activity];
  if (!wanted) return 0;
  const items = (snapshot.kubernetes?.items ?? []).filter(wanted);
  const times = items.flatMap((item) => {
    const { status } = conditions.parse(item);
    const turned = status.conditions?.find(
      ({ type, status: value }) => (type === 'Ready' || type === 'Available') && value === 'True',
    )?.lastTransitionTime;
    const at = status.completionTime ?? turned;
    return at === undefined ? [] : [Date.parse(at) + HALF_A_SECOND_MS];
  });
  // What turned after the step's end, as a pod that was replaced since, was not what it waited for.
  const signal = Math.max(startedAt, ...times.filter((time) => time <= endedAt + SAID_LATER_MS));
  const stable = activity === 'awaitLogin' ? STABLE_MS : 0;
  return Math.max(0, endedAt - signal - stable);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
