import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ref } from '../../../kubernetes/addresses.ts';
import { kubernetesPort } from '../../../activities/adapters/kubernetes.ts';
import { setClusterDns } from '../../../activities/phases/gitops/set-cluster-dns.ts';
import type { Cluster } from '../../../activities/ports/kubernetes.ts';
import type { KubernetesObject } from '../../../model/snapshot.ts';
import { Killed, meddler } from '../support/meddler.ts';
import { configValue, signal, versionsOf } from '../support/objects.ts';
import { players } from '../support/players.ts';
import { testBed } from '../support/test-bed.ts';
import type { TestBed } from '../support/test-bed.ts';
import { server } from './server.ts';

const CONFIG = ref.configMap('kube-system', 'coredns');
const WORKLOAD = ref.deployment('kube-system', 'coredns');
const BEFORE =
  '.:53 {\n    errors\n    forward . /etc/resolv.conf {\n       max_concurrent 1000\n    }\n    reload\n}\n';
const KINDS: [string, string][] = [
  ['v1', 'ConfigMap'],
  ['apps/v1', 'Deployment'],
];
const dns = (...dnsServers: string[]): { spec: { dnsServers: string[] } } => ({ spec: { dnsServers } });

let cluster: Cluster;

describe('cluster DNS', () => {
  beforeAll(async () => {
    cluster = await kubernetesPort().connect(server.kubeconfig);
  });
  beforeEach(async () => {
    await Promise.all([CONFIG, WORKLOAD].map((at) => cluster.delete(at, {}, signal)));
    await cluster.create(coredns(), signal);
    await cluster.create(corefile(BEFORE), signal);
  });

  test('the servers reach the Corefile and running pods; again nothing changes; over other servers they are changed', async () => {
    const bed = await dnsBed();
    expect(await setClusterDns(bed.context(dns('192.0.2.53', '192.0.2.54')))).toMatchObject({ did: 'acted' });
    expect(await configValue(cluster, CONFIG, 'Corefile')).toBe(
      BEFORE.replace('/etc/resolv.conf', '192.0.2.53 192.0.2.54'),
    );
    const restarted = await generation();
    expect(restarted).toBe(2);
    const before = await versionsOf(cluster, ...KINDS);
    expect(await setClusterDns(bed.context(dns('192.0.2.53', '192.0.2.54')))).toMatchObject({ did: 'nothing-to-do' });
    expect(await versionsOf(cluster, ...KINDS)).toEqual(before);
    expect(await setClusterDns(bed.context(dns('198.51.100.1')))).toMatchObject({ did: 'acted' });
    expect(await configValue(cluster, CONFIG, 'Corefile')).toContain('forward . 198.51.100.1 {');
    expect(await generation()).toBe(3);
  });

  test('a Corefile that says so already restarts nothing', async () => {
    await cluster.patch(CONFIG, { data: { Corefile: BEFORE.replace('/etc/resolv.conf', '192.0.2.53') } }, signal);
    const bed = await dnsBed();
    expect(await setClusterDns(bed.context(dns('192.0.2.53')))).toMatchObject({ did: 'nothing-to-do' });
    expect(await generation()).toBe(1);
  });

  test('killed between the Corefile and the restart, the restart is made up for', async () => {
    const bed = await dnsBed();
    const { cluster: killed } = meddler(cluster, {
      after: async (write) => {
        if (write === 'patch ConfigMap coredns') throw new Killed(write);
      },
    });
    await expect(setClusterDns(bed.context({ ...dns('192.0.2.53'), cluster: killed }))).rejects.toThrow(Killed);
    expect(await generation()).toBe(1);
    expect(await setClusterDns(bed.context(dns('192.0.2.53')))).toMatchObject({ did: 'acted' });
    expect(await generation()).toBe(2);
  });

  test.each([
    ['an empty one', ''],
    ['one without a root zone', 'example.org {\n    forward . 1.1.1.1\n}\n'],
  ])('%s is left as it is, and said', async (_, text) => {
    await cluster.patch(CONFIG, { data: { Corefile: text } }, signal);
    const before = await versionsOf(cluster, ...KINDS);
    const bed = await dnsBed();
    await expect(setClusterDns(bed.context(dns('192.0.2.53')))).rejects.toMatchObject({
      blockers: [
        { code: 'config-missing', component: 'coredns', reason: expect.stringContaining('It was not changed') },
      ],
    });
    expect(await versionsOf(cluster, ...KINDS)).toEqual(before);
  });

  test('somebody who changes the Corefile in between is not overwritten', async () => {
    const bed = await dnsBed();
    const { cluster: slow } = meddler(cluster, {
      before: async (write) => {
        if (write !== 'patch ConfigMap coredns') return;
        await cluster.patch(CONFIG, { data: { Corefile: `# theirs\n${BEFORE}` } }, signal);
      },
    });
    await expect(setClusterDns(bed.context({ ...dns('192.0.2.53'), cluster: slow }))).rejects.toMatchObject({
      fault: 'conflict',
    });
    await setClusterDns(bed.context(dns('192.0.2.53')));
    expect(await configValue(cluster, CONFIG, 'Corefile')).toMatch(/^# theirs\n[^]*forward \. 192\.0\.2\.53 /);
  });
});

async function dnsBed(): Promise<TestBed> {
  const bed = await testBed(server.kubeconfig);
  const { play, rolledOut } = players(server.kubeconfig);
  play(async () => {
    const found = await cluster.get(WORKLOAD, signal);
    if (found) await rolledOut(found, 2);
  });
  return bed;
}

async function generation(): Promise<number | undefined> {
  return (await cluster.get(WORKLOAD, signal))?.metadata.generation;
}

function corefile(text: string): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: CONFIG.name, namespace: 'kube-system' },
    data: { Corefile: text },
  };
}

function coredns(): KubernetesObject {
  const labels = { 'k8s-app': 'kube-dns' };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: WORKLOAD.name, namespace: 'kube-system' },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'coredns', image: 'example.org/coredns:1' }] } },
    },
  };
}
