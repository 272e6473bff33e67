import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFailed, vi } from 'vitest';
import { startApiServer } from '../support/api-server.ts';
import { entry, openCluster, prepare, type Cluster, type Kind, type Seen } from './cluster.ts';
import { startFluxControllers, type FluxControllers } from './controllers.ts';
import { BRANCH, startGitServer } from './git-server.ts';

/** The project's tree on a real API server, reconciled by the real controllers from a local Git server. */
export interface LiveTree {
  readonly cluster: Cluster;
  /** Applies the entry: from here on Flux is at work. */
  begin(): Promise<void>;
  /** Commits, and has Flux look at once instead of at its next interval. Gives the commit's id. */
  push(files: Readonly<Record<string, string>>): Promise<string>;
  release(name: string): Promise<Seen | null>;
  tier(name: string): Promise<Seen | null>;
  isReady(kind: Kind, name: string, namespace: string): Promise<boolean>;
  /** Plays the kubelet's part for workloads, told as `Deployment/name`, once they are there. */
  play(workloads: readonly string[], namespace?: string): Promise<void>;
  /** What `flux reconcile` does: says when, and waits until it was done. */
  requestReconcile(objects: readonly (readonly [Kind, string, string])[]): Promise<void>;
  /** Awaits what the controllers are to bring about; a failure shows what they said. */
  eventually(check: () => Promise<void>, timeout?: number): Promise<void>;
  stop(): Promise<void>;
}

/** The Ready condition of an object that Flux gave one. */
export const readyOf = (object: Seen | null) => object?.status?.conditions.find(({ type }) => type === 'Ready');

/** Starts everything and makes what the installer makes first, but for the entry. */
export async function startLiveTree(values: Readonly<Record<string, object>>): Promise<LiveTree> {
  const stateDir = mkdtempSync(join(tmpdir(), 'flux-tree-'));
  const git = await startGitServer();
  const controlPlane = await startApiServer({ stateDir });
  const cluster = openCluster(controlPlane.kubeconfigPath);
  await prepare(cluster, values);
  const controllers = await startFluxControllers(controlPlane.kubeconfigPath);

  const eventually: LiveTree['eventually'] = async (check, timeout = 60_000) => {
    onTestFailed(async () => console.log(await picture(cluster, controllers)));
    await vi.waitFor(check, { timeout, interval: 250 });
  };
  const requestReconcile: LiveTree['requestReconcile'] = async (objects) => {
    const at = new Date().toISOString();
    const annotations = { 'reconcile.fluxcd.io/requestedAt': at };
    for (const [kind, name, namespace] of objects)
      await cluster.patch(kind, name, namespace, { metadata: { annotations } });
    await eventually(async () => {
      for (const [kind, name, namespace] of objects) {
        expect((await cluster.get(kind, name, namespace))?.status?.lastHandledReconcileAt).toBe(at);
      }
    });
  };
  return {
    cluster,
    eventually,
    requestReconcile,
    begin: async () => {
      for (const object of entry({ url: git.url, branch: BRANCH, profile: 'talos-single-node' }))
        await cluster.apply(object);
    },
    push: async (files) => {
      const commit = await git.commit(files);
      if (await cluster.get('GitRepository', 'alga-appliance', 'flux-system'))
        await requestReconcile([['GitRepository', 'alga-appliance', 'flux-system']]);
      return commit;
    },
    release: (name) => cluster.get('HelmRelease', name, 'alga-system'),
    tier: (name) => cluster.get('Kustomization', name, 'flux-system'),
    isReady: async (kind, name, namespace) => {
      const object = await cluster.get(kind, name, namespace);
      return readyOf(object)?.status === 'True' && object?.status?.observedGeneration === object?.metadata.generation;
    },
    play: async (workloads, namespace = 'msp') => {
      for (const each of workloads) {
        const [kind, name = ''] = each.split('/');
        if (kind === 'Deployment' || kind === 'StatefulSet') {
          await eventually(async () => expect(await cluster.get(kind, name, namespace)).not.toBeNull());
          await cluster.makeReady(kind, name, namespace);
        }
      }
    },
    stop: async () => {
      await controllers.stop();
      await git.close();
      await controlPlane.stop();
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
}

/** Every Flux object with its Ready condition, and the end of the controllers' logs: what a failed test needs. */
async function picture(cluster: Cluster, controllers: FluxControllers): Promise<string> {
  const kinds: [Kind, string][] = [
    ['GitRepository', 'flux-system'],
    ['Kustomization', 'flux-system'],
    ['HelmRelease', 'alga-system'],
  ];
  const objects = (await Promise.all(kinds.map(([kind, namespace]) => cluster.list(kind, namespace)))).flat();
  const lines = objects.map((object) => {
    const ready = readyOf(object);
    return `${object.kind} ${object.metadata.name}: ${ready?.status} ${ready?.reason} ${ready?.message}`;
  });
  return [...lines, controllers.logs()].join('\n');
}
