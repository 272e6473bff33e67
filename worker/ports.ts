import { clock } from '../activities/adapters/clock.ts';
import { gitPort } from '../activities/adapters/git.ts';
import { httpPort } from '../activities/adapters/http.ts';
import { kubernetesPort } from '../activities/adapters/kubernetes.ts';
import { machinePort } from '../activities/adapters/machine.ts';
import { manifestsPort } from '../activities/adapters/manifests.ts';
import { registryPort } from '../activities/adapters/registry.ts';
import { talosPort } from '../activities/adapters/talosctl.ts';
import type { Ports } from '../activities/ports/index.ts';
import { siteFolder } from '../site-folder/index.ts';
import { currentOperator } from '../site-folder/operator.ts';

/** The ports to the real outside world. */
export function realPorts(home: string, environment: NodeJS.ProcessEnv): Ports {
  return {
    clock,
    folder: (siteId) => siteFolder(home, siteId),
    git: gitPort(environment),
    http: httpPort(),
    kubernetes: kubernetesPort(),
    machine: machinePort(environment),
    manifests: manifestsPort(environment),
    operator: () => currentOperator(environment),
    registry: registryPort(environment),
    talos: talosPort(environment),
  };
}
