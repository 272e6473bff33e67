import { expect, test } from 'vitest';
import { starvingOf } from '../../client/install/starving.ts';

type Given = Parameters<typeof starvingOf>;

const ago = (seconds: number) => ({ seconds: Math.floor(Date.now() / 1000) - seconds });

/** A server with one pending activity, on whose queue somebody asked for activities so many seconds ago. */
function served(activity: object, polledSecondsAgo: number | null): Given {
  const pollers = polledSecondsAgo === null ? [] : [{ lastAccessTime: ago(polledSecondsAgo) }];
  const workflowService = {
    describeTaskQueue: async ({
      taskQueue,
      taskQueueType,
    }: {
      taskQueue: { name: string };
      taskQueueType: number;
    }) => ({
      pollers: taskQueue.name === 'of-the-install' && taskQueueType === 2 ? pollers : [],
    }),
  };
  const server = { client: { workflowService }, namespace: 'appliance', taskQueue: 'of-this-client' };
  const description = { raw: { pendingActivities: [activity] }, taskQueue: 'of-the-install' };
  return [server, description] as unknown as Given;
}

const [SCHEDULED, STARTED] = [1, 2];

test.each<[string, object, number | null, string | null]>([
  ['is due and workers ask for work', { state: SCHEDULED, scheduledTime: ago(20) }, 5, 'a free worker'],
  ['is due and nobody asks for work', { state: SCHEDULED, scheduledTime: ago(20) }, null, 'a worker'],
  ['is due and somebody asked long ago', { state: SCHEDULED, scheduledTime: ago(20) }, 300, 'a worker'],
  ['became due just now', { state: SCHEDULED, scheduledTime: ago(1) }, null, null],
  ['is at work', { state: STARTED, scheduledTime: ago(20) }, 5, null],
  [
    'rests until its next attempt',
    { state: SCHEDULED, scheduledTime: ago(60), nextAttemptScheduleTime: ago(-4) },
    5,
    null,
  ],
  ['is paused', { state: SCHEDULED, scheduledTime: ago(20), paused: true }, 5, null],
])('a step that %s', async (_, activity, polled, expected) => {
  const wait = await starvingOf(...served(activity, polled));
  expect(wait?.what ?? null).toBe(expected);
  if (expected === 'a worker') expect(wait?.saw).toBe('no worker is running');
});

test('what this machine knows of its worker counts more than what the server heard last', async () => {
  const [server, description] = served({ state: SCHEDULED, scheduledTime: ago(20) }, 5);
  expect((await starvingOf(server, description, Promise.resolve(false)))?.what).toBe('a worker');
});
