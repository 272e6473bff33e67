import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { startDaemon, waitUntilReady } from '../parts/daemon.ts';
import type { Daemon } from '../parts/daemon.ts';
import { programPath } from '../parts/programs.ts';

export const CONTAINERD_SOCKET = '/run/containerd/containerd.sock';
/** The image that holds a pod's namespaces open; one of the lab's own. */
export const PAUSE_IMAGE = 'registry.k8s.io/pause:3.10';
/** A mirror of this name stands before every registry that has none of its own (Talos' machine configuration). */
const ANY = '*';
export const POD_SUBNET = '10.244.0.0/24';

export interface ContainerdOptions {
  /** Folder for configuration and log. */
  readonly folder: string;
  /** `http://host:port`: answers in the place of every registry, as the lab's internet. */
  readonly registry: string;
  /** Registries that the lab's resolvers know: they are asked by name. */
  readonly names: readonly string[];
  /** Of the machine configuration: endpoints by registry, asked before it. */
  readonly mirrors: Readonly<Record<string, readonly string[]>>;
}

/** Starts containerd with the kubelet's plugin, a bridge for pods and one registry for all names; it answers when this returns. */
export async function startContainerd({ folder, registry, names, mirrors }: ContainerdOptions): Promise<Daemon> {
  const cni = path.join(folder, 'cni');
  const registries = path.join(folder, 'registries');
  await mkdir(cni, { recursive: true });
  await writeFile(path.join(cni, '10-lab.conflist'), JSON.stringify(POD_NETWORK, null, 2));
  const { port } = new URL(registry);
  const { [ANY]: ofAny = [], ...named } = mirrors;
  await writeHosts(registries, '_default', [...ofAny, registry]);
  for (const name of new Set([...names, ...Object.keys(named)])) {
    await writeHosts(registries, name, [...(named[name] ?? ofAny), `http://${hostOf(name)}:${port}`]);
  }
  const config = path.join(folder, 'containerd.toml');
  const plugins = path.dirname(await programPath('cni-bridge'));
  await writeFile(config, configuration(plugins, cni, registries));
  const runc = path.dirname(await programPath('runc'));
  const daemon = await startDaemon({
    name: 'containerd',
    file: await programPath('containerd'),
    args: ['--config', config],
    logFile: path.join(folder, 'containerd.log'),
    env: { PATH: `${runc}:${process.env['PATH'] ?? ''}` },
  });
  const answers = async (): Promise<boolean> => {
    const result = await execa('ctr', ['--address', CONTAINERD_SOCKET, 'version'], { reject: false, timeout: 5_000 });
    return !result.failed;
  };
  await waitUntilReady(daemon, answers, 60_000);
  return daemon;
}

/** Images of `docker.io` are served by another host name. */
export function hostOf(registry: string): string {
  return registry === 'docker.io' ? 'registry-1.docker.io' : registry;
}

/** containerd's hosts.toml: the endpoints are asked in their order. */
async function writeHosts(folder: string, registry: string, endpoints: readonly string[]): Promise<void> {
  const hosts = endpoints.map((endpoint) => `[host."${endpoint}"]\n  capabilities = ["pull", "resolve"]\n`);
  await mkdir(path.join(folder, registry), { recursive: true });
  await writeFile(path.join(folder, registry, 'hosts.toml'), [`server = "${endpoints.at(-1)}"\n`, ...hosts].join('\n'));
}

/** Addresses are in /run: after a boot they are free again, because the pods that had them no longer exist. */
const POD_NETWORK = {
  cniVersion: '0.4.0',
  name: 'lab',
  plugins: [
    {
      type: 'bridge',
      bridge: 'cni0',
      isGateway: true,
      ipMasq: true,
      hairpinMode: true,
      ipam: {
        type: 'host-local',
        dataDir: '/run/cni/addresses',
        ranges: [[{ subnet: POD_SUBNET }]],
        routes: [{ dst: '0.0.0.0/0' }],
      },
    },
    { type: 'portmap', capabilities: { portMappings: true }, snat: true },
  ],
};

// restrict_oom_score_adj: a machine that may not lower oom_score_adj starts no sandbox without it.
function configuration(plugins: string, cni: string, registries: string): string {
  return `version = 2
root = "/var/lib/containerd"
state = "/run/containerd"
disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.devmapper"]

[grpc]
  address = "${CONTAINERD_SOCKET}"

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${PAUSE_IMAGE}"
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${plugins}"
    conf_dir = "${cni}"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "${registries}"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      SystemdCgroup = false
`;
}
