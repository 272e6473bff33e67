import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { startApiServer } from '../../support/api-server.ts';
import type { ControlPlane } from '../../support/api-server.ts';

export interface RealCluster {
  readonly kubeconfig: string;
  readonly plane: ControlPlane;
  /** Ends it, and starts it again at the same address with the same objects. */
  restart(): Promise<void>;
}

/** A real API server for one test file. `withControllers`: the real controller-manager, too. Gives the way to its kubeconfig. */
export function realCluster(withControllers: boolean): RealCluster {
  let plane: ControlPlane | null = null;
  let stateDir = '';
  const start = async (port?: number): Promise<void> => {
    plane = await startApiServer({
      stateDir,
      controllerManager: withControllers,
      node: { name: 'appliance', address: '192.0.2.10' },
      ...(port !== undefined && { port }),
    });
  };
  beforeAll(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'appliance-api-'));
    await start();
  }, 180_000);
  afterAll(async () => {
    await plane?.kill();
    await rm(stateDir, { recursive: true, force: true });
  });
  const running = (): ControlPlane => {
    if (!plane) throw new Error('the API server is started before the first test');
    return plane;
  };
  return {
    get kubeconfig() {
      return running().kubeconfigPath;
    },
    get plane() {
      return running();
    },
    restart: async () => {
      const { url, stop } = running();
      await stop();
      await start(Number(new URL(url).port));
    },
  };
}
