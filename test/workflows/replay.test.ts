import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';
import { SCENARIOS } from '../../simulation/index.ts';
import { PAST, pastDocument } from '../past/fixtures.ts';
import { recordedHistory, unpackHistory } from '../support/recorded-history.ts';
import type { History, RecordedHistory } from '../support/recorded-history.ts';
import { NO_SINKS, workflowBundle } from '../support/workflow-bundle.ts';

const FOLDER = join(import.meta.dirname, 'replay');
/** What clients up to 0.1.0 recorded. */
const BEFORE = 'up-to-0.1.0';

/** Of installs that carry their state, or of those that clients up to 0.1.0 began. */
async function recordings(folder = ''): Promise<RecordedHistory[]> {
  const files = (await readdir(join(FOLDER, folder))).filter((name) => name.endsWith('.json'));
  return Promise.all(
    files.map(async (name) => recordedHistory.parse(JSON.parse(await readFile(join(FOLDER, folder, name), 'utf8')))),
  );
}

/** Replays a history against today's workflow code; gives the error, or null when the code makes the same decisions. */
async function replay(workflowId: string, history: History): Promise<Error | null> {
  const results = Worker.runReplayHistories({ workflowBundle: await workflowBundle(), sinks: NO_SINKS }, [
    { workflowId, history },
  ]);
  for await (const { error } of results) return error ?? null;
  throw new Error(`${workflowId} was not replayed`);
}

/** Histories with what no scenario plays: a pause, and a run that was continued as new. */
async function pastRecordings(): Promise<RecordedHistory[]> {
  const files = (await readdir(PAST)).filter((name) => name.startsWith('history-'));
  return Promise.all(files.map(async (name) => recordedHistory.parse(await pastDocument(name))));
}

describe('an install that an older client began', { timeout: 60_000 }, () => {
  it.each(['', BEFORE])('has a recorded history for every scenario: %s', async (folder) => {
    const recorded = (await recordings(folder)).map(({ scenario }) => scenario);
    expect(recorded).toEqual(expect.arrayContaining(SCENARIOS.map(({ name }) => name)));
  });

  it('goes on under the workflow code of today', async () => {
    const past = await pastRecordings();
    expect(past.map(({ end }) => end).toSorted()).toEqual(['complete', 'complete', 'continued']);
    for (const recorded of [...past, ...(await recordings(BEFORE)), ...(await recordings())]) {
      const error = await replay(recorded.workflowId, unpackHistory(recorded));
      expect([recorded.scenario, error]).toEqual([recorded.scenario, null]);
    }
  });

  it('stays short: 400 events and 0.5 MB at most', async () => {
    for (const { scenario, events, bytes } of await recordings()) {
      expect([scenario, events <= 400, bytes <= 500_000]).toEqual([scenario, true, true]);
    }
  });

  it('would be seen to break if the code took another step', async () => {
    const [recorded] = (await recordings()).filter(({ scenario }) => scenario === 'all-well');
    if (!recorded) throw new Error('all-well is not recorded: npm run replay:record all-well');
    const history = unpackHistory(recorded);
    const scheduled = history.events?.find(
      (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'configureNode',
    );
    const type = scheduled?.activityTaskScheduledEventAttributes?.activityType;
    if (!type) throw new Error('the recorded history schedules no configureNode');
    type.name = 'anotherStep';
    expect((await replay(recorded.workflowId, history))?.name).toBe('DeterminismViolationError');
  });
});
