// The lab's node for as long as it is up: a whole Kubernetes on one machine, in namespaces of its own (enter.sh). The simulated
// Talos machine runs this as its Kubernetes command.
//
//   node main.ts REGISTRY_URL CGROUP LAB_FOLDER REGISTRY_NAME,…
//
// It prints "ready" when the API server answers. SIGTERM ends everything in order; a closed standard input is a power cut.
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import { startControlPlane } from '../control-plane.ts';
import type { Daemon } from '../parts/daemon.ts';
import { applyClusterObjects } from './cluster-objects.ts';
import { startContainerd } from './containerd.ts';
import { mountDisk, playDisk } from './disk.ts';
import { endPods } from './end-pods.ts';
import { startKubeProxy } from './kube-proxy.ts';
import { startKubelet } from './kubelet.ts';
import { startScheduler } from './scheduler.ts';

const env = z
  .object({
    TALOS_KUBERNETES: z.string(),
    TALOS_VAR: z.string(),
    TALOS_ADDRESS: z.string(),
    TALOS_HOSTNAME: z.string(),
  })
  .parse(process.env);
const [registry = '', cgroup = '', lab = '', names = ''] = process.argv.slice(2);
const clusterFile = z.object({
  dnsServiceIPs: z.array(z.string()).min(1),
  dnsDomain: z.string(),
  registryMirrors: z.record(z.string(), z.array(z.string())),
});

const ending = new AbortController();
process.once('SIGTERM', () => ending.abort('stop'));
process.stdin.once('end', () => process.exit(137)).resume();

/** A path of the lab's folder as it is called in here. */
const inside = (file: string): string => path.join('/run/lab', path.relative(lab, file));
const pkiDir = inside(env.TALOS_KUBERNETES);
const folder = '/var/lib/node';
const hostname = env.TALOS_HOSTNAME;

await mkdir(folder, { recursive: true, mode: 0o700 });
// A kernel that has it built in, or loaded, has no such module to load.
await execa('modprobe', ['br_netfilter'], { reject: false, timeout: 5_000 });
await execa('sysctl', ['-q', '-w', 'net.ipv4.ip_forward=1', 'net.bridge.bridge-nf-call-iptables=1'], {
  timeout: 5_000,
});
const cluster = clusterFile.parse(JSON.parse(await readFile(path.join(pkiDir, 'cluster.json'), 'utf8')));
const [dnsAddress = ''] = cluster.dnsServiceIPs;
const { dnsDomain } = cluster;
// The machine keeps it as its configuration is; containerd and pods on the node's network resolve by it.
const resolvConf = path.join(pkiDir, 'resolv.conf');
await execa('mount', ['--bind', resolvConf, '/etc/resolv.conf'], { timeout: 5_000 });

await mountDisk();
void playDisk('/run/lab', ending.signal).catch((error: unknown) => {
  if (!ending.signal.aborted) throw error;
});

const daemons: Daemon[] = [];
try {
  daemons.push(await startContainerd({ folder, registry, names: names.split(','), mirrors: cluster.registryMirrors }));
  const plane = await startControlPlane({
    stateDir: path.join(folder, 'control-plane'),
    address: env.TALOS_ADDRESS,
    port: 6443,
    hostname,
    pkiFrom: { folder: pkiDir },
    controllerManager: true,
    signal: ending.signal,
  });
  const common = { folder, pkiDir, hostname };
  daemons.push(await startScheduler(common), await startKubeProxy(common));
  const kubelet = { ...common, address: env.TALOS_ADDRESS, cgroup, clusterDns: dnsAddress, dnsDomain, resolvConf };
  daemons.push(await startKubelet(kubelet));
  process.stdout.write('ready\n');
  const objects = applyClusterObjects({
    kubeconfig: plane.kubeconfigPath,
    dnsAddress,
    dnsDomain,
    hostname,
    signal: ending.signal,
  });
  await Promise.race([objects, aborted(ending.signal)]);
  const ended = Promise.race(daemons.map(async (daemon) => daemon.exited.then(() => daemon.name)));
  const first = await Promise.race([aborted(ending.signal), ended]);
  if (first !== undefined && !ending.signal.aborted)
    console.error(`${first} ended; the node goes down and comes up again`);
  await daemons.pop()?.stop();
  await endPods();
  await plane.stop();
} catch (error) {
  if (!ending.signal.aborted) throw error;
}
process.exit(0);

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
