import type { Cluster } from '../activities/ports/kubernetes.ts';
import type { TalosLook } from '../activities/adapters/talosctl-look.ts';
import type { ClusterReader, HttpAnswer, HttpOptions } from '../observation/index.ts';
import type { RegistryClient, RegistryClientOptions } from '../registry/client.ts';
import type { CodecOptions, CodecServer } from '../temporal/codec-server.ts';
import type { OpenOptions } from '../temporal/index.ts';
import type { Service, WorkerHandle, WorkerOptions, WorkerState } from '../worker/index.ts';
import type { Clock } from './terminal/clock.ts';
import { systemClock } from './terminal/clock.ts';
import type { Checkout } from './inputs/checkout.ts';
import type { InstallClient } from './install/install-client.ts';
import type { ProgramOptions, ProgramRow } from './install/required-programs.ts';
import type { LocalPage, LocalPageOptions } from './page/local-page.ts';
import type { Prompter, PromptStreams } from './terminal/prompts.ts';

/**
 * The outside world as the client's commands see it. Every member is loaded when it is first called, so that `--help` pays
 * for none of them, and every member can be another one in a test.
 */
export interface Services {
  readonly clock: Clock;
  /** Finds or starts a Temporal server and gives the installs on it. Throws TemporalUnavailableError. */
  readonly openInstalls: (options: OpenOptions) => Promise<InstallClient>;
  readonly ensureWorker: (options: WorkerOptions) => Promise<WorkerHandle>;
  readonly runningWorker: (home: string) => Promise<WorkerState | null>;
  /** True while a process of this machine starts a worker. */
  readonly workerIsStarting: (home: string) => Promise<boolean>;
  readonly runningServer: (home: string) => Promise<{ address: string; version?: string } | null>;
  /** Variables by which the operator's own `temporal` opens the local server; none if the server has no TLS or does not run. */
  readonly serverTls: (home: string) => Promise<Readonly<Record<string, string>>>;
  /** Stops the local server if nothing runs on it. */
  readonly stopIdleServer: (home: string) => Promise<boolean>;
  readonly stopBackground: (options: {
    home: string;
  }) => Promise<{ worker: boolean; server: boolean; supervisor?: boolean }>;
  /** The supervisor of worker and server, or of the server alone. */
  readonly runningSupervisor: (home: string) => Promise<{ pid: number } | null>;
  /** Gives the file by which this system starts the supervisor at login; null where none is known for it. */
  readonly service: (home: string, environment: NodeJS.ProcessEnv) => Promise<Service | null>;
  readonly installService: (service: Service) => Promise<boolean>;
  readonly removeService: (service: Service) => Promise<boolean>;
  readonly get: (url: string, options: HttpOptions) => Promise<HttpAnswer>;
  readonly checkout: (cwd: string, signal: AbortSignal) => Promise<Checkout | null>;
  readonly prompter: (streams: PromptStreams) => Promise<Prompter>;
  /** A reader of that cluster; nothing is sent yet. */
  readonly reader: (kubeconfig: string) => Promise<ClusterReader>;
  /** That cluster; nothing is sent yet. With `as` every write is sent as that user. */
  readonly cluster: (kubeconfig: string, as?: string) => Promise<Cluster>;
  /** Asks a Talos machine, read-only, with the talosctl that is there; none is obtained for it. */
  readonly talos: (environment: NodeJS.ProcessEnv) => Promise<TalosLook>;
  /** Opens the status page on this machine. Throws a UserError when it does not come up. */
  readonly openPage: (options: LocalPageOptions) => Promise<LocalPage>;
  /** Opens a codec for other programs of this machine. Throws if there is no key, or the port is in use. */
  readonly openCodec: (options: CodecOptions) => Promise<CodecServer>;
  /** Switches a site's payloads to a new key; gives its id, and how many keys there are. */
  readonly rotateKey: (home: string, siteId: string) => Promise<{ id: string; keys: number }>;
  readonly programs: (options: ProgramOptions) => Promise<ProgramRow[]>;
  /** A reader of container registries; nothing is sent yet. */
  readonly registry: (environment: NodeJS.ProcessEnv, options: RegistryClientOptions) => Promise<RegistryClient>;
}

export const realServices: Services = {
  clock: systemClock,
  openInstalls: async (options) => {
    const [{ openTemporal }, { createInstallClient }, { lookAfterServer }] = await Promise.all([
      import('../temporal/index.ts'),
      import('./install/install-client.ts'),
      import('../worker/index.ts'),
    ]);
    const access = await openTemporal(options);
    if (access.local && options.start === 'on-demand') await lookAfterServer(options);
    return createInstallClient(access, options.home, options.signal);
  },
  ensureWorker: async (options) => (await import('../worker/index.ts')).ensureWorker(options),
  runningWorker: async (home) => (await import('../worker/index.ts')).runningWorker(home),
  workerIsStarting: async (home) => (await import('../worker/index.ts')).workerIsStarting(home),
  runningServer: async (home) => (await import('../temporal/index.ts')).runningLocalServer(home),
  serverTls: async (home) => (await import('../temporal/index.ts')).serverTls(home),
  stopIdleServer: async (home) => (await import('../temporal/index.ts')).stopIdleServer(home),
  stopBackground: async (options) => (await import('../worker/index.ts')).stopBackground(options),
  runningSupervisor: async (home) => (await import('../worker/index.ts')).runningSupervisor(home),
  service: async (home, environment) => (await import('../worker/index.ts')).serviceHere(home, environment),
  installService: async (service) => (await import('../worker/index.ts')).installService(service),
  removeService: async (service) => (await import('../worker/index.ts')).removeService(service),
  get: async (url, options) => (await import('../observation/index.ts')).httpGet(url, options),
  checkout: async (cwd, signal) => (await import('./inputs/checkout.ts')).inspectCheckout(cwd, signal),
  prompter: async (streams) => (await import('./terminal/prompts.ts')).createPrompter(streams),
  reader: async (kubeconfig) => (await import('../observation/index.ts')).connectReader({ kubeconfig }),
  cluster: async (kubeconfig, as) =>
    (await import('../activities/adapters/kubernetes.ts')).kubernetesPort().connect(kubeconfig, as),
  talos: async (environment) => (await import('../activities/adapters/talosctl-look.ts')).talosLook(environment),
  openPage: async (options) => (await import('./page/local-page.ts')).openLocalPage(options),
  openCodec: async (options) => (await import('../temporal/codec-server.ts')).openCodecServer(options),
  rotateKey: async (home, siteId) => (await import('../temporal/index.ts')).rotateKeyRing(home, siteId),
  programs: async (options) => (await import('./install/required-programs.ts')).clientPrograms(options),
  registry: async (environment, options) =>
    (await import('../registry/client.ts')).registryClient(environment, options),
};
