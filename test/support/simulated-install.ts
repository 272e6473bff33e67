import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { createActivities } from '../../activities/index.ts';
import { changedInputs, changedSpec } from '../../model/input-change.ts';
import { z } from 'zod';
import type { InstallProgress } from '../../model/progress.ts';
import type { InputChange, InstallSpec } from '../../model/site.ts';
import { INSTALL_WORKFLOW, QUERY_PROGRESS, UPDATE_RETRY, UPDATE_SET_INPUT } from '../../model/workflow-contract.ts';
import type { InputUpdate } from '../../model/workflow-contract.ts';
import type { ScenarioName } from '../../simulation/index.ts';
import { simulationPorts } from '../../simulation/index.ts';
import { siteFolder } from '../../site-folder/index.ts';
import { keptOrder, workflowIdOf } from './orders.ts';
import { carriedKeeper } from '../../worker/carried.ts';
import { testSpec } from './spec.ts';
import { workflowBundle } from './workflow-bundle.ts';

const LOOK_EVERY_MS = 50;
const ENDED = new Set(['complete', 'cancelled']);

export interface SimulatedInstallOptions {
  readonly environment: TestWorkflowEnvironment;
  readonly scenario: ScenarioName;
  readonly home: string;
  /** How much faster than real time the appliance goes. */
  readonly speed: number;
  readonly spec?: Partial<InstallSpec>;
  /** What stands as the worker's and the client's identity in the history; by default process and machine. */
  readonly identity?: string;
}

/** One install of a simulated appliance by the real workflow and the real activities. */
export interface SimulatedInstall {
  readonly handle: WorkflowHandle;
  /** Every progress that was seen, in order; a progress that stands is there once. */
  readonly seen: InstallProgress[];
  /** Looks until the progress is so, and gives it. Throws when the install has ended and it never was. */
  until(isSo: (progress: InstallProgress) => boolean): Promise<InstallProgress>;
  set(change: InputChange): Promise<void>;
  /** Has the parked phase tried again, as `retry` does. */
  retry(): Promise<void>;
  /** Ends the worker at once, and begins another one that knows the world only from its file. */
  replaceWorker(): Promise<void>;
  /** A lid that is closed for so many hours: no worker meanwhile, and the appliance goes on. */
  sleep(hours: number): Promise<void>;
  /** Waits for the end of the install; gives its last progress. */
  end(): Promise<InstallProgress>;
  /** Ends the worker. To be called whatever happens. */
  close(): Promise<void>;
}

/** Begins an install of a scenario's appliance, with a worker of its own. */
export async function beginInstall(options: SimulatedInstallOptions): Promise<SimulatedInstall> {
  const { environment, scenario, home, speed, identity } = options;
  const spec = testSpec({ siteId: scenario, ...options.spec });
  const taskQueue = `simulated-${randomUUID()}`;
  const seen: InstallProgress[] = [];

  const startWorker = async (): Promise<{ stop: () => Promise<void> }> => {
    const ports = simulationPorts({ scenario, speed, home });
    const carried = carriedKeeper(() => ports);
    const worker = await Worker.create({
      connection: environment.nativeConnection,
      taskQueue,
      workflowBundle: await workflowBundle(),
      activities: createActivities(ports),
      sinks: carried.sinks,
      maxHeartbeatThrottleInterval: '100 milliseconds',
      defaultHeartbeatThrottleInterval: '100 milliseconds',
      shutdownGraceTime: 0,
      shutdownForceTime: '5 seconds',
      ...(identity !== undefined && { identity }),
    });
    const running = worker.run();
    return {
      stop: async () => {
        worker.shutdown();
        await running;
        await carried.settled();
      },
    };
  };

  let worker = await startWorker();
  const client = new Client({ connection: environment.connection, ...(identity !== undefined && { identity }) });
  let present = spec;
  let order = await keptOrder(siteFolder(home, spec.siteId), spec);
  const handle = await client.workflow.start(INSTALL_WORKFLOW, {
    workflowId: workflowIdOf(spec.siteId),
    taskQueue,
    args: [{ order }],
  });
  const look = async (): Promise<InstallProgress> => {
    const progress = await handle.query<InstallProgress>(QUERY_PROGRESS);
    if (progress.updatedAt !== seen.at(-1)?.updatedAt) seen.push(progress);
    return progress;
  };
  const until = async (isSo: (progress: InstallProgress) => boolean): Promise<InstallProgress> => {
    for (;;) {
      const progress = await look();
      if (isSo(progress)) return progress;
      if (ENDED.has(progress.state)) throw new Error(`the install is ${progress.state} and never came to be so`);
      await delay(LOOK_EVERY_MS);
    }
  };

  return {
    handle,
    seen,
    until,
    set: async (change) => {
      const from = order.inputs.digest;
      present = changedSpec(present, change);
      order = await keptOrder(siteFolder(home, spec.siteId), present, 'digest-2');
      const changed = changedInputs(change).map(({ key }) => key);
      const update: InputUpdate = { from, order, changed, commandId: randomUUID() };
      await handle.executeUpdate(UPDATE_SET_INPUT, { args: [update] });
    },
    retry: async () => {
      await handle.executeUpdate(UPDATE_RETRY, { args: [{ commandId: randomUUID() }] });
    },
    replaceWorker: async () => {
      await worker.stop();
      worker = await startWorker();
    },
    sleep: async (hours) => {
      await worker.stop();
      await letHoursPass(join(home, '.world', `${scenario}.json`), hours, speed);
      worker = await startWorker();
    },
    end: () => until(({ state }) => ENDED.has(state)),
    close: () => worker.stop(),
  };
}

async function letHoursPass(file: string, hours: number, speed: number): Promise<void> {
  const world = z
    .looseObject({ clock: z.looseObject({ realAt: z.number() }) })
    .parse(JSON.parse(await readFile(file, 'utf8')));
  world.clock.realAt -= (hours * 3_600_000) / speed;
  await writeFile(file, JSON.stringify(world));
}
