import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { startDaemon } from '../parts/daemon.ts';
import type { Daemon } from '../parts/daemon.ts';
import { programPath } from '../parts/programs.ts';
import { POD_SUBNET } from './containerd.ts';

export interface NodeProgramOptions {
  readonly folder: string;
  readonly pkiDir: string;
  readonly hostname: string;
}

/** Starts kube-proxy in iptables mode: Services work soon after. */
export async function startKubeProxy({ folder, pkiDir, hostname }: NodeProgramOptions): Promise<Daemon> {
  const config = path.join(folder, 'kube-proxy.json');
  const configuration = {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'iptables',
    hostnameOverride: hostname,
    clusterCIDR: POD_SUBNET,
    clientConnection: { kubeconfig: path.join(pkiDir, 'kubeconfigs', 'kube-proxy.kubeconfig') },
    oomScoreAdj: 0,
    // The table's size is this machine's, not the lab's, to set.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
  };
  await writeFile(config, JSON.stringify(configuration, null, 2));
  const tools = [path.dirname(await programPath('iptables')), path.dirname(await programPath('conntrack'))];
  return startDaemon({
    name: 'kube-proxy',
    file: await programPath('kube-proxy'),
    args: [`--config=${config}`],
    logFile: path.join(folder, 'kube-proxy.log'),
    env: { PATH: `${tools.join(':')}:${process.env['PATH'] ?? ''}` },
  });
}
