import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rmdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { startDaemon } from '../parts/daemon.ts';
import type { Daemon } from '../parts/daemon.ts';
import { programPath } from '../parts/programs.ts';
import { CONTAINERD_SOCKET } from './containerd.ts';

export interface KubeletOptions {
  readonly folder: string;
  /** Folder with `pki/` and `kubeconfigs/`. */
  readonly pkiDir: string;
  readonly address: string;
  readonly hostname: string;
  /** Below it are all of the node's pods. */
  readonly cgroup: string;
  readonly clusterDns: string;
  readonly dnsDomain: string;
  /** File with the resolvers that pods of the node's own network get. */
  readonly resolvConf: string;
}

/** Starts the kubelet with the node's certificate. It registers the node itself; this does not wait for it. */
export async function startKubelet(options: KubeletOptions): Promise<Daemon> {
  const config = path.join(options.folder, 'kubelet.json');
  await makeCgroup(options.cgroup);
  await writeFile(config, JSON.stringify(configuration(options), null, 2));
  return startDaemon({
    name: 'kubelet',
    file: await programPath('kubelet'),
    args: [
      `--config=${config}`,
      `--kubeconfig=${path.join(options.pkiDir, 'kubeconfigs', 'kubelet.kubeconfig')}`,
      `--hostname-override=${options.hostname}`,
      `--node-ip=${options.address}`,
      '--root-dir=/var/lib/kubelet',
      '--cert-dir=/var/lib/kubelet/pki',
    ],
    logFile: path.join(options.folder, 'kubelet.log'),
  });
}

function configuration({ pkiDir, clusterDns, dnsDomain, cgroup, resolvConf }: KubeletOptions): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: path.join(pkiDir, 'pki', 'ca.crt') },
    },
    authorization: { mode: 'Webhook' },
    containerRuntimeEndpoint: `unix://${CONTAINERD_SOCKET}`,
    clusterDNS: [clusterDns],
    clusterDomain: dnsDomain,
    resolvConf,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: cgroup,
    failCgroupV1: false,
    failSwapOn: false,
    enforceNodeAllocatable: [],
    // This machine may not lower it.
    oomScoreAdj: 0,
    // Images lie on this machine's disk: what is free there is not the lab's to judge, short of nothing at all.
    evictionHard: { 'memory.available': '100Mi', 'nodefs.available': '5%', 'imagefs.available': '1%' },
    evictionPressureTransitionPeriod: '5s',
    imageGCHighThresholdPercent: 99,
    imageGCLowThresholdPercent: 98,
    readOnlyPort: 0,
    nodeStatusUpdateFrequency: '5s',
    // A small machine starts many pods at once in a lab.
    serializeImagePulls: true,
    logging: { verbosity: 1 },
  };
}

async function removeCgroup(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await removeCgroup(path.join(folder, entry.name));
  }
  await rmdir(folder);
}

/** A cgroup of the lab's own in every hierarchy of cgroup v1, or in the one of v2. */
async function makeCgroup(cgroup: string): Promise<void> {
  const root = '/sys/fs/cgroup';
  const hierarchies = (await readdir(root)).includes('cgroup.controllers') ? ['.'] : await readdir(root);
  for (const hierarchy of hierarchies) {
    const parent = path.join(root, hierarchy);
    const own = path.join(parent, cgroup);
    // Those of pods before a reboot would be taken for pods.
    await removeCgroup(own);
    await mkdir(own, { recursive: true });
    if (hierarchy !== 'cpuset') continue;
    for (const file of ['cpuset.cpus', 'cpuset.mems']) {
      await writeFile(path.join(own, file), await readFile(path.join(parent, file), 'utf8'));
    }
  }
}
