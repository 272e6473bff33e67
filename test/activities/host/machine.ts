import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { kubernetesPort } from '../../../activities/adapters/kubernetes.ts';
import { talosThrough } from '../../../activities/adapters/talosctl.ts';
import { awaitNode } from '../../../activities/phases/host/await-node.ts';
import { awaitSecureApi } from '../../../activities/phases/host/await-secure-api.ts';
import { bootstrapEtcd } from '../../../activities/phases/host/bootstrap-etcd.ts';
import { configureNode } from '../../../activities/phases/host/configure-node.ts';
import { fetchKubeconfig } from '../../../activities/phases/host/fetch-kubeconfig.ts';
import { reachNode } from '../../../activities/phases/host/reach-node.ts';
import { setNodeResolvers } from '../../../activities/phases/host/set-node-resolvers.ts';
import type { TalosPort } from '../../../activities/ports/talos.ts';
import { freeTalosAddress, startTalosMachine } from '../../../lab/talos-machine.ts';
import type { TalosMachine, TalosMachineOptions } from '../../../lab/talos-machine.ts';
import { SITE_FILES } from '../../../site-folder/index.ts';
import { resolveProgram } from '../../../tools/resolve.ts';
import { fastClock, testSite } from '../context.ts';
import type { TestSite } from '../context.ts';
import { needs } from '../../support/needs.ts';

needs('talos-machine', 'talosctl');

/** The host phase up to its etcd, and the whole of it, in the workflow's order. */
export const TO_ETCD = [reachNode, configureNode, setNodeResolvers, awaitSecureApi, bootstrapEtcd] as const;
export const WHOLE = [...TO_ETCD, fetchKubeconfig, awaitNode] as const;

export interface Node {
  readonly machine: TalosMachine;
  readonly talos: TalosPort;
  readonly site: TestSite;
}

/**
 * Switches on a simulated machine with an empty disk and gives it with a site whose node it is, and whose secrets are made
 * already: the same for all tests of a file, because making them takes longer than all the rest. It goes off with the test.
 */
export async function testNode(options: Partial<TalosMachineOptions> = {}): Promise<Node> {
  const node = await newNode(options);
  const signal = AbortSignal.timeout(60_000);
  await node.site.folder.write(SITE_FILES.secrets, await (secrets ??= node.talos.generateSecrets(signal)));
  return node;
}

let secrets: Promise<string> | null = null;

/** The same with a site that holds nothing yet. */
export async function newNode(options: Partial<TalosMachineOptions> = {}): Promise<Node> {
  const { faults = [], ...rest } = options;
  const stateDir = await mkdtemp(join(tmpdir(), 'appliance-machine-'));
  onTestFinished(() => rm(stateDir, { recursive: true, force: true }));
  const where = await freeTalosAddress();
  const machine = await startTalosMachine({
    ...where,
    stateDir,
    times: { install: 50, boot: 50, services: 100, etcd: 50, shutdown: 50 },
    ...rest,
  });
  onTestFinished(() => machine.kill());
  await machine.control.setFaults(faults);
  const talos = realTalos(where.port);
  const site = await testSite({ clock: fastClock(5), kubernetes: kubernetesPort(), talos }, { nodeIp: where.address });
  return { machine, talos, site };
}

/** The port to Talos through the real talosctl. */
export function realTalos(port: number, program?: string): TalosPort {
  return talosThrough(async () => program ?? (await (talosctl ??= resolveProgram('talosctl'))).path, port);
}

let talosctl: ReturnType<typeof resolveProgram> | null = null;
