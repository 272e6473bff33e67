import { describe, expect, it } from 'vitest';
import { collectSnapshot, ReadError } from '../../observation/index.ts';
import type { KubernetesObject } from '../../model/snapshot.ts';
import { snapshot as snapshotSchema } from '../../model/snapshot.ts';
import { appliance, type Change } from '../diagnosis/appliance.ts';
import { bootstrapFailed, crashing, probing } from '../diagnosis/faults.ts';
import { fakeKubernetes } from '../support/fake-kubernetes/index.ts';

const site = { siteId: 'site', nodeIp: '192.0.2.10', appUrl: 'http://192.0.2.10:3000' };
const itemsOf = (...changes: readonly Change[]) => appliance(...changes).kubernetes?.items ?? [];
const collect = (cluster: ReturnType<typeof fakeKubernetes>, more: object = {}) =>
  collectSnapshot(cluster.reader, {
    site,
    signal: new AbortController().signal,
    timeoutMs: 1000,
    probeLogin: null,
    ...more,
  });

describe('collecting a snapshot', () => {
  it('holds what the cluster holds, as the schema of a snapshot wants it', async () => {
    const items = itemsOf();
    const snapshot = await collect(fakeKubernetes(items));
    expect(snapshotSchema.safeParse(snapshot).error).toBeUndefined();
    expect(new Set(snapshot.kubernetes?.items.map((one) => `${one.kind} ${one.metadata.name}`))).toEqual(
      new Set(items.map((one) => `${one.kind} ${one.metadata.name}`)),
    );
    expect(snapshot.kubernetes).toMatchObject({ error: null, missing: [] });
    expect(snapshot.loginProbe).toBeNull();
  });

  it('asks for no Secret: a snapshot is handed on to people (lesson 8)', async () => {
    const cluster = fakeKubernetes(itemsOf());
    await collect(cluster);
    expect(cluster.lists.map((one) => one.resource.plural)).not.toContain('secrets');
    expect(cluster.lists.filter((one) => one.resource.plural === 'configmaps')).toMatchObject([
      { namespace: 'alga-system', fieldSelector: 'metadata.name=appliance-release-selection' },
    ]);
  });

  it('leaves out the bookkeeping of managers and kubectl’s copy of the object', async () => {
    const heavy: KubernetesObject = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: 'x',
        namespace: 'msp',
        managedFields: [{ manager: 'kubelet' }],
        annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"env":"DB_PASSWORD=x"}', kept: 'yes' },
      },
      status: {},
    };
    const snapshot = await collect(fakeKubernetes([heavy]));
    expect(snapshot.kubernetes?.items).toMatchObject([{ metadata: { annotations: { kept: 'yes' } } }]);
    expect(JSON.stringify(snapshot)).not.toMatch(/managedFields|last-applied/);
  });

  it('names what it may not list, and goes on with the rest', async () => {
    const cluster = fakeKubernetes(itemsOf());
    cluster.refused.set('events', new ReadError('events is forbidden: User "x" cannot list resource "events"', 403));
    const snapshot = await collect(cluster);
    expect(snapshot.kubernetes).toMatchObject({
      error: null,
      missing: [{ resource: 'events', error: expect.stringContaining('forbidden') }],
    });
    expect(snapshot.kubernetes?.items.length).toBeGreaterThan(40);
  });

  it('takes a kind that is not installed for one of which there are none', async () => {
    const cluster = fakeKubernetes(itemsOf());
    cluster.refused.set('helmreleases', new ReadError('the server could not find the requested resource', 404));
    expect((await collect(cluster)).kubernetes?.missing).toEqual([]);
  });

  it('says once why nothing answers, and gives no objects for it', async () => {
    const cluster = fakeKubernetes(itemsOf());
    cluster.isAway = true;
    expect((await collect(cluster)).kubernetes).toEqual({
      items: [],
      error: 'connect ECONNREFUSED 192.0.2.10:6443',
      missing: [],
      observedAt: null,
    });
  });

  it('rejects when the caller gives up', async () => {
    const abort = new AbortController();
    abort.abort(new Error('enough'));
    await expect(collect(fakeKubernetes(itemsOf()), { signal: abort.signal })).rejects.toThrow('enough');
  });
});

describe('which logs are read', () => {
  const names = (cluster: ReturnType<typeof fakeKubernetes>) =>
    cluster.logs.map((one) => `${one.container}${one.previous ? ' before' : ''}`).toSorted();

  it('only those of containers that failed, and of the newest bootstrap pod: its log tells the seeds', async () => {
    const cluster = fakeKubernetes(itemsOf(crashing('temporal', 'x')));
    cluster.logTexts.set('temporal-7d9c5b8f6d-q4z8w/temporal', 'boom');
    const snapshot = await collect(cluster);
    expect(names(cluster)).toEqual(['bootstrap', 'temporal']);
    expect(snapshot.logs).toEqual([
      { namespace: 'msp', pod: 'temporal-7d9c5b8f6d-q4z8w', container: 'temporal', previous: false, text: 'boom' },
    ]);
    expect(cluster.logs.every((one) => one.tailLines <= 200 && one.limitBytes <= 65_536)).toBe(true);
  });

  it('the last words of a log are read, however long the lines before them are', async () => {
    const cluster = fakeKubernetes(itemsOf(crashing('temporal', 'x')));
    const lines = [...Array.from({ length: 199 }, () => 'x'.repeat(1_000)), 'the last words'];
    cluster.logTexts.set('temporal-7d9c5b8f6d-q4z8w/temporal', lines.join('\n'));
    const snapshot = await collect(cluster);
    expect(snapshot.logs?.map(({ text }) => text.split('\n').at(-1))).toContain('the last words');
  });

  it('of a program that runs again after it died: its words now, and those before', async () => {
    const cluster = fakeKubernetes(
      itemsOf(probing('email-service', 'x'), (items) => {
        for (const item of items)
          if (item.kind === 'Pod' && item.metadata.name.startsWith('email-service'))
            item['status'] = {
              containerStatuses: [
                {
                  name: 'email-service',
                  ready: false,
                  restartCount: 4,
                  state: { running: { startedAt: '2026-05-01T11:59:50Z' } },
                  lastState: { terminated: { exitCode: 1 } },
                },
              ],
            };
      }),
    );
    await collect(cluster);
    expect(names(cluster)).toEqual(['bootstrap', 'email-service', 'email-service before']);
  });

  it('of a setup job that failed for good', async () => {
    const cluster = fakeKubernetes(itemsOf(bootstrapFailed('x')));
    await collect(cluster);
    expect(names(cluster)).toEqual(['bootstrap']);
  });
});
