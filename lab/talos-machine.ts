import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { startDaemon, waitUntilReady } from './parts/daemon.ts';
import type { Daemon } from './parts/daemon.ts';
import { freePort } from './parts/ports.ts';
import { talosControl } from './parts/talos-control.ts';
import type { TalosControl, TalosFault } from './parts/talos-control.ts';
import { programPath } from './parts/programs.ts';

export type { TalosFault } from './parts/talos-control.ts';
export { freeTalosAddress } from './parts/ports.ts';

/** Of a machine with a network of its own, where every port is free. */
const CONTROL_PORT = 50_999;

interface TalosDisk {
  readonly device: string;
  /** Bytes. */
  readonly size: number;
  readonly model?: string;
  readonly serial?: string;
  readonly transport?: string;
  readonly readonly?: boolean;
  readonly cdrom?: boolean;
}

export interface TalosMachineOptions {
  /** Address of the machine; on Linux any 127.x.y.z, so that several machines stand side by side. */
  readonly address: string;
  /** Port of the machine API; default 50000, the one that talosctl expects. */
  readonly port?: number;
  /** The machine's disk: a start on a used folder is a machine that is switched on again. */
  readonly stateDir: string;
  /** Default: /dev/sda with 100 GB, a read-only loop device and a CD-ROM. */
  readonly disks?: readonly TalosDisk[];
  readonly faults?: readonly TalosFault[];
  /** A machine that somebody else has installed: no one here has its keys. */
  readonly alreadyConfigured?: boolean;
  /** The DNS server that the network hands out; default 192.168.64.1. */
  readonly resolver?: string;
  /** Name of the network link; default eth0. */
  readonly interface?: string;
  /** A pull asks the registry, or the mirror that the configuration names. */
  readonly checkImages?: boolean;
  /** Milliseconds; the defaults add up to about a second from `apply-config` to the secure API. */
  readonly times?: Partial<Record<'install' | 'boot' | 'services' | 'etcd' | 'shutdown', number>>;
  /**
   * What `bootstrap` starts: a real etcd and kube-apiserver with the configuration's PKI and a Node object that is
   * Ready; or a shell command of the caller's, which runs while the machine is up (see `Hooks` in
   * talos-machine/internal/machine/hooks.go for its environment and signals). Default: nothing, and all is well.
   */
  readonly kubernetes?:
    | { readonly port?: number; readonly controllerManager?: boolean }
    | { readonly command: string; readonly url: string };
  /** Shell commands at the first start of etcd, at every later one, and before the machine goes down. */
  readonly hooks?: Partial<Record<'bootstrap' | 'boot' | 'shutdown', string>>;
  /** Network namespace that the machine runs in (a file such as /run/netns/x); its control port is then at `address`, too. */
  readonly networkNamespace?: string;
  readonly signal?: AbortSignal;
}

export interface TalosMachine {
  readonly address: string;
  /** `IP:PORT` of the machine API at the first start. */
  readonly endpoint: string;
  /** https URL of the API server, with `kubernetes`. */
  readonly kubernetesUrl: string;
  readonly control: TalosControl;
  /** The serial console. */
  readonly consoleFile: string;
  /** Switches the machine off in order. */
  stop(): Promise<void>;
  /** Pulls its plug. */
  kill(): Promise<void>;
  /** Pulls its plug and switches it on again. */
  restart(): Promise<void>;
}

/**
 * Starts a simulated Talos machine that speaks the real machine API to talosctl; it answers when this returns.
 * @throws Error that says why the machine did not come up
 */
export async function startTalosMachine(options: TalosMachineOptions): Promise<TalosMachine> {
  await mkdir(options.stateDir, { recursive: true, mode: 0o700 });
  const program = await programPath('talos-machine');
  const endpoint = `${options.address}:${options.port ?? 50_000}`;
  const controlAddress =
    options.networkNamespace === undefined
      ? `127.0.0.1:${await freePort('127.0.0.1')}`
      : `${options.address}:${CONTROL_PORT}`;
  const kubernetesUrl = kubernetesUrlOf(options);
  const control = talosControl(`http://${controlAddress}`);

  const start = async (faults: readonly TalosFault[]): Promise<Daemon> => {
    const args = argumentsOf(options, endpoint, controlAddress, kubernetesUrl, faults);
    const inside = options.networkNamespace;
    const daemon = await startDaemon({
      name: 'talos-machine',
      file: inside === undefined ? program : 'nsenter',
      args: inside === undefined ? args : [`--net=${inside}`, program, ...args],
      logFile: path.join(options.stateDir, 'talos-machine.log'),
    });
    const isUp = async (): Promise<boolean> => {
      const { mode, stage, faults: inForce } = await control.state();
      return mode !== 'closed' || stage === 'off' || inForce.length > 0;
    };
    await waitUntilReady(daemon, isUp, 60_000, options.signal);
    return daemon;
  };

  let daemon = await start(options.faults ?? []);
  return {
    address: options.address,
    endpoint,
    kubernetesUrl,
    control,
    consoleFile: path.join(options.stateDir, 'console.log'),
    stop: () => daemon.stop(),
    kill: () => daemon.kill(),
    async restart() {
      await daemon.kill();
      daemon = await start([]);
    },
  };
}

function kubernetesUrlOf({ address, kubernetes }: TalosMachineOptions): string {
  if (kubernetes !== undefined && 'url' in kubernetes) return kubernetes.url;
  return `https://${address}:${kubernetes?.port ?? 6443}`;
}

function argumentsOf(
  options: TalosMachineOptions,
  endpoint: string,
  control: string,
  kubernetesUrl: string,
  faults: readonly TalosFault[],
): string[] {
  const args = ['serve', `--listen=${endpoint}`, `--state=${options.stateDir}`, `--control=${control}`];
  for (const fault of faults) args.push(`--fault=${JSON.stringify(fault)}`);
  for (const [name, ms] of Object.entries(options.times ?? {})) args.push(`--${name}-time=${ms}ms`);
  if (options.disks !== undefined) args.push(`--disks=${JSON.stringify(options.disks)}`);
  if (options.resolver !== undefined) args.push(`--resolver=${options.resolver}`);
  if (options.interface !== undefined) args.push(`--interface=${options.interface}`);
  if (options.alreadyConfigured === true) args.push('--already-configured');
  if (options.checkImages === true) args.push('--check-images');
  for (const [event, command] of Object.entries(options.hooks ?? {})) args.push(`--on-${event}=${command}`);
  if (options.kubernetes !== undefined) {
    args.push(`--kubernetes=${kubernetesCommand(options.kubernetes)}`, `--kubeconfig-server=${kubernetesUrl}`);
  }
  return args;
}

function kubernetesCommand(kubernetes: NonNullable<TalosMachineOptions['kubernetes']>): string {
  if ('command' in kubernetes) return kubernetes.command;
  const script = path.join(import.meta.dirname, 'parts', 'kubernetes-process.ts');
  const words = [process.execPath, script, String(kubernetes.port ?? 6443)];
  if (kubernetes.controllerManager === true) words.push('--controller-manager');
  return words.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(' ');
}
