import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { startEtcd } from './parts/etcd.ts';
import { startKubeApiServer } from './parts/kube-apiserver.ts';
import { startControllerManager } from './parts/controller-manager.ts';
import { keepNodeReady } from './parts/node.ts';
import type { NodeObject } from './parts/node.ts';
import { freePort } from './parts/ports.ts';
import { programPath } from './parts/programs.ts';

export interface ControlPlaneOptions {
  /** Folder for certificates, data and logs; made when missing. A start on a used one continues its cluster. */
  readonly stateDir: string;
  /** Address to listen on; default 127.0.0.1. */
  readonly address?: string;
  /** Port of the API server; default: a free one. */
  readonly port?: number;
  /**
   * Machine configuration file whose cluster PKI is used, or the folder in which the simulated Talos machine (or an
   * earlier start) left the files already. Default: a cluster of its own.
   */
  readonly pkiFrom?: { readonly machineConfig: string } | { readonly folder: string };
  /** Name of the node in certificates and kubeconfigs; default `localhost`. */
  readonly hostname?: string;
  /** Runs the real kube-controller-manager, too: namespaces and owned objects are deleted, service accounts are created. */
  readonly controllerManager?: boolean;
  /** Registers a Node and keeps it Ready, since no kubelet runs. */
  readonly node?: NodeObject;
  readonly signal?: AbortSignal;
}

export interface ControlPlane {
  /** https URL of the API server. */
  readonly url: string;
  /** kubeconfig of an administrator (system:masters), 0600. */
  readonly kubeconfigPath: string;
  /** Folder with `pki/`, `kubeconfigs/`, `cluster.json`. */
  readonly pkiDir: string;
  readonly pids: readonly number[];
  /** Ends everything in order; the data stays in stateDir. */
  stop(): Promise<void>;
  /** Ends everything at once, as a power cut would. */
  kill(): Promise<void>;
}

/**
 * Starts a real etcd and a real kube-apiserver (RBAC on) on this machine; ready when it returns.
 * @throws Error that names the program that did not come up, with the end of its log
 */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const address = options.address ?? '127.0.0.1';
  const port = options.port ?? (await freePort(address));
  const url = `https://${address}:${port}`;
  await mkdir(options.stateDir, { recursive: true, mode: 0o700 });
  const pkiDir = await preparePki(options, address, url);
  const kubeconfigPath = path.join(pkiDir, 'kubeconfigs', 'admin.kubeconfig');

  const parts: { readonly pid?: number; stop(): Promise<void>; kill(): Promise<void> }[] = [];
  const end = async (how: 'stop' | 'kill'): Promise<void> => {
    for (const part of parts.splice(0).toReversed()) await part[how]();
  };
  try {
    const common = { stateDir: options.stateDir, pkiDir, address, signal: options.signal };
    const etcd = await startEtcd(common);
    parts.push(etcd.daemon);
    const useAccounts = options.controllerManager === true;
    parts.push(await startKubeApiServer({ ...common, port, etcd: etcd.url, kubeconfigPath, useAccounts }));
    if (useAccounts) parts.push(await startControllerManager(common));
    if (options.node !== undefined) parts.push(await keepNodeReady(kubeconfigPath, options.node));
  } catch (error) {
    await end('kill');
    throw error;
  }
  const pids = parts.flatMap((part) => part.pid ?? []);
  return { url, kubeconfigPath, pkiDir, pids, stop: () => end('stop'), kill: () => end('kill') };
}

/** A control plane with a PKI of its own, without Talos: for tests that need a real Kubernetes API and nothing else. */
export async function startApiServer(options: Omit<ControlPlaneOptions, 'pkiFrom'>): Promise<ControlPlane> {
  return startControlPlane(options);
}

/** The folder with the cluster's files, written now unless they are given or were written by an earlier start. */
async function preparePki(options: ControlPlaneOptions, address: string, url: string): Promise<string> {
  const from = options.pkiFrom;
  if (from !== undefined && 'folder' in from) return from.folder;
  const out = path.join(options.stateDir, 'kubernetes');
  const source = from === undefined ? path.join(out, 'machine.yaml') : from.machineConfig;
  await execa(
    await programPath('talos-machine'),
    [
      'pki',
      '--out',
      out,
      from === undefined ? '--keep' : '--from',
      source,
      '--address',
      address,
      '--server',
      url,
    ].concat(options.hostname === undefined ? [] : ['--hostname', options.hostname]),
    { timeout: 60_000, cancelSignal: options.signal },
  );
  return out;
}
