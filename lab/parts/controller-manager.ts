import path from 'node:path';
import { startDaemon } from './daemon.ts';
import type { Daemon } from './daemon.ts';
import type { PartOptions } from './etcd.ts';
import { programPath } from './programs.ts';

/** Starts the kube-controller-manager; it works soon after; this does not wait for it. */
export async function startControllerManager(options: PartOptions): Promise<Daemon> {
  const pki = (name: string): string => path.join(options.pkiDir, 'pki', name);
  const kubeconfig = path.join(options.pkiDir, 'kubeconfigs', 'controller-manager.kubeconfig');
  return startDaemon({
    name: 'kube-controller-manager',
    file: await programPath('kube-controller-manager'),
    logFile: path.join(options.stateDir, 'kube-controller-manager.log'),
    args: [
      `--kubeconfig=${kubeconfig}`,
      // Its own port is not used; several control planes share this machine.
      '--secure-port=0',
      '--leader-elect=false',
      '--use-service-account-credentials=true',
      `--root-ca-file=${pki('ca.crt')}`,
      `--service-account-private-key-file=${pki('sa.key')}`,
      `--cluster-signing-cert-file=${pki('ca.crt')}`,
      `--cluster-signing-key-file=${pki('ca.key')}`,
    ],
  });
}
