import { ApplicationFailure } from '@temporalio/activity';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { installProgress } from '../../model/progress.ts';
import { DEFAULT_TASK_QUEUE, INSTALL_WORKFLOW, installWorkflowId } from '../../model/workflow-contract.ts';
import { testBlocker } from '../support/blockers.ts';
import { scriptedActivities } from '../support/scripted-activities.ts';
import { testOrder } from '../support/orders.ts';
import { testSpec } from '../support/spec.ts';
import { timeSkippingEnvironment } from '../support/time-skipping-environment.ts';
import { localEnvironment, testWorker } from '../support/workflow-environment.ts';

const start = (environment: TestWorkflowEnvironment, siteId: string) =>
  environment.client.workflow.start(INSTALL_WORKFLOW, {
    workflowId: installWorkflowId(siteId),
    taskQueue: DEFAULT_TASK_QUEUE,
    args: [{ order: testOrder(testSpec({ siteId })) }],
  });

describe('a history that grows long', () => {
  let environment: TestWorkflowEnvironment;
  beforeAll(async () => {
    environment = await localEnvironment({ 'limit.historyCount.suggestContinueAsNew': 60 });
  });
  afterAll(() => environment.teardown());

  test('a parked install goes on as a new run of the same id, and does nothing again that is done', async () => {
    const blocked = { blocked: [testBlocker('image-rate-limited', { component: 'db' })] };
    const scripted = scriptedActivities({ awaitCore: [...Array.from({ length: 8 }, () => blocked), {}] });
    const worker = await testWorker(environment, scripted.activities);
    await worker.runUntil(async () => {
      const handle = await start(environment, 'long-parked');
      const first = handle.firstExecutionRunId;
      const end = installProgress.parse(await handle.result());
      expect(end.state).toBe('complete');
      expect((await handle.describe()).runId).not.toBe(first);
      expect(end.startedAt < end.updatedAt).toBe(true);
    });
    expect(scripted.calls.filter((call) => call.step === 'bootstrapEtcd')).toHaveLength(1);
    const [before, after] = [scripted.calls[0], scripted.calls.at(-1)];
    expect(after?.input.facts.installId).toBe(before?.input.facts.installId);
  });
});

describe('a closed lid', () => {
  let environment: TestWorkflowEnvironment;
  beforeAll(async () => {
    environment = await localEnvironment();
  });
  afterAll(() => environment.teardown());

  test('uses up no time-out: neither the install nor a step has one that runs while no worker does', async () => {
    const worker = await testWorker(environment, scriptedActivities({}).activities);
    const handle = await start(environment, 'closed-lid');
    await worker.runUntil(handle.result());
    const { events } = await handle.fetchHistory();
    const [first] = events ?? [];
    const seconds = (duration: { seconds?: unknown } | null | undefined): number => Number(duration?.seconds ?? 0);
    expect(seconds(first?.workflowExecutionStartedEventAttributes?.workflowExecutionTimeout)).toBe(0);
    expect(seconds(first?.workflowExecutionStartedEventAttributes?.workflowRunTimeout)).toBe(0);
    const scheduled = (events ?? []).flatMap((event) => event.activityTaskScheduledEventAttributes ?? []);
    expect(scheduled.length).toBeGreaterThan(15);
    for (const attributes of scheduled) {
      expect(seconds(attributes.scheduleToCloseTimeout)).toBe(0);
      expect(seconds(attributes.scheduleToStartTimeout)).toBe(0);
      expect(seconds(attributes.heartbeatTimeout)).toBeGreaterThan(0);
    }
  });
});

describe('hours that nobody wants to wait for', () => {
  let environment: TestWorkflowEnvironment;
  beforeAll(async () => {
    environment = await timeSkippingEnvironment();
  });
  afterAll(() => environment.teardown());

  test('a step that fails for an unknown reason is tried again and again, not given up', async () => {
    let attempts = 0;
    const activities = {
      ...scriptedActivities({}).activities,
      bootstrapEtcd: async (): Promise<never> => {
        attempts += 1;
        throw ApplicationFailure.retryable('connection reset by peer');
      },
    };
    const worker = await testWorker(environment, activities);
    await worker.runUntil(async () => {
      const handle = await start(environment, 'patient');
      while (attempts < 120) await environment.sleep('1 minute');
      expect((await handle.describe()).status.name).toBe('RUNNING');
      await handle.terminate();
    });
  });
});
