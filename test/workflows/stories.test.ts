import { randomUUID } from 'node:crypto';
import { Worker } from '@temporalio/worker';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { localEnvironment, testWorker } from '../support/workflow-environment.ts';
import { NO_SINKS, workflowBundle } from '../support/workflow-bundle.ts';
import { scenarioOf } from './fake/scenario.ts';
import { ServerPlay, activitiesOf } from './server/play.ts';
import type { Played } from './server/play.ts';

/**
 * The first of the stories of properties.test.ts on a real server, many at once on one worker, which remembers no workflow from one
 * task to the next; the server calls a history long soon. APPLIANCE_TEST_SERVER_SEEDS=200 plays more of them.
 */
const SEEDS = Number(process.env['APPLIANCE_TEST_SERVER_SEEDS'] ?? 24);
const AT_ONCE = 24;
const LONG = 60;

let environment: TestWorkflowEnvironment;
let played: Played[] = [];
let plays: Map<string, ServerPlay>;

beforeAll(async () => {
  environment = await localEnvironment({ 'limit.historyCount.suggestContinueAsNew': LONG });
  const taskQueue = randomUUID();
  plays = new Map(
    Array.from({ length: SEEDS }, (_, index) => {
      const play = new ServerPlay(environment, scenarioOf(index + 1), 'story');
      return [play.workflowId, play];
    }),
  );
  const worker = await testWorker(environment, activitiesOf(plays), taskQueue, {
    maxCachedWorkflows: 0,
    maxConcurrentActivityTaskExecutions: 2 * AT_ONCE,
  });
  const waiting = [...plays.values()];
  const playOn = async (): Promise<Played[]> => {
    const ended: Played[] = [];
    for (let play = waiting.shift(); play; play = waiting.shift()) ended.push(await play.run(taskQueue));
    return ended;
  };
  played = await worker.runUntil(async () => (await Promise.all(Array.from({ length: AT_ONCE }, playOn))).flat());
}, SEEDS * 25_000);
afterAll(() => environment?.teardown());

test(`no rule is broken in ${SEEDS} stories on a real server`, () => {
  expect(played).toHaveLength(SEEDS);
  expect(played.flatMap(({ scenario, broken }) => broken.map((rule) => `seed ${scenario.seed}: ${rule}`))).toEqual([]);
});

test('their runs were continued, and what people did was taken', () => {
  expect(played.filter(({ histories }) => histories.length > 1).length).toBeGreaterThan(SEEDS / 2);
  expect(played.reduce((sum, { accepted }) => sum + accepted, 0)).toBeGreaterThan(SEEDS);
});

test('every run is replayed to the same decisions', { timeout: 300_000 }, async () => {
  const histories = played.flatMap((one) => one.histories);
  const replays = Worker.runReplayHistories({ workflowBundle: await workflowBundle(), sinks: NO_SINKS }, histories);
  const failed: string[] = [];
  let count = 0;
  for await (const { workflowId, error } of replays) {
    count += 1;
    if (error) failed.push(`${workflowId}: ${error.message}`);
  }
  expect(failed).toEqual([]);
  expect(count).toBe(histories.length);
});
