import type { TalosAnswer } from '../../model/snapshot.ts';

/**
 * What a Talos call failed on, read from talosctl's exit code and stderr. `not-yet`: the node asks to be asked again (it
 * boots, or its clock is not set). `certificate-time`: a certificate is not valid at this time, here or there. `denied`:
 * the certificate is known and may not do this.
 */
export type TalosFault =
  | 'unreachable'
  | 'not-in-maintenance'
  | 'tls-mismatch'
  | 'certificate-time'
  | 'denied'
  | 'already-exists'
  | 'not-yet'
  | 'config-invalid'
  | 'dns'
  | 'timeout'
  | 'tool-missing'
  | 'other';

/** A talosctl call that failed. `answer` is what talosctl printed, redacted; it becomes evidence. */
export class TalosError extends Error {
  readonly fault: TalosFault;
  readonly answer: TalosAnswer;

  constructor(fault: TalosFault, answer: TalosAnswer) {
    super(`${answer.command}: ${answer.stderr.trim() || `exit code ${answer.exitCode}`}`);
    this.name = 'TalosError';
    this.fault = fault;
    this.answer = answer;
  }
}

export interface TalosDisk {
  readonly device: string;
  readonly sizeBytes: number;
  readonly model: string;
  readonly readOnly: boolean;
  /** Other names of the same disk, such as /dev/disk/by-id/…; missing where they are not known. */
  readonly symlinks?: readonly string[];
}

export interface TalosLink {
  readonly name: string;
  readonly up: boolean;
  readonly hardwareAddress: string;
  /** A network card, not a bridge, a tunnel or the loopback. */
  readonly physical: boolean;
  /** With their prefix length, such as 192.0.2.10/24. */
  readonly addresses: readonly string[];
}

/** `maintenance`: waits for a configuration. `configured`: answers, and wants a client certificate. */
export type NodeMode =
  | { readonly mode: 'maintenance' }
  | { readonly mode: 'configured' }
  | { readonly mode: 'silent'; readonly error: TalosError };

/** How a node is addressed once it is configured: its address and the talosconfig that holds the client certificate. */
export interface TalosTarget {
  readonly nodeIp: string;
  readonly talosconfig: string;
}

export interface MachineConfigOrder {
  readonly clusterName: string;
  /** https://<node>:6443 */
  readonly endpoint: string;
  readonly talosVersion: string;
  readonly kubernetesVersion: string;
  readonly installDisk: string;
  readonly installerImage: string;
  /** Path of the secrets bundle: everything that is generated derives from it, so that twice gives the same keys. */
  readonly secretsFile: string;
}

/** The node's clock lies between these two; both are the same where the node tells its time. */
export interface NodeTime {
  readonly earliest: Date;
  readonly latest: Date;
}

export interface TalosService {
  readonly id: string;
  /** As talosctl prints it: Waiting, Preparing, Running, Finished, Failed, Skipped. */
  readonly state: string;
  readonly healthy: boolean | null;
  /** The service's last event. */
  readonly message: string;
}

/**
 * Talos, as the host phase uses it. Every method throws TalosError, has its own time-out, and ends with the signal. What a
 * method reads from a file is named by absolute path; what it makes is given back as text and written nowhere, so that the
 * caller decides about names, modes and overwriting. Nothing that holds a secret enters an error.
 */
export interface TalosPort {
  /** Client version of talosctl, such as `v1.12.0`. */
  clientVersion(signal: AbortSignal): Promise<string>;
  mode(nodeIp: string, signal: AbortSignal): Promise<NodeMode>;
  /** Without a target the maintenance API is asked. */
  disks(nodeIp: string, target: TalosTarget | null, signal: AbortSignal): Promise<TalosDisk[]>;
  links(nodeIp: string, target: TalosTarget | null, signal: AbortSignal): Promise<TalosLink[]>;
  /** The node's time; null where it cannot be told. */
  time(nodeIp: string, target: TalosTarget | null, signal: AbortSignal): Promise<NodeTime | null>;
  /** Gives a new secrets bundle (YAML): all key material of a cluster. */
  generateSecrets(signal: AbortSignal): Promise<string>;
  /** The secrets bundle from which the control plane's machine configuration was created. */
  deriveSecrets(machineConfig: string, signal: AbortSignal): Promise<string>;
  /** Gives the machine configuration of a control plane (YAML, several documents) without the site's own settings. */
  generateMachineConfig(order: MachineConfigOrder, signal: AbortSignal): Promise<string>;
  /** Gives a talosconfig with an administrator's certificate of the same secrets. */
  generateTalosconfig(order: MachineConfigOrder, signal: AbortSignal): Promise<string>;
  /** Throws `config-invalid` with every fault, warnings included. */
  validate(machineConfig: string, signal: AbortSignal): Promise<void>;
  /** Hands the machine configuration at this path to a node in maintenance mode. */
  applyInsecure(nodeIp: string, machineConfig: string, signal: AbortSignal): Promise<void>;
  /** Server version over the secure API, such as `v1.12.0`. */
  version(target: TalosTarget, signal: AbortSignal): Promise<string>;
  /** Starts etcd. Throws TalosError `already-exists` when it was started before, `not-yet` while the node still boots. */
  bootstrap(target: TalosTarget, signal: AbortSignal): Promise<void>;
  /** Gives an admin kubeconfig of the cluster. */
  kubeconfig(target: TalosTarget, signal: AbortSignal): Promise<string>;
  services(target: TalosTarget, signal: AbortSignal): Promise<TalosService[]>;
  /** The newest lines of the node's kernel log, in which Talos tells what it does; oldest first. */
  kernelLog(target: TalosTarget, signal: AbortSignal): Promise<string[]>;
  /**
   * The resolvers and time servers that the node uses now, from its configuration or from DHCP. The maintenance API tells them, too:
   * neither is a sensitive resource (internal/app/resources/access.go of Talos).
   */
  resolvers(nodeIp: string, target: TalosTarget | null, signal: AbortSignal): Promise<{ dns: string[]; ntp: string[] }>;
  /** Replaces the resolvers and time servers in the running node's configuration, without a reboot; an empty list changes nothing. */
  setResolvers(target: TalosTarget, dns: readonly string[], ntp: readonly string[], signal: AbortSignal): Promise<void>;
  pullImage(target: TalosTarget, image: string, signal: AbortSignal): Promise<void>;
  /** SHA-256 of the certificate authority in the talosconfig at this path: the cluster's identity on the Talos side. */
  caFingerprint(talosconfig: string): Promise<string>;
}
