import { fileURLToPath } from 'node:url';
import { DefaultLogger, Worker, bundleWorkflowCode } from '@temporalio/worker';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEFAULT_TASK_QUEUE, INSTALL_WORKFLOW, installWorkflowId } from '../../model/workflow-contract.ts';
import { testOrder } from '../support/orders.ts';
import { recordedHistory, unpackHistory } from '../support/recorded-history.ts';
import { scriptedActivities } from '../support/scripted-activities.ts';
import { testSpec } from '../support/spec.ts';
import { NO_SINKS } from '../support/workflow-bundle.ts';
import { localEnvironment, testWorker } from '../support/workflow-environment.ts';

const FOLDER = join(import.meta.dirname, 'replay');

describe('a step that is new after a release', () => {
  let environment: TestWorkflowEnvironment;
  let workflowBundle: Awaited<ReturnType<typeof bundleWorkflowCode>>;
  beforeAll(async () => {
    environment = await localEnvironment();
    workflowBundle = await bundleWorkflowCode({
      logger: new DefaultLogger('ERROR'),
      workflowsPath: fileURLToPath(new URL('../support/added-step-workflow.ts', import.meta.url)),
    });
  });
  afterAll(() => environment.teardown());

  test('leaves the histories of running installs as they are', async () => {
    const files = (await readdir(FOLDER)).filter((name) => name.endsWith('.json'));
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      const recorded = recordedHistory.parse(JSON.parse(await readFile(join(FOLDER, file), 'utf8')));
      const replays = Worker.runReplayHistories({ workflowBundle, sinks: NO_SINKS }, [
        { workflowId: recorded.workflowId, history: unpackHistory(recorded) },
      ]);
      for await (const { error } of replays) expect([file, error ?? null]).toEqual([file, null]);
    }
  });

  test('is taken up by an install that is past its place, and once', async () => {
    const spec = testSpec({ siteId: 'added-step' });
    const handle = await environment.client.workflow.start(INSTALL_WORKFLOW, {
      workflowId: installWorkflowId(spec.siteId),
      taskQueue: DEFAULT_TASK_QUEUE,
      args: [{ order: testOrder(spec) }],
    });
    const before = scriptedActivities({ awaitCore: ['hang'] });
    await (await testWorker(environment, before.activities)).runUntil(() => before.called('awaitCore'));

    const after = scriptedActivities({});
    const added: string[] = [];
    const activities = {
      ...after.activities,
      addedStep: async () => {
        added.push(after.calls.map(({ step }) => step).join(' '));
        return { did: 'acted', detail: '' };
      },
    };
    const worker = await Worker.create({
      connection: environment.nativeConnection,
      taskQueue: DEFAULT_TASK_QUEUE,
      workflowBundle,
      sinks: NO_SINKS,
      activities,
    });
    const result: unknown = await worker.runUntil(handle.result());
    expect(result).toMatchObject({ state: 'complete' });
    expect(added).toEqual(['awaitCore']);
    expect(after.calls.map(({ step }) => step)).toEqual([
      'awaitCore',
      'awaitBootstrap',
      'awaitLogin',
      'awaitBackground',
      'finishInstall',
    ]);
    // What the install did stays its history, the new step's place in it as well.
    const replays = Worker.runReplayHistories({ workflowBundle, sinks: NO_SINKS }, [
      { workflowId: handle.workflowId, history: await handle.fetchHistory() },
    ]);
    for await (const { error } of replays) expect(error ?? null).toBeNull();
  });
});
