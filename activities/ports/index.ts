import type { PrivateFolder } from '../../site-folder/index.ts';
import type { Operator } from '../../site-folder/operator.ts';
import type { Clock } from './clock.ts';
import type { GitPort } from './git.ts';
import type { HttpPort } from './http.ts';
import type { KubernetesPort } from './kubernetes.ts';
import type { MachinePort } from './machine.ts';
import type { ManifestsPort } from './manifests.ts';
import type { RegistryPort } from './registry.ts';
import type { TalosPort } from './talos.ts';

/**
 * Everything outside that an install touches. The worker makes one set of real ports; the simulation makes another; phases
 * know only these types.
 */
export interface Ports {
  readonly clock: Clock;
  readonly folder: (siteId: string) => PrivateFolder;
  readonly git: GitPort;
  readonly http: HttpPort;
  readonly kubernetes: KubernetesPort;
  readonly machine: MachinePort;
  readonly manifests: ManifestsPort;
  /** Who uses this machine. */
  readonly operator: () => Promise<Operator>;
  readonly registry: RegistryPort;
  readonly talos: TalosPort;
}
