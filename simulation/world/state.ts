import type { KubernetesObject } from '../../model/snapshot.ts';

/** Where the simulated machine is in its life. `foreign`: installed by somebody else. */
export type MachineStage = 'maintenance' | 'installing' | 'rebooting' | 'booted' | 'foreign';

/** The simulated Talos machine. Times are milliseconds of the appliance's own clock. */
export interface MachineState {
  stage: MachineStage;
  stageSince: number;
  /** Certificate authority of the configuration that was applied; it decides whose talosconfig is let in. */
  ca: string | null;
  hostname: string;
  nodeIp: string;
  installer: string;
  kubernetesVersion: string;
  dns: string[];
  ntp: string[];
  /** When the installer image will be there; null while it is not being pulled. */
  installerAt: number | null;
  /** When etcd was bootstrapped; null before. */
  etcdSince: number | null;
  /** The API server has answered once: the objects that Talos brings are made. */
  isClusterMade: boolean;
  /** The newest lines of the kernel log. */
  log: string[];
  /** When an image was on the node in whole, by its reference. */
  images: Record<string, number>;
  /** Pulls under way: when they began and when they will have ended. */
  pulls: Record<string, { startedAt: number; doneAt: number }>;
}

/** Everything that is so in the simulated world. It is plain data: written to a file, it can be taken up by another process. */
export interface WorldState {
  readonly format: 1;
  readonly scenario: string;
  /** Simulated time is `simulatedAt` at the real time `realAt`, and runs `speed` times as fast from there. */
  clock: { realAt: number; simulatedAt: number; speed: number };
  /** Up to here the world has been played. */
  playedTo: number;
  /** What is looked at again, and when: the key of an object, and milliseconds of the appliance's own clock. */
  agenda: Record<string, number>;
  /** The API server's objects by key, and what their controllers remember of them. */
  objects: Record<string, KubernetesObject>;
  memory: Record<string, Record<string, string | number>>;
  /** Who wrote which fields, by object and writer: see simulation/cluster/ownership.ts. */
  applied: Record<string, Record<string, Record<string, unknown>>>;
  resourceVersion: number;
  serial: number;
  /** The tag that does not exist, by repository: the one that was asked for first. */
  missingTags: Record<string, string>;
  machine: MachineState;
}

/** The pseudo object under which the machine itself stands on the agenda. */
export const MACHINE = 'Machine//node';
