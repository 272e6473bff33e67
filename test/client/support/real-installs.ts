import { fileURLToPath } from 'node:url';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { createInstallClient } from '../../../client/install/install-client.ts';
import type { Services } from '../../../client/services.ts';
import { INSTALL_WORKFLOW } from '../../../model/workflow-contract.ts';
import { realServices } from '../../../client/services.ts';
import { needs } from '../../support/needs.ts';
import { recordedInstall } from '../../support/recorded-install.ts';
import { orderedHome } from './ordered-home.ts';
import { NOW, runClient } from './run-client.ts';
import type { Run } from './run-client.ts';

needs('temporal');

/** One ordered site, its install on a real server, and the client's commands about it. */
export interface RealInstall {
  readonly siteId: string;
  readonly workflowId: string;
  /** Whether this machine knows of a worker; only that: one that polls is started by `worker`. */
  workerIsKnown: boolean;
  run(...argv: string[]): Promise<Run>;
  /** Runs a worker whose workflow code is that of the file, for as long as `work` takes. */
  withWorker<Value>(workflows: URL, identity: string, work: () => Promise<Value>): Promise<Value>;
}

/** An install of a new site on a real server; `args` is the workflow's input. */
export async function realInstall(environment: TestWorkflowEnvironment, args: unknown[] = [{}]): Promise<RealInstall> {
  const { home, siteId } = await orderedHome();
  const taskQueue = siteId;
  const workflowId = await recordedInstall(home, siteId);
  await environment.client.workflow.start(INSTALL_WORKFLOW, {
    workflowId,
    taskQueue,
    args,
  });
  const services: Partial<Services> = {
    clock: realServices.clock,
    ensureWorker: async () => ({
      pid: 4711,
      logFile: '/home/worker.log',
      startedNow: false,
      detached: true,
      stop: async () => {},
      exited: new Promise<number | null>(() => {}),
    }),
    openInstalls: async ({ signal }) =>
      createInstallClient(
        {
          client: environment.client,
          address: environment.address,
          namespace: 'default',
          taskQueue,
          local: true,
          serverStartedNow: false,
          connection: { address: environment.address },
          close: async () => {},
        },
        home,
        signal,
      ),
    workerIsStarting: async () => false,
    runningWorker: async () =>
      install.workerIsKnown
        ? {
            pid: 4711,
            startedAt: NOW.toISOString(),
            detached: true,
            address: environment.address,
            local: true,
            serverStartedNow: false,
            simulate: null,
          }
        : null,
  };
  const install: RealInstall = {
    siteId,
    workflowId,
    workerIsKnown: true,
    run: (...argv) => runClient([...argv, '--site', siteId], { home, services }),
    withWorker: async (workflows, identity, work) => {
      const worker = await Worker.create({
        connection: environment.nativeConnection,
        taskQueue,
        identity,
        workflowsPath: fileURLToPath(workflows),
      });
      return worker.runUntil(work);
    },
  };
  return install;
}
