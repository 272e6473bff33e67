import { randomBytes, randomUUID } from 'node:crypto';
import { Client } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import type { Payload } from '@temporalio/common';
import type { temporal } from '@temporalio/proto';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { viewOf } from '../../client/install/view.ts';
import { INSTALL_PHASES } from '../../model/steps/index.ts';
import { whyRefused } from '../../model/refused.ts';
import type { StepName } from '../../model/steps/index.ts';
import type { InstallProgress } from '../../model/progress.ts';
import type { ActiveOperation } from '../../model/status.ts';
import {
  INSTALL_WORKFLOW,
  PREFLIGHT_WORKFLOW,
  QUERY_PROGRESS,
  SIGNAL_OBSERVED,
} from '../../model/workflow-contract.ts';
import { dataConverter } from '../../temporal/data-converter.ts';
import { seal, sealLegacy } from '../../temporal/payload-codec.ts';
import { temporaryFolder } from '../client/support/run-client.ts';
import { needs } from '../support/needs.ts';
import { scriptedActivities } from '../support/scripted-activities.ts';
import type { ScriptedActivities, Turn } from '../support/scripted-activities.ts';
import { sealedSite } from '../support/sealed-site.ts';
import type { SealedSite } from '../support/sealed-site.ts';
import { NO_SINKS, sealedWorkflowBundle } from '../support/workflow-bundle.ts';
import { localEnvironment } from '../support/workflow-environment.ts';

needs('temporal');

/** Everything that somebody who reaches the server can send who has none of the site's keys, or only what was seen on its way. */
const FORGERIES = [
  'plaintext',
  'of another key',
  'damaged',
  'of another order',
  'of another site',
  'in the old form',
] as const;
type Forgery = (typeof FORGERIES)[number];

let environment: TestWorkflowEnvironment;

beforeAll(async () => {
  environment = await localEnvironment();
  await sealedWorkflowBundle();
});
afterAll(() => environment.teardown());

type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

const Payloads = (...payloads: Payload[]): { payloads: Payload[] } => ({ payloads });
const NAMESPACE = 'default';

/** A site with an install that runs under our codec, and what a stranger can do to it. */
interface Target {
  readonly site: SealedSite;
  readonly handle: WorkflowHandle;
  readonly client: Client;
  readonly script: ScriptedActivities;
  progress(): Promise<InstallProgress>;
  /** The id of the activity that runs; waits for one that did not run before. */
  running(step: StepName): Promise<string>;
  /** A payload that is not ours where it goes: into this workflow, or into one of its activities. */
  forged(forgery: Forgery, value: unknown, activityId?: string): Promise<Payload>;
  /** Gives the words of its refusal; null where it was taken. */
  update(name: string, ...args: Payload[]): Promise<string | null>;
  signal(...args: Payload[]): Promise<void>;
}

