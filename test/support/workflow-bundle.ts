import { fileURLToPath } from 'node:url';
import { DefaultLogger, Runtime, bundleWorkflowCode, makeTelemetryFilterString } from '@temporalio/worker';
import type { WorkflowBundleWithSourceMap } from '@temporalio/worker';

/** Blocked activities and stopping workers are what these tests are about: only errors are worth a line. */
Runtime.install({
  logger: new DefaultLogger('ERROR'),
  telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) } },
});

let bundle: Promise<WorkflowBundleWithSourceMap> | undefined;
let sealed: Promise<WorkflowBundleWithSourceMap> | undefined;

const sources = {
  logger: new DefaultLogger('ERROR'),
  workflowsPath: fileURLToPath(new URL('../../workflows/index.ts', import.meta.url)),
};

/** The workflows' bundle, made once in a process. */
export function workflowBundle(): Promise<WorkflowBundleWithSourceMap> {
  bundle ??= bundleWorkflowCode(sources);
  return bundle;
}

/** The same for a worker that has the product's data converter. */
export function sealedWorkflowBundle(): Promise<WorkflowBundleWithSourceMap> {
  const failureConverterPath = fileURLToPath(new URL('../../temporal/failure-converter.ts', import.meta.url));
  sealed ??= bundleWorkflowCode({ ...sources, failureConverterPath });
  return sealed;
}

/** Of a worker whose test has nothing to do with what workflows hand on. */
export const NO_SINKS = { carried: { keep: { fn: () => {}, callDuringReplay: false } } } as const;
