import { makeCluster, nodeController } from '../cluster/kube-system.ts';
import { partsOf, sizeOf } from '../cluster/images.ts';
import { MACHINE } from '../world/state.ts';
import type { MachineStage } from '../world/state.ts';
import type { Stage } from '../world/stage.ts';

/** How long the machine needs for each part of its way, in milliseconds of its own clock. */
const TIMES = {
  pullRetry: 10_000,
  install: 20_000,
  reboot: 35_000,
  secureApi: 5_000,
  readyForBootstrap: 12_000,
  etcd: 8_000,
  apiServer: 30_000,
} as const;
const KEPT_LINES = 200;

/** Brings the machine one step further on its way from maintenance mode to a running Kubernetes. */
export function machineController(stage: Stage): number | null {
  const { machine } = stage.state;
  switch (machine.stage) {
    case 'maintenance':
    case 'foreign':
      return null;
    case 'installing':
      return install(stage);
    case 'rebooting': {
      const bootedAt = machine.stageSince + TIMES.reboot;
      if (stage.now < bootedAt) return bootedAt;
      enterStage(stage, 'booted');
      log(
        stage,
        'etcd is waiting to join the cluster, if this node is the first node in the cluster, please run `talosctl bootstrap`',
      );
      return null;
    }
    case 'booted':
      return startKubernetes(stage);
  }
}

/** Puts a configuration on a machine in maintenance mode: from now on it installs itself. */
export function beginInstall(stage: Stage): void {
  enterStage(stage, 'installing');
  log(stage, 'task install (1/1): starting');
  log(stage, `pulling "${stage.state.machine.installer}"`);
}

export function touchMachine(stage: Stage): void {
  stage.touched.add(MACHINE);
  stage.changed = true;
}

function install(stage: Stage): number | null {
  const { machine } = stage.state;
  if (machine.installerAt === null) {
    const refused = refusedResolver(stage);
    if (refused !== null) {
      log(stage, `task install (1/1): pull failed, retrying: ${installerFault(stage, refused)}`);
      return stage.now + TIMES.pullRetry;
    }
    machine.installerAt = stage.now + (sizeOf(machine.installer) / stage.scenario.bytesPerSecond) * 1_000;
    stage.changed = true;
  }
  const doneAt = Math.round(machine.installerAt) + TIMES.install;
  if (stage.now < doneAt) return doneAt;
  log(stage, 'task install (1/1): done');
  enterStage(stage, 'rebooting');
  return stage.now + TIMES.reboot;
}

/** The resolver that refuses, while the machine uses it; null when names can be resolved. */
export function refusedResolver(stage: Stage): string | null {
  const { refusedResolver: refused } = stage.scenario;
  return refused !== null && stage.state.machine.dns.includes(refused) ? refused : null;
}

/** The machine's words for an installer image that it cannot look up. */
export function installerFault(stage: Stage, resolver: string): string {
  const { installer } = stage.state.machine;
  return `failed to pull "${installer}": dial tcp: lookup ${partsOf(installer).host} on ${resolver}:53: connection refused`;
}

function startKubernetes(stage: Stage): number | null {
  const { machine } = stage.state;
  if (machine.etcdSince === null) return null;
  const apiAt = machine.etcdSince + TIMES.etcd + TIMES.apiServer;
  if (stage.now < apiAt) return apiAt;
  if (!machine.isClusterMade) {
    machine.isClusterMade = true;
    stage.changed = true;
    makeCluster(stage);
  }
  return nodeController(stage);
}

/** What of the machine can be talked to now. */
export function reach(stage: Stage): { api: 'maintenance' | 'secure' | 'none'; mayBootstrap: boolean } {
  const { machine } = stage.state;
  const since = stage.now - machine.stageSince;
  switch (machine.stage) {
    case 'maintenance':
      return { api: 'maintenance', mayBootstrap: false };
    case 'foreign':
      return { api: 'secure', mayBootstrap: false };
    case 'installing':
      // A machine that has to wait for its installer shows its API meanwhile; one that is busy does not.
      return { api: stage.scenario.refusedResolver === null ? 'none' : 'secure', mayBootstrap: false };
    case 'rebooting':
      return { api: 'none', mayBootstrap: false };
    case 'booted':
      return { api: since >= TIMES.secureApi ? 'secure' : 'none', mayBootstrap: since >= TIMES.readyForBootstrap };
  }
}

/** True when the Kubernetes API answers. */
export function isApiUp(stage: Stage): boolean {
  return stage.state.machine.isClusterMade;
}

/** How etcd is: not begun, coming up, or healthy. */
export function etcdState(stage: Stage): 'waiting' | 'starting' | 'healthy' {
  const { etcdSince } = stage.state.machine;
  if (etcdSince === null) return 'waiting';
  return stage.now >= etcdSince + TIMES.etcd ? 'healthy' : 'starting';
}

function enterStage(stage: Stage, next: MachineStage): void {
  stage.state.machine.stage = next;
  stage.state.machine.stageSince = stage.now;
  touchMachine(stage);
}

function log(stage: Stage, text: string): void {
  const line = `user: warning: [${new Date(stage.now).toISOString()}]: [talos] ${text}`;
  stage.state.machine.log = [...stage.state.machine.log, line].slice(-KEPT_LINES);
  stage.changed = true;
}
