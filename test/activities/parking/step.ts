import type { Client } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import { phaseActivity } from '../../../activities/phase-activity.ts';
import type { PhaseRun } from '../../../activities/phase-context.ts';
import type { Clock } from '../../../activities/ports/clock.ts';
import type { HeartbeatDetail, InstallObservation } from '../../../model/progress.ts';
import type { PhaseOutcome, StepInput } from '../../../model/workflow-contract.ts';
import { privateFolder } from '../../../site-folder/index.ts';
import { testSpec } from '../../support/spec.ts';
import { onlyThese } from '../context.ts';

const { siteId, nodeIp, appUrl, hostname } = testSpec();
const at = '2026-05-01T12:00:00.000Z';
const names = { siteId, nodeIp, appUrl, hostname, spec: testSpec(), cluster: null, createdAt: at, updatedAt: at };
/** Of a client up to 0.1.0, whose inputs stand in the payload. */
const recorded = {
  ...privateFolder('/nowhere'),
  read: async () => JSON.stringify({ apiVersion: 'appliance.alga-psa/v1', kind: 'Site', ...names }),
};

export interface PlayedStep {
  /** Signals that reached the workflow, in order. */
  readonly signals: InstallObservation[];
  /** What the server keeps of the last heartbeat. */
  readonly kept: () => HeartbeatDetail | undefined;
  /** How long the step rested inside its attempts. */
  readonly slept: number[];
  pass(ms: number): void;
  /** The worker was killed before the heartbeats of its last attempt had left it. */
  loseHeartbeats(): void;
  /** The workflow has begun the activity again: its attempts count from one, with no heartbeat before. */
  scheduleAnew(): void;
  /** One attempt of the activity, with what the attempt before has left: gives its outcome, or throws its failure. */
  attempt(run: PhaseRun, input?: Partial<StepInput>): Promise<PhaseOutcome>;
}

/** Plays the server and the worker around one activity, on a clock of its own. */
export function playedStep({ attempts = 0 }: { attempts?: number } = {}): PlayedStep {
  let now = Date.parse('2026-05-01T12:00:00Z');
  let attempt = attempts;
  let kept: HeartbeatDetail | undefined;
  let before: HeartbeatDetail | undefined;
  const signals: InstallObservation[] = [];
  const slept: number[] = [];
  const clock: Clock = {
    now: () => new Date(now),
    sleep: async (ms) => {
      slept.push(ms);
      now += ms;
    },
  };
  const signal = async (_: string, observation: InstallObservation): Promise<void> => void signals.push(observation);
  const client = {
    workflow: { getHandle: () => ({ signal }) },
    withAbortSignal: (_: AbortSignal, work: () => unknown) => work(),
  } as unknown as Client;
  return {
    signals,
    kept: () => kept,
    slept,
    pass: (ms) => {
      now += ms;
    },
    loseHeartbeats: () => {
      kept = before;
    },
    scheduleAnew: () => {
      attempt = 0;
      kept = undefined;
    },
    attempt: (run, input = {}) => {
      attempt += 1;
      before = kept;
      const info = { attempt, heartbeatDetails: kept, startToCloseTimeoutMs: 600_000 };
      const environment = new MockActivityEnvironment(info, { client });
      environment.on('heartbeat', (detail: HeartbeatDetail) => {
        kept = detail;
      });
      const ports = onlyThese({ clock, folder: () => recorded });
      return environment.run(phaseActivity(ports, run), { spec: testSpec(), facts: {}, ...input });
    },
  };
}