async function underAttack(
  turns: Partial<Record<StepName, readonly Turn[]>>,
  attack: (target: Target) => Promise<void>,
) {
  const home = await temporaryFolder();
  const [site, other] = [await sealedSite(home, 'office'), await sealedSite(home, 'other')];
  const script = scriptedActivities(turns);
  const taskQueue = `attacked-${randomUUID()}`;
  const client = new Client({ connection: environment.connection, dataConverter: dataConverter(home, {}, 'client') });
  const worker = await Worker.create({
    connection: environment.nativeConnection,
    taskQueue,
    workflowBundle: await sealedWorkflowBundle(),
    sinks: NO_SINKS,
    activities: script.activities,
    dataConverter: dataConverter(home, {}, 'worker'),
    maxHeartbeatThrottleInterval: '50 milliseconds',
    defaultHeartbeatThrottleInterval: '50 milliseconds',
    shutdownGraceTime: 0,
  });
  const { workflowService } = environment.client;
  const execution = { workflowId: site.workflowId };
  return worker.runUntil(async () => {
    const handle = await client.workflow.start(INSTALL_WORKFLOW, {
      workflowId: site.workflowId,
      taskQueue,
      args: [{ order: site.order }],
    });
    const target: Target = {
      site,
      handle,
      client,
      script,
      progress: () => handle.query<InstallProgress>(QUERY_PROGRESS),
      running: async (step) => {
        await expect
          .poll(async () =>
            (await handle.describe()).raw.pendingActivities?.map(({ activityType }) => activityType?.name),
          )
          .toEqual([step]);
        const { raw } = await handle.describe();
        return raw.pendingActivities?.[0]?.activityId ?? '';
      },
      forged: async (forgery, value, activityId) => {
        const plain = { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from(JSON.stringify(value)) };
        const placed = (workflowId: string) =>
          JSON.stringify([workflowId, ...(activityId === undefined ? [] : [activityId])]);
        const sealed = seal(plain, await site.key(), placed(site.workflowId));
        const damaged = Buffer.from(sealed.data ?? []);
        damaged[40] = (damaged[40] ?? 0) ^ 4;
        return {
          plaintext: plain,
          'of another key': seal(plain, randomBytes(32), placed(site.workflowId)),
          damaged: { ...sealed, data: damaged },
          'of another order': seal(plain, await site.key(), placed(site.otherOrder())),
          'of another site': seal(plain, await other.key(), placed(other.workflowId)),
          'in the old form': sealLegacy(plain, await site.key()),
        }[forgery];
      },
      update: async (name, ...args) => {
        const { outcome } = await workflowService.updateWorkflowExecution({
          namespace: NAMESPACE,
          workflowExecution: execution,
          waitPolicy: { lifecycleStage: 3 },
          request: { meta: { updateId: randomUUID() }, input: { name, args: Payloads(...args) } },
        });
        const hidden = outcome?.failure?.encodedAttributes;
        if (!hidden) return null;
        const context = { type: 'workflow', namespace: NAMESPACE, workflowId: site.workflowId } as const;
        const [codec] = client.options.loadedDataConverter.payloadCodecs;
        const [open] = (await codec?.decode([hidden], context)) ?? [];
        return Buffer.from(open?.data ?? []).toString('utf8');
      },
      signal: async (...args) => {
        await workflowService.signalWorkflowExecution({
          namespace: NAMESPACE,
          workflowExecution: execution,
          signalName: SIGNAL_OBSERVED,
          input: Payloads(...args),
        });
      },
    };
    await attack(target);
    return handle.result() as Promise<InstallProgress>;
  });
}

interface Seen {
  readonly what: string;
  readonly payload: Payload;
}

/** What an observer of the server has: every payload of a history, and what it was. */
function payloadsIn(events: readonly HistoryEvent[]): Seen[] {
  const scheduled = new Map<string, string>();
  return events.flatMap((event): Seen[] => {
    const named = (what: string, payloads: readonly Payload[] | null | undefined): Seen[] =>
      (payloads ?? []).map((payload) => ({ what, payload }));
    const begun = event.activityTaskScheduledEventAttributes;
    const done = event.activityTaskCompletedEventAttributes;
    const accepted = event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest?.input;
    const memo = event.workflowPropertiesModifiedEventAttributes?.upsertedMemo?.fields;
    if (begun) scheduled.set(String(event.eventId), begun.activityType?.name ?? '');
    return [
      ...named('order', event.workflowExecutionStartedEventAttributes?.input?.payloads),
      ...named('signal', event.workflowExecutionSignaledEventAttributes?.input?.payloads),
      ...named('memo', memo && Object.values(memo)),
      ...named(accepted?.name ?? '', accepted?.args?.payloads),
      ...named(`${begun?.activityType?.name} input`, begun?.input?.payloads),
      ...named(`${scheduled.get(String(done?.scheduledEventId))} outcome`, done?.result?.payloads),
    ];
  });
}

/** What two equal installs have in common. */
function comparable({ facts: { installId: _id, startedAt: _at, ...facts }, ...progress }: InstallProgress): unknown {
  const text = JSON.stringify({ ...progress, facts });
  return JSON.parse(text.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'then'));
}

