import { fileURLToPath } from 'node:url';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker, bundleWorkflowCode } from '@temporalio/worker';
import type { WorkflowBundleWithSourceMap } from '@temporalio/worker';
import type { Activities } from '../../activities/index.ts';
import { DEFAULT_TASK_QUEUE } from '../../model/workflow-contract.ts';
import { resolveProgram } from '../../tools/resolve.ts';

/** Blocked activities and stopping workers are what these tests are about: only errors are worth a line. */
Runtime.install({ logger: new DefaultLogger('ERROR') });

/** A real Temporal dev server, in memory, for one test file; `settings` are the server's dynamic configuration. */
export async function localEnvironment(settings: Record<string, number> = {}): Promise<TestWorkflowEnvironment> {
  const program = await resolveProgram('temporal', { signal: AbortSignal.timeout(20 * 60_000) });
  return TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path: program.path },
      log: { level: 'error', format: 'pretty' },
      extraArgs: Object.entries(settings).flatMap(([key, value]) => ['--dynamic-config-value', `${key}=${value}`]),
    },
  });
}

let bundle: Promise<WorkflowBundleWithSourceMap> | undefined;

/** The workflows' bundle, made once in a process. */
export function workflowBundle(): Promise<WorkflowBundleWithSourceMap> {
  bundle ??= bundleWorkflowCode({
    logger: new DefaultLogger('ERROR'),
    workflowsPath: fileURLToPath(new URL('../../workflows/index.ts', import.meta.url)),
  });
  return bundle;
}

/** Takes an environment and activities, gives a worker that polls in it; not running yet. */
export async function testWorker(
  environment: TestWorkflowEnvironment,
  activities: Activities,
  taskQueue: string = DEFAULT_TASK_QUEUE,
): Promise<Worker> {
  return Worker.create({
    connection: environment.nativeConnection,
    taskQueue,
    workflowBundle: await workflowBundle(),
    activities,
    maxHeartbeatThrottleInterval: '100 milliseconds',
    defaultHeartbeatThrottleInterval: '100 milliseconds',
    shutdownGraceTime: '1 second',
  });
}

/** Temporal's test server whose clock jumps over timers (Java, from Maven); for what would take hours. */
export async function timeSkippingEnvironment(): Promise<TestWorkflowEnvironment> {
  const program = await resolveProgram('temporal-test-server', { signal: AbortSignal.timeout(20 * 60_000) });
  return TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: program.path } },
  });
}
