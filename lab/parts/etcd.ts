import { mkdir } from 'node:fs/promises';
import { readFile } from 'node:fs/promises';
import { get } from 'node:https';
import path from 'node:path';
import { startDaemon, waitUntilReady } from './daemon.ts';
import type { Daemon } from './daemon.ts';
import { freePort } from './ports.ts';
import { programPath } from './programs.ts';

export interface PartOptions {
  readonly stateDir: string;
  /** Folder with `pki/` and `kubeconfigs/`. */
  readonly pkiDir: string;
  readonly address: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Starts a one-member etcd with the cluster's own etcd CA (client certificates required); ready when it returns.
 * @returns the process and the URL for clients
 */
export async function startEtcd(options: PartOptions): Promise<{ readonly daemon: Daemon; readonly url: string }> {
  const data = path.join(options.stateDir, 'etcd');
  await mkdir(data, { recursive: true, mode: 0o700 });
  const client = `https://${options.address}:${await freePort(options.address)}`;
  const peer = `https://${options.address}:${await freePort(options.address)}`;
  const pki = (name: string): string => path.join(options.pkiDir, 'pki', name);
  const daemon = await startDaemon({
    name: 'etcd',
    file: await programPath('etcd'),
    logFile: path.join(options.stateDir, 'etcd.log'),
    args: [
      '--name=default',
      `--data-dir=${data}`,
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=default=${peer}`,
      '--client-cert-auth=true',
      `--cert-file=${pki('etcd.crt')}`,
      `--key-file=${pki('etcd.key')}`,
      `--trusted-ca-file=${pki('etcd-ca.crt')}`,
      '--peer-client-cert-auth=true',
      `--peer-cert-file=${pki('etcd-peer.crt')}`,
      `--peer-key-file=${pki('etcd-peer.key')}`,
      `--peer-trusted-ca-file=${pki('etcd-ca.crt')}`,
      '--log-level=warn',
      '--auto-compaction-mode=periodic',
      '--auto-compaction-retention=30m',
      // A test's cluster need not survive a power cut of this machine; waiting for the disk is most of etcd's time.
      '--unsafe-no-fsync',
    ],
  });
  try {
    const tls = {
      ca: await readFile(pki('etcd-ca.crt')),
      cert: await readFile(pki('apiserver-etcd-client.crt')),
      key: await readFile(pki('apiserver-etcd-client.key')),
    };
    await waitUntilReady(daemon, () => isHealthy(`${client}/health`, tls), 60_000, options.signal);
  } catch (error) {
    await daemon.kill();
    throw error;
  }
  return { daemon, url: client };
}

function isHealthy(url: string, tls: { ca: Buffer; cert: Buffer; key: Buffer }): Promise<boolean> {
  return new Promise((resolve, reject) => {
    get(url, { ...tls, agent: false, timeout: 5_000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    })
      .on('error', reject)
      .on('timeout', () => reject(new Error('no answer in 5 s')));
  });
}