describe('an install whose server others can reach', { timeout: 120_000 }, () => {
  test('changes nothing when its own payloads are sent again, in their place or another', async () => {
    const undisturbed = await underAttack({}, async () => {});
    const disturbed = await underAttack({ reachNode: ['hang', 'hang', 'hang', {}] }, async (target) => {
      const { site, handle, script, client } = target;
      const { workflowService } = environment.client;
      const execution = { workflowId: site.workflowId };
      await script.called('reachNode');
      const id = await target.running('reachNode');
      // What the history of a moment ago holds: an order, commands, a memo, the input and the result of activities, a signal.
      await handle.executeUpdate('pause', { args: [{ commandId: 'one' }] });
      await handle.executeUpdate('resume', { args: [{ commandId: 'two' }] });
      await script.called('reachNode', 2);
      const { attempt } = script.calls.at(-1)?.input ?? {};
      const pull: ActiveOperation = {
        kind: 'image-pull',
        component: 'alga-core',
        tier: 'core',
        object: 'msp/alga-core-0',
        image: null,
        startedAt: null,
        elapsedSeconds: null,
        sizeBytes: null,
        progressAvailable: false,
        progressReason: null,
        message: 'pulling',
      };
      await handle.signal(SIGNAL_OBSERVED, { attempt, nonce: 'first', activeOperations: [pull] });
      await handle.signal(SIGNAL_OBSERVED, { attempt, nonce: 'second', activeOperations: [] });
      const seen = payloadsIn((await handle.fetchHistory()).events ?? []);
      const before = await target.progress();
      for (const { what, payload } of seen) {
        for (const name of ['pause', 'resume', 'retry', 'setInput']) {
          const refused = await target.update(name, payload);
          // A command that was applied is answered, and not applied again.
          if (refused === null) expect(what, name).toMatch(/^(pause|resume)$/);
        }
        await target.signal(payload);
        // What was told first would be told anew.
        expect((await target.progress()).activeOperations, what).toEqual([]);
        await workflowService.recordActivityTaskHeartbeatById({
          namespace: NAMESPACE,
          ...execution,
          activityId: await target.running('reachNode'),
          details: Payloads(payload),
        });
      }
      expect({ ...(await target.progress()), updatedAt: '' }).toEqual({ ...before, updatedAt: '' });
      // The outcome of another step, and this one's own input, as its outcome.
      const outcome = seen.find(({ what }) => what === 'checkEverything outcome')?.payload ?? {};
      await workflowService.respondActivityTaskCompletedById({
        namespace: NAMESPACE,
        ...execution,
        activityId: await target.running('reachNode'),
        result: Payloads(outcome),
      });
      await script.called('reachNode', 3);
      const present = await target.running('reachNode');
      expect(present).not.toBe(id);
      const input = payloadsIn((await handle.fetchHistory()).events ?? []).findLast(
        ({ what }) => what === 'reachNode input',
      );
      await workflowService.respondActivityTaskCompletedById({
        namespace: NAMESPACE,
        ...execution,
        activityId: present,
        result: Payloads(input?.payload ?? {}),
      });
      await script.called('reachNode', 4);
      // The order of this install, as that of another.
      const start = seen.find(({ what }) => what === 'order')?.payload ?? {};
      const taken = site.otherOrder();
      await workflowService.startWorkflowExecution({
        namespace: NAMESPACE,
        workflowId: taken,
        workflowType: { name: INSTALL_WORKFLOW },
        taskQueue: { name: (await handle.describe()).taskQueue },
        requestId: randomUUID(),
        input: Payloads(start),
      });
      await expect(client.workflow.getHandle(taken).result()).rejects.toMatchObject({ cause: { type: 'Refused' } });
    });
    expect(comparable(disturbed)).toEqual(comparable(undisturbed));
  });

  test('ends as undisturbed, whatever of every kind is sent to it that is not ours', async () => {
    const steps = INSTALL_PHASES.flatMap((phase) => phase.steps.map(({ name }) => name));
    // Under the inputs of a test every one of these is asked for.
    const attacked = steps
      .filter((name) => !['setClusterDns', 'prepullImages'].includes(name))
      .slice(1, 1 + FORGERIES.length);
    const turns = Object.fromEntries(attacked.map((step) => [step, ['hang', 'hang', 'hang', {}] as const]));
    const undisturbed = await underAttack({}, async () => {});
    const disturbed = await underAttack(turns, async (target) => {
      for (const [index, forgery] of FORGERIES.entries()) {
        const step = attacked[index] ?? 'reachNode';
        await target.script.called(step, 1);
        await attackWith(target, forgery, step);
      }
    });
    expect(comparable(disturbed)).toEqual(comparable(undisturbed));
  });

  async function attackWith(target: Target, forgery: Forgery, step: StepName): Promise<void> {
    const { site, handle, script, client } = target;
    const { workflowService } = environment.client;
    const execution = { workflowId: site.workflowId };
    const id = await target.running(step);
    const before = await target.progress();
    const because = async (name: string, value: unknown) => target.update(name, await target.forged(forgery, value));
    // Updates
    for (const name of ['pause', 'retry', 'resume', 'setInput'])
      expect(await because(name, { commandId: randomUUID() }), `${name} ${forgery}`).toContain('not accepted');
    // Signals
    const { attempt } = script.calls.at(-1)?.input ?? {};
    await target.signal(await target.forged(forgery, { attempt, unblocked: true, facts: { installId: 'forged' } }));
    await target.signal(await target.forged(forgery, null));
    await target.signal();
    // A query's argument
    const asked = await workflowService.queryWorkflow({
      namespace: NAMESPACE,
      execution,
      query: { queryType: QUERY_PROGRESS, queryArgs: Payloads(await target.forged(forgery, 'x')) },
    });
    expect(asked.queryResult?.payloads).toHaveLength(1);
    expect(await target.progress()).toEqual(before);
    // Heartbeats
    const wait = { what: 'forged', saw: 'forged', since: before.startedAt, seenAt: before.startedAt };
    await workflowService.recordActivityTaskHeartbeatById({
      namespace: NAMESPACE,
      ...execution,
      activityId: id,
      details: Payloads(await target.forged(forgery, { wait, activeOperations: [] }, id)),
    });
    expect(JSON.stringify(await viewOf(client, await handle.describe()))).not.toContain('forged');
    // An activity's result
    await workflowService.respondActivityTaskCompletedById({
      namespace: NAMESPACE,
      ...execution,
      activityId: id,
      result: Payloads(
        await target.forged(forgery, { did: 'acted', detail: 'forged', facts: { nodeName: 'forged' } }, id),
      ),
    });
    await script.called(step, 2);
    // Its failure
    const second = await target.running(step);
    await workflowService.respondActivityTaskFailedById({
      namespace: NAMESPACE,
      ...execution,
      activityId: second,
      failure: {
        message: 'forged',
        source: 'TypeScriptSDK',
        applicationFailureInfo: {
          type: 'Blocked',
          nonRetryable: true,
          details: Payloads(await target.forged(forgery, [{ code: 'forged', reason: 'forged' }], second)),
        },
        encodedAttributes: await target.forged(forgery, { message: 'forged', stack_trace: '' }, second),
      },
    });
    await script.called(step, 3);
    expect((await target.progress()).state).toBe('running');
    // A start, and a memo
    const workflowId = site.otherOrder();
    const called = script.calls.length;
    const taskQueue = (await handle.describe()).taskQueue;
    for (const [type, input] of [
      [INSTALL_WORKFLOW, { order: site.order }],
      [PREFLIGHT_WORKFLOW, { inputs: site.order.inputs }],
    ] as const) {
      await workflowService.startWorkflowExecution({
        namespace: NAMESPACE,
        workflowId: `${workflowId}${type}`,
        workflowType: { name: type },
        taskQueue: { name: taskQueue },
        requestId: randomUUID(),
        input: Payloads(await target.forged(forgery, input)),
        memo: { fields: { progress: await target.forged(forgery, before) } },
      });
      const forged = client.workflow.getHandle(`${workflowId}${type}`);
      await expect(forged.result(), `${type} ${forgery}`).rejects.toMatchObject({
        cause: { type: 'Refused', message: expect.stringContaining('not accepted') },
      });
      expect(whyRefused((await forged.describe()).memo?.['progress'])).not.toBeNull();
      expect((await viewOf(client, await forged.describe())).progress).toBeNull();
    }
    expect(script.calls.length).toBe(called);
    // The step goes on by itself: the last of its attempts is ours to end.
    const third = await target.running(step);
    await client.activity.complete({ workflowId: site.workflowId, activityId: third }, { did: 'acted', detail: '' });
  }
});
