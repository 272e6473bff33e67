import type { Cluster } from '../activities/ports/kubernetes.ts';
import type { ClusterReader } from '../observation/index.ts';
import type { RegistryClient, RegistryClientOptions } from '../registry/client.ts';
import type { CodecOptions, CodecServer } from '../temporal/codec-server.ts';
import type { OpenOptions } from '../temporal/index.ts';
import type { WorkerHandle, WorkerOptions, WorkerState } from '../worker/index.ts';
import type { Clock } from './terminal/clock.ts';
import { systemClock } from './terminal/clock.ts';
import type { Checkout } from './inputs/checkout.ts';
import type { InstallClient } from './install/install-client.ts';
import type { HttpAnswer, HttpOptions } from './status/http.ts';
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
  readonly stopBackground: (options: { home: string }) => Promise<{ worker: boolean; server: boolean }>;
  readonly get: (url: string, options: HttpOptions) => Promise<HttpAnswer>;
  readonly checkout: (cwd: string, signal: AbortSignal) => Promise<Checkout | null>;
  readonly prompter: (streams: PromptStreams) => Promise<Prompter>;
  /** Takes the path of a kubeconfig, gives a reader of that cluster; nothing is sent yet. */
  readonly reader: (kubeconfig: string) => Promise<ClusterReader>;
  /** Takes the path of a kubeconfig, gives that cluster to act on; nothing is sent yet. */
  readonly cluster: (kubeconfig: string) => Promise<Cluster>;
  readonly writeStatusToken: (kubeconfig: string, token: string) => Promise<void>;
  /** Opens the status page on this machine. Throws a UserError when it does not come up. */
  readonly openPage: (options: LocalPageOptions) => Promise<LocalPage>;
  /** Opens a codec for other programs of this machine. Throws where there is no key, or the port is taken. */
  readonly openCodec: (options: CodecOptions) => Promise<CodecServer>;
  readonly programs: (options: ProgramOptions) => Promise<ProgramRow[]>;
  /** Takes the environment, gives a reader of container registries; nothing is sent yet. */
  readonly registry: (environment: NodeJS.ProcessEnv, options: RegistryClientOptions) => Promise<RegistryClient>;
}

export const realServices: Services = {
  clock: systemClock,
  openInstalls: async (options) => {
    const [{ openTemporal }, { createInstallClient }] = await Promise.all([
      import('../temporal/index.ts'),
      import('./install/install-client.ts'),
    ]);
    return createInstallClient(await openTemporal(options), options.home, options.signal);
  },
  ensureWorker: async (options) => (await import('../worker/index.ts')).ensureWorker(options),
  runningWorker: async (home) => (await import('../worker/index.ts')).runningWorker(home),
  workerIsStarting: async (home) => (await import('../worker/index.ts')).workerIsStarting(home),
  runningServer: async (home) => (await import('../temporal/index.ts')).runningLocalServer(home),
  stopBackground: async (options) => (await import('../worker/index.ts')).stopBackground(options),
  get: async (url, options) => (await import('./status/http.ts')).get(url, options),
  checkout: async (cwd, signal) => (await import('./inputs/checkout.ts')).inspectCheckout(cwd, signal),
  prompter: async (streams) => (await import('./terminal/prompts.ts')).createPrompter(streams),
  reader: async (kubeconfig) => (await import('../observation/index.ts')).connectReader({ kubeconfig }),
  cluster: async (kubeconfig) =>
    (await import('../activities/adapters/kubernetes.ts')).kubernetesPort().connect(kubeconfig),
  writeStatusToken: async (kubeconfig, token) =>
    (await import('./site/status-token.ts')).writeStatusToken(kubeconfig, token),
  openPage: async (options) => (await import('./page/local-page.ts')).openLocalPage(options),
  openCodec: async (options) => (await import('../temporal/codec-server.ts')).openCodecServer(options),
  programs: async (options) => (await import('./install/required-programs.ts')).clientPrograms(options),
  registry: async (environment, options) =>
    (await import('../registry/client.ts')).registryClient(environment, options),
};
