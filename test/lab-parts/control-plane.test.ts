import { mkdtemp, rm, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ApiException, AppsV1Api, CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startApiServer } from '../support/api-server.ts';
import type { ControlPlane } from '../support/api-server.ts';
import { needs } from '../support/needs.ts';

needs('kube-controller-manager');

describe('a control plane of its own', () => {
  let stateDir: string;
  let plane: ControlPlane;

  beforeAll(async () => {
    stateDir = await mkdtemp(path.join(tmpdir(), 'control-plane-'));
    plane = await startApiServer({
      stateDir,
      controllerManager: true,
      node: { name: 'appliance', address: '192.0.2.10' },
    });
  });
  afterAll(async () => {
    await plane.stop();
    await rm(stateDir, { recursive: true, force: true });
  });

  it('lets its administrator do everything and a stranger nothing', async () => {
    const core = config(plane).makeApiClient(CoreV1Api);
    await core.createNamespacedConfigMap({
      namespace: 'default',
      body: { metadata: { name: 'kept' }, data: { a: '1' } },
    });

    expect(await codeOf(loggedIn(plane, 'no-token').listNamespace())).toBe(401);

    await core.createNamespacedServiceAccount({ namespace: 'default', body: { metadata: { name: 'reader' } } });
    const { status } = await core.createNamespacedServiceAccountToken({
      name: 'reader',
      namespace: 'default',
      body: { spec: { audiences: [], expirationSeconds: 600 } },
    });
    expect(await codeOf(loggedIn(plane, status?.token ?? '').listNamespace())).toBe(403);
  });

  it('has a node that is ready', async () => {
    const { items } = await config(plane).makeApiClient(CoreV1Api).listNode();
    expect(
      items.map(({ metadata, status }) => [
        metadata?.name,
        status?.conditions?.find((c) => c.type === 'Ready')?.status,
      ]),
    ).toEqual([['appliance', 'True']]);
  });

  it('runs the controllers: a deployment gets its replica set, a namespace goes away', async () => {
    const core = config(plane).makeApiClient(CoreV1Api);
    const apps = config(plane).makeApiClient(AppsV1Api);
    await core.createNamespace({ body: { metadata: { name: 'passing' } } });
    const labels = { app: 'x' };
    await apps.createNamespacedDeployment({
      namespace: 'passing',
      body: {
        metadata: { name: 'x' },
        spec: {
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec: { containers: [{ name: 'x', image: 'example.org/x:1' }] } },
        },
      },
    });
    await vi.waitFor(
      async () => expect((await apps.listNamespacedReplicaSet({ namespace: 'passing' })).items).toHaveLength(1),
      {
        timeout: 30_000,
        interval: 100,
      },
    );
    await core.deleteNamespace({ name: 'passing' });
    await vi.waitFor(async () => expect(await codeOf(core.readNamespace({ name: 'passing' }))).toBe(404), {
      timeout: 30_000,
      interval: 100,
    });
  });

  it('keeps keys and kubeconfigs from others', async () => {
    for (const file of [plane.kubeconfigPath, path.join(plane.pkiDir, 'pki', 'ca.key')]) {
      expect((await stat(file)).mode & 0o777).toBe(0o600);
    }
  });

  it('is gone when stopped, and is the same cluster when it is started again', async () => {
    const before = await idOf(plane);
    await plane.stop();
    expect(plane.pids.filter(isAlive)).toEqual([]);
    expect(await answers(new URL(plane.url))).toBe(false);

    plane = await startApiServer({ stateDir });
    expect(await idOf(plane)).toBe(before);
    const kept = await config(plane)
      .makeApiClient(CoreV1Api)
      .readNamespacedConfigMap({ name: 'kept', namespace: 'default' });
    expect(kept.data).toEqual({ a: '1' });
  });
});

function config(plane: ControlPlane): KubeConfig {
  const kubeconfig = new KubeConfig();
  kubeconfig.loadFromFile(plane.kubeconfigPath);
  return kubeconfig;
}

/** The API as the owner of a bearer token sees it. */
function loggedIn(plane: ControlPlane, token: string): CoreV1Api {
  const cluster = config(plane).getCurrentCluster();
  if (cluster === null) throw new Error('the kubeconfig names no cluster');
  const kubeconfig = new KubeConfig();
  kubeconfig.loadFromClusterAndUser(cluster, { name: 'bearer', token });
  return kubeconfig.makeApiClient(CoreV1Api);
}

/** The cluster's identity: the uid of kube-system. */
async function idOf(plane: ControlPlane): Promise<string | undefined> {
  return (await config(plane).makeApiClient(CoreV1Api).readNamespace({ name: 'kube-system' })).metadata?.uid;
}

async function codeOf(call: Promise<unknown>): Promise<number> {
  try {
    await call;
    return 200;
  } catch (error) {
    if (error instanceof ApiException) return error.code;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function answers(url: URL): Promise<boolean> {
  const socket = connect(Number(url.port), url.hostname);
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  }).then((open) => {
    socket.destroy();
    return open === true;
  });
}
