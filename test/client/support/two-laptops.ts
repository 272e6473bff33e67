import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { onTestFinished } from 'vitest';
import { createActivities } from '../../../activities/index.ts';
import type { Ports } from '../../../activities/ports/index.ts';
import { createInstallClient } from '../../../client/install/install-client.ts';
import { realServices } from '../../../client/services.ts';
import type { Services } from '../../../client/services.ts';
import type { InstallProgress } from '../../../model/progress.ts';
import { operatorTaskQueue } from '../../../model/workflow-contract.ts';
import { findScenario, portsTo } from '../../../simulation/index.ts';
import type { ScenarioName } from '../../../simulation/index.ts';
import { lookAfter } from '../../../simulation/cluster/controllers.ts';
import { openWorld } from '../../../simulation/world/index.ts';
import type { World } from '../../../simulation/world/index.ts';
import { siteFolder } from '../../../site-folder/index.ts';
import { currentOperator } from '../../../site-folder/operator.ts';
import { installIn, readSiteRecord } from '../../../site-folder/record.ts';
import { dataConverter } from '../../../temporal/data-converter.ts';
import { carriedKeeper } from '../../../worker/carried.ts';
import { localEnvironment } from '../../support/workflow-environment.ts';
import { sealedWorkflowBundle } from '../../support/workflow-bundle.ts';
import { runClient, temporaryFolder } from './run-client.ts';
import type { Run } from './run-client.ts';

export const SITE = 'berlin';

/** One machine with one person at it: a home, a state folder, a Temporal server of its own, and a worker while it is awake. */
export interface Laptop {
  readonly home: string;
  readonly ports: Ports;
  /** Its Temporal server. */
  readonly environment: TestWorkflowEnvironment;
  run(...argv: string[]): Promise<Run>;
  wake(): Promise<void>;
  /** The lid is closed: nothing of it runs, and its server keeps what it knows. */
  sleep(): Promise<void>;
  /** Looks until this laptop's own run is so. */
  until(isSo: (progress: InstallProgress) => boolean): Promise<InstallProgress>;
}

/** An appliance in memory that several laptops reach. */
export function sharedWorld(scenario: ScenarioName, speed: number): World {
  const found = findScenario(scenario);
  if (!found) throw new Error(`there is no scenario ${scenario}`);
  return openWorld({ scenario: found, speed, stateFile: null, controller: lookAfter });
}

/**
 * With `from`, the laptop has a copy of that laptop's folder as it is now. With `one server`, both use one Temporal server.
 */
export async function laptop(world: World, from?: Laptop, server?: 'one server'): Promise<Laptop> {
  const home = await temporaryFolder();
  const env = { XDG_STATE_HOME: join(await temporaryFolder(), 'state') };
  if (from) await cp(join(from.home, SITE), join(home, SITE), { recursive: true });
  const operator = await currentOperator(env);
  const shared = server === undefined ? undefined : from?.environment;
  const environment = shared ?? (await localEnvironment());
  const ports = portsTo(world, { home, operator });
  const taskQueue = operatorTaskQueue(operator.operatorId);
  // Payloads are encrypted as everywhere: what is handed on from one laptop to the other is not.
  const client = new Client({
    connection: environment.connection,
    dataConverter: dataConverter(home, env, 'client'),
  });
  let stop: (() => Promise<void>) | null = null;
  const wake = async (): Promise<void> => {
    if (stop) return;
    const carried = carriedKeeper(() => ports);
    const worker = await Worker.create({
      connection: environment.nativeConnection,
      taskQueue,
      workflowBundle: await sealedWorkflowBundle(),
      activities: createActivities(ports),
      sinks: carried.sinks,
      dataConverter: dataConverter(home, env, 'worker'),
      maxHeartbeatThrottleInterval: '100 milliseconds',
      defaultHeartbeatThrottleInterval: '100 milliseconds',
      shutdownGraceTime: 0,
      shutdownForceTime: '5 seconds',
    });
    const running = worker.run();
    stop = async () => {
      worker.shutdown();
      await running;
      await carried.settled();
    };
  };
  const sleep = async (): Promise<void> => {
    const stopping = stop;
    stop = null;
    await stopping?.();
  };
  onTestFinished(async () => {
    await sleep();
    if (shared === undefined) await environment.teardown();
  });
  return {
    home,
    ports,
    environment,
    wake,
    sleep,
    run: (...argv) =>
      runClient([...argv, '--site', SITE], {
        home,
        env,
        services: servicesOf({ client, address: environment.address, home, ports, taskQueue, wake }),
      }),
    until: async (isSo) => {
      for (;;) {
        const workflowId = installIn(await readSiteRecord(siteFolder(home, SITE)));
        if (workflowId === null) throw new Error('nothing was ordered');
        const { memo, status } = await client.workflow.getHandle(workflowId).describe();
        const progress = memo?.['progress'] as InstallProgress | undefined;
        if (progress && isSo(progress)) return progress;
        if (status.name !== 'RUNNING') throw new Error(`the run is ${status.name}, and never was so`);
        await new Promise((resolve) => void setTimeout(resolve, 50));
      }
    },
  };
}

interface Station {
  readonly client: Client;
  /** Of its Temporal server. */
  readonly address: string;
  readonly home: string;
  readonly ports: Ports;
  readonly taskQueue: string;
  readonly wake: () => Promise<void>;
}

function servicesOf({ client, address, home, ports, taskQueue, wake }: Station): Partial<Services> {
  return {
    clock: realServices.clock,
    cluster: (kubeconfig, as) => ports.kubernetes.connect(kubeconfig, as),
    reader: async (kubeconfig) => (await ports.kubernetes.connect(kubeconfig)).reader,
    get: async () => ({ status: null, location: null, error: 'connect ECONNREFUSED' }),
    workerIsStarting: async () => false,
    runningWorker: async () => null,
    runningServer: async () => ({ address }),
    ensureWorker: async () => {
      await wake();
      return {
        pid: 4711,
        logFile: join(home, 'worker.log'),
        startedNow: true,
        detached: true,
        stop: async () => {},
        exited: new Promise<number | null>(() => {}),
      };
    },
    openInstalls: async ({ signal }) =>
      createInstallClient(
        {
          client,
          address,
          namespace: 'default',
          taskQueue,
          local: true,
          serverStartedNow: false,
          connection: { address },
          close: async () => {},
        },
        home,
        signal,
      ),
  };
}
