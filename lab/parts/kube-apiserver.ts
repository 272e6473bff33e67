import path from 'node:path';
import { Health, KubeConfig } from '@kubernetes/client-node';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { startDaemon, waitUntilReady } from './daemon.ts';
import type { Daemon } from './daemon.ts';
import type { PartOptions } from './etcd.ts';
import { programPath } from './programs.ts';

const clusterSchema = z.object({ serviceSubnets: z.array(z.string()), dnsDomain: z.string() });

export interface ApiServerOptions extends PartOptions {
  readonly port: number;
  /** URL of etcd. */
  readonly etcd: string;
  readonly kubeconfigPath: string;
  /** False if nothing creates service accounts: pods are then admitted without one. */
  readonly useAccounts: boolean;
}

/**
 * Starts a kube-apiserver as Talos does: RBAC and node authorization, no anonymous access, secrets encrypted at rest,
 * aggregation layer. Ready when it returns.
 */
export async function startKubeApiServer(options: ApiServerOptions): Promise<Daemon> {
  const cluster = clusterSchema.parse(JSON.parse(await readFile(path.join(options.pkiDir, 'cluster.json'), 'utf8')));
  const pki = (name: string): string => path.join(options.pkiDir, 'pki', name);
  const issuer = `https://kubernetes.default.svc.${cluster.dnsDomain}`;
  const daemon = await startDaemon({
    name: 'kube-apiserver',
    file: await programPath('kube-apiserver'),
    logFile: path.join(options.stateDir, 'kube-apiserver.log'),
    args: [
      `--bind-address=${options.address}`,
      `--secure-port=${options.port}`,
      // Endpoints refuse loopback addresses, so the API server's own must not be written.
      ...(options.address.startsWith('127.') ? ['--endpoint-reconciler-type=none'] : []),
      `--service-cluster-ip-range=${cluster.serviceSubnets.join(',')}`,
      `--etcd-servers=${options.etcd}`,
      `--etcd-cafile=${pki('etcd-ca.crt')}`,
      `--etcd-certfile=${pki('apiserver-etcd-client.crt')}`,
      `--etcd-keyfile=${pki('apiserver-etcd-client.key')}`,
      `--encryption-provider-config=${path.join(options.pkiDir, 'encryption-config.yaml')}`,
      `--client-ca-file=${pki('ca.crt')}`,
      `--tls-cert-file=${pki('apiserver.crt')}`,
      `--tls-private-key-file=${pki('apiserver.key')}`,
      `--kubelet-client-certificate=${pki('apiserver-kubelet-client.crt')}`,
      `--kubelet-client-key=${pki('apiserver-kubelet-client.key')}`,
      `--requestheader-client-ca-file=${pki('aggregator-ca.crt')}`,
      '--requestheader-allowed-names=front-proxy-client',
      '--requestheader-extra-headers-prefix=X-Remote-Extra-',
      '--requestheader-group-headers=X-Remote-Group',
      '--requestheader-username-headers=X-Remote-User',
      `--proxy-client-cert-file=${pki('front-proxy-client.crt')}`,
      `--proxy-client-key-file=${pki('front-proxy-client.key')}`,
      `--service-account-issuer=${issuer}`,
      `--api-audiences=${issuer}`,
      `--service-account-key-file=${pki('sa.pub')}`,
      `--service-account-signing-key-file=${pki('sa.key')}`,
      // As Talos has it: a node's name is in no resolver.
      '--kubelet-preferred-address-types=InternalIP,ExternalIP,Hostname',
      '--authorization-mode=Node,RBAC',
      '--anonymous-auth=false',
      '--allow-privileged=true',
      '--profiling=false',
      '--enable-admission-plugins=NodeRestriction',
      ...(options.useAccounts ? [] : ['--disable-admission-plugins=ServiceAccount']),
    ],
  });
  try {
    const config = new KubeConfig();
    config.loadFromFile(options.kubeconfigPath);
    const health = new Health(config);
    await waitUntilReady(daemon, () => health.readyz({ timeout: 5_000 }), 120_000, options.signal);
  } catch (error) {
    await daemon.kill();
    throw error;
  }
  return daemon;
}
