import { describe, expect, it } from 'vitest';
import { readSnapshot } from '../../diagnosis/index.ts';
import { diagnose } from '../support/diagnosed.ts';
import { appliance, NOW } from './appliance.ts';
import { pulling } from './faults.ts';

const now = new Date(NOW);
const missing = () =>
  appliance(pulling('redis', 'ImagePullBackOff', 'Failed to pull image "redis:9": redis:9: not found', []));
const items = () => missing().kubernetes?.items ?? [];

function rootsOf(value: unknown) {
  const read = readSnapshot(JSON.parse(JSON.stringify(value)), now);
  if (!read.success) throw read.error;
  return diagnose(read.data, { now }).blockers.map((one) => `${one.code}/${one.component}`);
}

const withItems = (list: readonly unknown[]) => ({ ...missing(), kubernetes: { items: list } });

describe('what hands and tools leave out of a snapshot', () => {
  it.each<[what: string, snapshot: () => object]>([
    ['null where nothing is known', () => ({ ...missing(), site: null, logs: null, talos: null, loginProbe: null })],
    [
      'null among an object’s metadata',
      () =>
        withItems(
          items().map((one) => ({
            ...one,
            metadata: { ...one.metadata, creationTimestamp: null, labels: null, deletionTimestamp: null },
          })),
        ),
    ],
    ['entries that are no objects', () => withItems([...items(), {}, null, 'text', { kind: 'Pod', metadata: {} }])],
    ['an event without a name', () => withItems([...items(), { kind: 'Event', reason: 'x' }])],
    ['objects without a version', () => withItems(items().map(({ apiVersion: _gone, ...rest }) => rest))],
    ['a list among the objects', () => withItems([{ apiVersion: 'v1', kind: 'List', items: items() }])],
    [
      'lists of one kind, as the API server gives them',
      () =>
        withItems(
          [...Map.groupBy(items(), (one) => one.kind)].map(([kind, group]) => ({
            apiVersion: group[0]?.apiVersion,
            kind: `${kind}List`,
            items: group.map(({ kind: _kind, apiVersion: _version, ...rest }) => rest),
          })),
        ),
    ],
    ['a page that only has an error', () => ({ ...missing(), loginProbe: { error: 'connect ECONNREFUSED' } })],
    ['a log without its container', () => ({ ...missing(), logs: [{ namespace: 'msp', pod: 'db-0', text: 'ready' }] })],
    ['an answer of talosctl without output', () => ({ ...missing(), talos: [{ command: 'talosctl version' }] })],
    ['a whole list of kubectl', () => ({ apiVersion: 'v1', kind: 'List', items: items() })],
  ])('%s does not hide the cause', (_what, snapshot) => {
    expect(rootsOf(snapshot())).toEqual(['image-tag-missing/redis']);
  });

  it('an API server of which only the error is known', () => {
    expect(rootsOf({ ...missing(), kubernetes: { error: 'connect ECONNREFUSED 192.0.2.10:6443' } })).toEqual([
      'kubernetes-unreachable/kubernetes',
    ]);
  });

  it('a list of pods says nothing of the rest: that is unknown', () => {
    const pods = items().filter((one) => one.kind === 'Pod');
    const read = readSnapshot({ apiVersion: 'v1', kind: 'PodList', items: pods }, now);
    if (!read.success) throw read.error;
    const { tiers } = diagnose(read.data, { now }).status;
    expect([tiers.platform.status, tiers.bootstrap.status]).toEqual(['unknown', 'unknown']);
  });

  it('entries that were left out are named', () => {
    const read = readSnapshot(withItems([...items(), 1, {}]), now);
    expect(read.data?.kubernetes?.missing).toEqual([
      { resource: 'objects', error: '2 entries are not API objects and were left out' },
    ]);
  });

  it.each<[what: string, value: unknown]>([
    ['a number', 1],
    ['another kind', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' } }],
    ['no time', { apiVersion: 'appliance.alga-psa/v1', kind: 'Snapshot' }],
    ['another version', { ...appliance(), apiVersion: 'appliance.alga-psa/v9' }],
  ])('%s is refused', (_what, value) => {
    expect(readSnapshot(value, now).success).toBe(false);
  });
});
