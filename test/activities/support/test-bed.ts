import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { kubernetesPort } from '../../../activities/adapters/kubernetes.ts';
import { manifestsPort } from '../../../activities/adapters/manifests.ts';
import type { PhaseContext } from '../../../activities/phase-context.ts';
import type { Clock } from '../../../activities/ports/clock.ts';
import type { HttpPort } from '../../../activities/ports/http.ts';
import type { Ports } from '../../../activities/ports/index.ts';
import type { Cluster } from '../../../activities/ports/kubernetes.ts';
import type { ManifestsPort } from '../../../activities/ports/manifests.ts';
import type { TalosPort } from '../../../activities/ports/talos.ts';
import type { InstallFacts, InstallObservation, PhaseProgress } from '../../../model/progress.ts';
import type { InstallSpec } from '../../../model/site.ts';
import { SITE_FILES, privateFolder } from '../../../site-folder/index.ts';
import type { PrivateFolder } from '../../../site-folder/index.ts';
import { OWN_KUBECONFIG } from '../../support/kubeconfig.ts';
import { testSpec } from '../../support/spec.ts';

export const INSTALL_ID = 'install-1';

/** What a test has in hand: the real API server under a phase's context, with everything else played. */
export interface TestBed {
  readonly cluster: Cluster;
  readonly folder: PrivateFolder;
  /** What the phase said that it waits for and saw, each once. */
  readonly seen: string[];
  readonly reports: InstallObservation[];
  /** How often a parked install was told that it goes on. */
  readonly cleared: () => number;
  readonly abort: (reason?: unknown) => void;
  /** A phase's context; facts and spec as the test needs them. */
  context(changes?: ContextChanges): PhaseContext;
}

export interface ContextChanges {
  readonly spec?: Partial<InstallSpec>;
  readonly facts?: InstallFacts;
  readonly phases?: readonly PhaseProgress[];
  readonly retriedAt?: string;
  readonly http?: HttpPort;
  readonly talos?: Partial<TalosPort>;
  readonly manifests?: Partial<ManifestsPort>;
  readonly cluster?: Cluster;
}

/** The bed's time runs `speed` times faster than the test's. */
export async function testBed(kubeconfig: string, speed = 20): Promise<TestBed> {
  const cluster = await kubernetesPort().connect(kubeconfig);
  onTestFinished(() => cluster.reader.close());
  return bedOf(cluster, kubeconfig, speed);
}

/** Gives a test bed for a phase that has no business with any cluster. Time passes `speed` times as fast. */
export async function offlineBed(speed = 1_000): Promise<TestBed> {
  return bedOf(unused<Cluster>('the cluster'), null, speed);
}

async function bedOf(cluster: Cluster, kubeconfig: string | null, speed: number): Promise<TestBed> {
  const root = await mkdtemp(join(tmpdir(), 'appliance-phase-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const folder = privateFolder(join(root, 'site'));
  if (kubeconfig === null) await folder.write(SITE_FILES.kubeconfig, OWN_KUBECONFIG);
  const seen: string[] = [];
  const reports: InstallObservation[] = [];
  const aborted = new AbortController();
  onTestFinished(() => aborted.abort());
  const clock = fastClock(speed);
  let cleared = 0;
  return {
    cluster,
    folder,
    seen,
    reports,
    cleared: () => cleared,
    abort: (reason) => aborted.abort(reason),
    context: ({
      spec,
      facts = { installId: INSTALL_ID },
      phases = [],
      retriedAt = null,
      http,
      talos,
      manifests,
      cluster: other,
    } = {}) => ({
      ports: testPorts({ cluster: other ?? cluster, folder, clock, http, talos, manifests }),
      spec: testSpec({ existingCluster: { kubeconfig, talosconfig: null }, ...spec }),
      facts,
      phases,
      retriedAt,
      folder,
      signal: aborted.signal,
      see: (what, saw) => {
        const line = `${what}: ${saw}`;
        if (seen.at(-1) !== line) seen.push(line);
      },
      report: async (observation) => void reports.push(observation),
      clear: async () => {
        cleared += 1;
      },
      isParkedOn: () => false,
    }),
  };
}

/** A clock on which a second passes in a fraction of one; nothing is skipped, so a wait still gives way to what it waits for. */
export function fastClock(speed: number): Clock {
  const begun = Date.now();
  return {
    now: () => new Date(begun + (Date.now() - begun) * speed),
    sleep: async (ms, signal) => {
      await delay(Math.max(5, ms / speed), undefined, { signal });
    },
  };
}

interface Parts {
  readonly cluster: Cluster;
  readonly folder: PrivateFolder;
  readonly clock: Clock;
  readonly http: HttpPort | undefined;
  readonly talos: Partial<TalosPort> | undefined;
  readonly manifests: Partial<ManifestsPort> | undefined;
}

function testPorts({ cluster, folder, clock, http, talos, manifests }: Parts): Ports {
  return {
    clock,
    folder: () => folder,
    git: unused('git'),
    http: http ?? { get: async () => ({ status: null, location: null, date: null, error: 'connection refused' }) },
    kubernetes: { connect: async () => cluster },
    machine: unused('machine'),
    operator: async () => ({ operatorId: '00000000-0000-4000-8000-000000000001', name: 'test@here' }),
    manifests: { ...manifestsPort({}), ...manifests },
    registry: { lookUp: async () => ({ found: false, why: 'unreachable', message: 'no route to host' }) },
    talos: unused('talos', { ...talos }),
  };
}

/** What a phase must not touch: every use of it ends the test. */
function unused<T extends object>(name: string, given: Partial<T> = {}): T {
  return new Proxy(given, {
    get: (target, key): unknown => {
      if (key in target) return Reflect.get(target, key);
      throw new Error(`this phase has no business with ${name}.${String(key)}`);
    },
  }) as T;
}
