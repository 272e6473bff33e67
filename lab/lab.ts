import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { writeWhole } from '../system/write-file.ts';
import { programsFor } from '../tools/programs.ts';
import { resolve } from '../tools/resolve.ts';
import { faultsNamed } from './faults.ts';
import type { WantedFault } from './faults.ts';
import { writeFluxManifests } from './flux-manifests.ts';
import { BRANCHES, serveCheckout } from './git/checkout.ts';
import { startGitServer } from './git/server.ts';
import { recipes } from './images/catalog.ts';
import { imageStore } from './images/store.ts';
import { unfit, whyNoContainers, whyNoRoom } from './machine-check.ts';
import { makeNetwork, namespaceOf } from './network/namespace.ts';
import { startResolver } from './network/resolver.ts';
import { hostOf } from './node/containerd.ts';
import { DISK_FULL } from './node/disk.ts';
import { portAt } from './parts/ports.ts';
import { LABS, REGISTRY_LOG, folderOf } from './place.ts';
import type { LabRecord } from './place.ts';
import { startRegistryProxy } from './registry/proxy.ts';
import { startRegistry } from './registry/registry.ts';
import { removeLab } from './remove.ts';
import { startTalosMachine } from './talos-machine.ts';
import type { TalosMachine } from './talos-machine.ts';

