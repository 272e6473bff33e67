import path from 'node:path';
import { startDaemon } from '../parts/daemon.ts';
import type { Daemon } from '../parts/daemon.ts';
import { programPath } from '../parts/programs.ts';
import type { NodeProgramOptions } from './kube-proxy.ts';

/** Starts the kube-scheduler; it works soon after; this does not wait for it. */
export async function startScheduler({ folder, pkiDir }: NodeProgramOptions): Promise<Daemon> {
  return startDaemon({
    name: 'kube-scheduler',
    file: await programPath('kube-scheduler'),
    args: [
      `--kubeconfig=${path.join(pkiDir, 'kubeconfigs', 'scheduler.kubeconfig')}`,
      '--leader-elect=false',
      '--secure-port=0',
    ],
    logFile: path.join(folder, 'kube-scheduler.log'),
  });
}
