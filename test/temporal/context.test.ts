import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Context } from '@temporalio/activity';
import { Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { DataConverter, Payload, SerializationContext } from '@temporalio/common';
import { Worker } from '@temporalio/worker';
import { expect, test } from 'vitest';
import { needs } from '../support/needs.ts';
import { localEnvironment } from '../support/workflow-environment.ts';

needs('temporal');

const ID = 'kinds/1';

/** Which contexts the codec was given, by the text in the payload and the direction. */
function recorder(): { readonly converter: DataConverter; readonly seen: Map<string, Set<string>> } {
  const seen = new Map<string, Set<string>>();
  const note = (way: string, payloads: Payload[], context: SerializationContext | undefined): Payload[] => {
    const where =
      context === undefined
        ? 'nowhere'
        : [context.type, context.workflowId, ...(context.type === 'activity' ? [context.activityId] : [])].join(' ');
    for (const { data } of payloads) {
      const text = Buffer.from(data ?? []).toString('utf8');
      const said = /"message":"([^"]*)"/.exec(text)?.[1] ?? text;
      const key = `${way} ${said}`;
      seen.set(key, (seen.get(key) ?? new Set()).add(where));
    }
    return payloads;
  };
  return {
    seen,
    converter: {
      failureConverterPath: fileURLToPath(new URL('../../temporal/failure-converter.ts', import.meta.url)),
      payloadCodecs: [
        {
          encode: async (payloads, context) => note('encode', payloads, context),
          decode: async (payloads, context) => note('decode', payloads, context),
        },
      ],
    },
  };
}

test('the SDK tells the codec for every kind of payload which workflow and activity it belongs to', async () => {
  const environment = await localEnvironment();
  try {
    const [atClient, atWorker] = [recorder(), recorder()];
    const client = new Client({ connection: environment.connection, dataConverter: atClient.converter });
    let tries = 0;
    const worker = await Worker.create({
      connection: environment.nativeConnection,
      taskQueue: 'kinds',
      workflowsPath: fileURLToPath(new URL('../support/kinds-workflow.ts', import.meta.url)),
      bundlerOptions: {},
      dataConverter: atWorker.converter,
      maxHeartbeatThrottleInterval: '10 milliseconds',
      defaultHeartbeatThrottleInterval: '10 milliseconds',
      activities: {
        act: async (given: string): Promise<string> => {
          const { info, heartbeat, client: own } = Context.current();
          if (given === 'input') {
            await own.workflow.getHandle(ID).signal('tell', 'signal of activity');
            return 'outcome';
          }
          tries += 1;
          if (tries === 2)
            throw ApplicationFailure.nonRetryable(`failed after ${String(info.heartbeatDetails)}`, 'X', 'detail');
          heartbeat('heartbeat');
          await delay(200);
          throw ApplicationFailure.retryable('first try');
        },
      },
    });
    await worker.runUntil(async () => {
      const handle = await client.workflow.start('everyKind', {
        workflowId: ID,
        taskQueue: 'kinds',
        args: ['start'],
        memo: { first: 'memo at start' },
      });
      expect(await handle.query('ask', 'question')).toBe('answer');
      expect(await handle.executeUpdate('change', { args: ['update'] })).toBe('changed');
      await expect(handle.executeUpdate('change', { args: ['refused'] })).rejects.toThrow();
      await handle.signal('tell', 'signal');
      expect(await handle.result()).toBe('result');
      expect((await handle.describe()).memo).toMatchObject({ first: 'memo at start' });
      await client.workflow.start('failingTask', { workflowId: 'kinds/2', taskQueue: 'kinds' });
      await expect
        .poll(() => atWorker.seen.get('encode "task failed"') ?? atWorker.seen.get('encode task failed'))
        .toBeDefined();
      await client.workflow.getHandle('kinds/2').terminate();
    });
    const workflow = `workflow ${ID}`;
    const places = (way: string, side: typeof atClient) =>
      Object.fromEntries(
        [...side.seen].flatMap(([key, where]) =>
          key.startsWith(way) ? [[key.slice(way.length + 1), [...where].join()]] : [],
        ),
      );
    expect(places('encode', atClient)).toEqual({
      '"start"': workflow,
      '"memo at start"': workflow,
      '"question"': workflow,
      '"update"': workflow,
      '"refused"': workflow,
      '"signal"': workflow,
    });
    expect(places('decode', atClient)).toMatchObject({
      '"answer"': workflow,
      '"changed"': workflow,
      'update refused': workflow,
      '"result"': workflow,
      '"memo at start"': workflow,
    });
    expect(places('decode', atWorker)).toMatchObject({
      '"start"': workflow,
      '"question"': workflow,
      '"update"': workflow,
      '"signal"': workflow,
      '"signal of activity"': workflow,
      '"continued"': workflow,
      '"input"': `activity ${ID} 1`,
      '"outcome"': `activity ${ID} 1`,
      '"heartbeat"': `activity ${ID} 2`,
      'failed after heartbeat': `activity ${ID} 2`,
      '"detail"': `activity ${ID} 2`,
    });
    expect(places('encode', atWorker)).toMatchObject({
      '"answer"': workflow,
      '"changed"': workflow,
      'update refused': workflow,
      '"memo later"': workflow,
      '"result"': workflow,
      '"continued"': workflow,
      '"signal of activity"': workflow,
      '"input"': `activity ${ID} 1`,
      '"outcome"': `activity ${ID} 1`,
      '"heartbeat"': `activity ${ID} 2`,
      'first try': `activity ${ID} 2`,
      'failed after heartbeat': `activity ${ID} 2`,
      '"detail"': `activity ${ID} 2`,
      'task failed': 'workflow kinds/2',
    });
  } finally {
    await environment.teardown();
  }
}, 60_000);