export interface LabOptions {
  readonly name: string;
  /** Names out of `faults.ts`. */
  readonly faults?: readonly string[];
  /** How often Flux checks whether an object's dependencies are ready; default 2s, to keep waits short. */
  readonly fluxLooksEvery?: string;
  /** Shows one line of progress to a person. */
  readonly tell?: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** A machine in Talos maintenance mode, and around it what the internet is to an appliance: a registry and a Git server. */
export interface Lab {
  readonly record: LabRecord;
  readonly machine: TalosMachine;
  /** What `bin/appliance-client` needs in its environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Flags of `start` that name this machine. */
  readonly flags: readonly string[];
  /** From now on these are played, and no others; the machine's own apply where they can come into force later. */
  setFaults(names: readonly string[]): Promise<void>;
  /** Stops everything and deletes it. */
  down(): Promise<void>;
}

const PORTS = { registry: 5000, git: 8418 } as const;

/**
 * Brings up a lab; what an earlier one of the same name left is removed first.
 * @throws Error that says what this machine lacks, or which part did not come up
 */
export async function startLab(options: LabOptions): Promise<Lab> {
  const { name, tell = () => undefined, signal } = options;
  checkMachine();
  const hindrance = (await whyNoContainers()) ?? (await whyNoRoom(LABS));
  if (hindrance !== null) throw new Error(`${hindrance} ${INSTEAD}`);
  const folder = folderOf(name);
  const wanted = faultsNamed(options.faults ?? []);
  for (const program of programsFor(['lab'])) {
    await resolve(program, { installPackages: true, onProgress: tell, ...(signal && { signal }) });
  }
  await removeLab(name);
  tell('images');
  const storage = await imageStore(tell, signal);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const ends: (() => Promise<void>)[] = [];
  try {
    tell('network, registry and Git server');
    const network = await makeNetwork(name);
    const registry = await startRegistry({ storage, folder, readOnly: true });
    ends.push(() => registry.stop());
    const proxy = await startRegistryProxy({
      address: network.hostAddress,
      port: await portAt(network.hostAddress, PORTS.registry),
      registry: registry.url,
      log: path.join(folder, REGISTRY_LOG),
    });
    ends.push(() => proxy.stop());
    const repository = path.join(folder, 'appliance.git');
    const gitPort = await portAt(network.hostAddress, PORTS.git);
    const git = await startGitServer(network.hostAddress, gitPort, repository);
    ends.push(() => git.stop());
    const registries = await registryNames();
    const zone = { names: registries.map(hostOf), target: network.hostAddress, folder };
    const resolver = await startResolver({ ...zone, address: network.hostAddress });
    ends.push(() => resolver.stop());
    const other = await startResolver({ ...zone, address: network.otherAddress });
    ends.push(() => other.stop());
    const fluxManifests = path.join(folder, 'flux.yaml');
    await writeFluxManifests(fluxManifests, options.fluxLooksEvery ?? '2s');

    const setFaults = async (faults: readonly WantedFault[]): Promise<void> => {
      proxy.setFaults(faults.flatMap(({ registry: play, target }) => play?.(target) ?? []));
      git.setFault(faults.find((fault) => fault.git)?.git ?? null);
      await resolver.setRefusing(faults.some((fault) => fault.resolver));
      const diskFull = path.join(folder, DISK_FULL);
      if (faults.some((fault) => fault.diskFull)) await writeFile(diskFull, '');
      else await rm(diskFull, { force: true });
      await serveCheckout(repository, faults);
    };
    const machineFaults = (faults: readonly WantedFault[]) =>
      faults.flatMap(({ machine, target }) => machine?.(target, network.hostAddress) ?? []);

    await setFaults(wanted);

    tell('the machine');
    const machine = await startTalosMachine({
      address: network.nodeAddress,
      resolver: network.hostAddress,
      stateDir: path.join(folder, 'machine'),
      networkNamespace: network.file,
      alreadyConfigured: wanted.some((fault) => fault.alreadyConfigured),
      faults: machineFaults(wanted),
      kubernetes: {
        command: nodeCommand(folder, [proxy.url, `/${namespaceOf(name)}`, folder, registries.join(',')]),
        url: `https://${network.nodeAddress}:6443`,
      },
      ...(signal && { signal }),
    });
    ends.push(() => machine.kill());
    const record: LabRecord = {
      name,
      pid: process.pid,
      nodeAddress: network.nodeAddress,
      hostAddress: network.hostAddress,
      otherResolver: other.address,
      registry: new URL(proxy.url).host,
      git: git.url,
      branch: BRANCHES.release,
      fluxManifests,
      control: machine.control.url,
      faults: [...(options.faults ?? [])],
      startedAt: new Date().toISOString(),
    };
    await writeWhole(path.join(folder, ADMIN_PASSWORD), `${LAB_ADMINISTRATOR.password}\n`, { mode: 0o600 });
    await writeWhole(path.join(folder, 'lab.json'), JSON.stringify(record, null, 2), { mode: 0o600 });
    return {
      record,
      machine,
      ...commandLineOf(record),
      setFaults: async (names) => {
        const faults = faultsNamed(names);
        await setFaults(faults);
        await machine.control.setFaults(machineFaults(faults));
      },
      down: () => end(name, ends),
    };
  } catch (error) {
    await end(name, ends);
    throw error;
  }
}

/** Who may log in to what is installed in a lab. */
export const LAB_ADMINISTRATOR = { email: 'ada@example.com', password: 'Only-a-lab-1815' };

/** In the lab's folder: the password of the sample administrator. */
const ADMIN_PASSWORD = 'admin-password';

/** How a lab's machine, and the first administrator of what is installed on it, are named to `bin/appliance-client start`. */
export function commandLineOf(record: LabRecord): Pick<Lab, 'environment' | 'flags'> {
  return {
    environment: { APPLIANCE_REGISTRY_MIRROR: record.registry },
    flags: [
      `--node-ip=${record.nodeAddress}`,
      `--app-url=http://${record.nodeAddress}:3000`,
      `--repo-url=${record.git}`,
      '--allow-insecure-http',
      `--repo-branch=${record.branch}`,
      `--flux-manifests=${record.fluxManifests}`,
      '--company-name=Example Company',
      '--admin-first-name=Ada',
      '--admin-last-name=Lovelace',
      `--admin-email=${LAB_ADMINISTRATOR.email}`,
      `--admin-password-file=${path.join(folderOf(record.name), ADMIN_PASSWORD)}`,
    ],
  };
}

/** The registries that the images of all releases come from. */
async function registryNames(): Promise<string[]> {
  const names = (await recipes()).map(({ reference }) => reference.split('/')[0] ?? '');
  return [...new Set(names)].toSorted();
}

/** Runs as the machine's Kubernetes for as long as the machine is up. */
function nodeCommand(folder: string, words: readonly string[]): string {
  const here = path.join(import.meta.dirname, 'node');
  const node = [process.execPath, path.join(here, 'main.ts'), ...words];
  return ['/bin/sh', path.join(here, 'enter.sh'), folder, ...node].map((word) => `'${word}'`).join(' ');
}

async function end(name: string, ends: (() => Promise<void>)[]): Promise<void> {
  for (const one of ends.splice(0).toReversed()) await one();
  await removeLab(name);
}

const INSTEAD = 'Use `bin/appliance-client start --fresh --simulate` instead: it plays an install on any machine.';

/** @throws Error that says why no lab can be here, and what to use instead */
export function checkMachine(): void {
  const reason = unfit();
  if (reason !== null) throw new Error(`${reason} ${INSTEAD}`);
}
