import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../client/terminal/clock.ts';
import type { InstallClient } from '../../../client/install/install-client.ts';
import type { StartOutcome } from '../../../client/install/ordering.ts';
import type { InstallView } from '../../../client/install/view.ts';
import type { Services } from '../../../client/services.ts';
import type { InstallProgress } from '../../../model/progress.ts';
import { changedSpec } from '../../../model/input-change.ts';
import { orderWorkflowId } from '../../../model/workflow-contract.ts';
import type { PreflightReport } from '../../../model/workflow-contract.ts';
import type { InstallSpec } from '../../../model/site.ts';
import { NOW, testClock } from './run-client.ts';

/** What a look at the install gives, from so many seconds after the start on. */
export interface Scene {
  readonly at: number;
  readonly view: InstallView | null;
}

export interface ScriptedInstalls {
  readonly services: Partial<Services>;
  /** Everything that the client asked for, in order. */
  readonly calls: string[];
  /** Specs that were ordered. */
  readonly ordered: InstallSpec[];
  readonly clock: Clock;
}

export interface Script {
  readonly scenes: readonly Scene[];
  readonly outcome?: StartOutcome;
  readonly running?: InstallSpec | null;
  readonly preflight?: PreflightReport;
  /** Overrides of single calls. */
  readonly installs?: Partial<InstallClient>;
  readonly services?: Partial<Services>;
}

/** A Temporal server, a worker and a clock in memory, that play a script. */
export function scriptedInstalls(script: Script): ScriptedInstalls {
  const calls: string[] = [];
  const ordered: InstallSpec[] = [];
  const clock = testClock();
  let isCancelled = false;
  let runs = script.running ?? null;
  const told = async (call: string): Promise<void> => {
    calls.push(call);
  };
  const view = async (): Promise<InstallView | null> => {
    const elapsed = (clock.now().getTime() - NOW.getTime()) / 1000;
    const scene = script.scenes.findLast(({ at }) => at <= elapsed)?.view ?? null;
    return scene && isCancelled ? { ...scene, run: 'CANCELLED' } : scene;
  };
  const installs: InstallClient = {
    address: '127.0.0.1:7233',
    namespace: 'appliance',
    local: true,
    serverStartedNow: false,
    start: async (spec, record) => {
      calls.push('start');
      ordered.push(spec);
      const outcome = script.outcome ?? { kind: 'started' };
      const siteUid = '00000000-0000-4000-8000-000000000001';
      if (outcome.kind === 'started')
        await record({ siteUid, workflowId: orderWorkflowId(spec.siteId, siteUid, randomUUID()) });
      return outcome;
    },
    view,
    history: async () => [],
    runningSpec: async () => runs,
    hasWorker: async () => true,
    retry: () => told('retry'),
    pause: () => told('pause'),
    resume: () => told('resume'),
    setInput: async (_, change) => {
      if (!runs) throw new Error('the script says of no spec that it runs');
      calls.push(`set ${JSON.stringify(change)}`);
      return (runs = changedSpec(runs, change));
    },
    takeUp: async (spec, state, record) => {
      const siteUid = '00000000-0000-4000-8000-000000000001';
      await record({ siteUid, workflowId: orderWorkflowId(spec.siteId, siteUid, randomUUID()) });
      calls.push(`take up ${spec.siteId} ${state === null ? 'from the first step' : `after ${state.handedOn}`}`);
    },
    cancel: async () => {
      isCancelled = true;
      calls.push('cancel');
    },
    runs: async (siteId) => {
      const now = await installs.view(siteId);
      if (now?.run !== 'RUNNING') return false;
      return now.isServedElsewhere ? 'elsewhere' : 'here';
    },
    terminate: async () => {
      isCancelled = true;
      calls.push('terminate');
    },
    terminateRun: (workflowId) => told(`terminate ${workflowId}`),
    preflight: async () => script.preflight ?? { checks: [], blockers: [], warnings: [] },
    close: () => told('close'),
    ...script.installs,
  };
  return {
    calls,
    ordered,
    clock,
    services: {
      clock,
      openInstalls: async ({ start }) => {
        calls.push(`open ${start}`);
        return installs;
      },
      ensureWorker: async ({ detached, simulate }) => {
        calls.push(`worker${detached ? ' detached' : ''}${simulate ? ` ${simulate.scenario}` : ''}`);
        return {
          pid: 4711,
          logFile: '/home/worker.log',
          startedNow: true,
          detached,
          stop: () => told('stop worker'),
          exited: new Promise<number | null>(() => {}),
        };
      },
      runningWorker: async () => ({
        pid: 4711,
        startedAt: NOW.toISOString(),
        detached: true,
        address: '127.0.0.1:7233',
        local: true,
        serverStartedNow: false,
        simulate: null,
      }),
      workerIsStarting: async () => false,
      ...script.services,
    },
  };
}

/** The view of a running install with this progress. */
export function running(progress: InstallProgress | null, changes: Partial<InstallView> = {}): InstallView {
  return {
    run: 'RUNNING',
    startedAt: NOW,
    progress,
    memoBecause: null,
    failing: null,
    ...changes,
  };
}
