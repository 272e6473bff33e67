import { API_VERSION } from '../../model/appliance.ts';
import type { InstallProgress } from '../../model/progress.ts';
import type { LogAnswer, LogWanted } from '../../model/page.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import type { StatusDocument } from '../../model/status.ts';
import type { ClusterReader } from '../../observation/index.ts';
import type { Reading } from '../../status/index.ts';
import type { watchCluster } from './cluster-watch.ts';
import { kubeconfigOf } from '../site/kubeconfig.ts';
import type { CommandContext } from '../context.ts';
import { explain } from '../terminal/failure.ts';
import { whyNoSpace } from '../site/full-disk.ts';
import { failingSentence } from '../install/failing-task.ts';
import type { InstallView } from '../install/view.ts';
import { openSession } from '../install/session.ts';
import { workerRuns } from '../install/worker-runs.ts';
import { presentOf } from '../render/observed-now.ts';
import type { Session } from '../install/session.ts';
import type { Site } from '../site/site.ts';
import type { InstallThere } from '../../model/render-advice.ts';

/** `status` answers in about two seconds: what has not arrived by then is unknown. */
const CLUSTER_TIMEOUT_MS = 1_800;
/** A worker that has the install in its cache answers in a few milliseconds; one that must replay it first is not waited for. */
const WORKFLOW_GRACE_MS = 150;

/** Everything that was read of a site at one time. */
export interface Look {
  readonly snapshot: Snapshot;
  /** Null when no install is known, or when Temporal cannot be asked; `installError` then says why. */
  readonly install: InstallView | null;
  readonly installError: string | null;
  /** True if that is because of a lost key: a person must act. */
  readonly isKeyLost: boolean;
  /** Null if this machine cannot know. */
  readonly workerRuns: boolean | null;
}

/** Reads a site repeatedly, over connections that are kept. */
export interface Observer {
  /** Reads install and cluster at once. Never throws for what does not answer. */
  look(): Promise<Look>;
  /** The end of a log of the observed cluster, or why there is none; within two seconds. Never rejects. */
  podLog(wanted: LogWanted, signal: AbortSignal): Promise<LogAnswer>;
  close(): Promise<void>;
}

/** `once`: everything is collected for each read. `watch`: it is watched, for reads that follow one another. */
export type ObserverMode = 'once' | 'watch';

/** Nothing is opened before the first read. */
export function createObserver(
  context: CommandContext,
  site: Site,
  mode: ObserverMode,
  timeoutMs: number = CLUSTER_TIMEOUT_MS,
): Observer {
  const cluster = keptPictures(context, site, mode, timeoutMs);
  const temporal = keptSession(context, site);
  return {
    look: async () => {
      const [snapshot, install] = await Promise.all([
        snapshotOf(context, site, cluster, timeoutMs),
        installOf(context, site, temporal, mode),
      ]);
      return { snapshot, ...install };
    },
    podLog: async (wanted, signal) =>
      cluster.now()?.podLog(wanted, signal) ?? { problem: 'No Kubernetes API has answered yet.', status: 502 },
    close: async () => {
      await Promise.all([cluster.drop(), temporal.drop()]);
    },
  };
}

/** Reads a site once. */
export async function lookAt(context: CommandContext, site: Site, timeoutMs?: number): Promise<Look> {
  const observer = createObserver(context, site, 'once', timeoutMs);
  try {
    return await observer.look();
  } finally {
    await observer.close();
  }
}

/** Something that is opened when it is first needed, kept, and opened again after it was dropped. */
interface Kept<Value> {
  get(): Promise<Value | null>;
  /** What is open, if anything is. */
  now(): Value | null;
  drop(): Promise<void>;
}

/** Where snapshots of a cluster come from: collected for each read, or watched. */
interface Pictures {
  take(): Promise<Snapshot>;
  podLog(wanted: LogWanted, signal: AbortSignal): Promise<LogAnswer>;
  close(): Promise<void>;
}

function keptPictures(
  { services, io }: CommandContext,
  site: Site,
  mode: ObserverMode,
  timeoutMs: number,
): Kept<Pictures> {
  return kept(
    async () => {
      const kubeconfig = kubeconfigOf(site);
      if (kubeconfig === null) return null;
      const options = {
        site: emptySnapshot(site, services.clock.now()).site,
        signal: io.signal,
        timeoutMs,
        now: () => services.clock.now(),
        probeLogin: (url: string) => services.get(url, { signal: io.signal, timeoutMs }),
      };
      const reader = await services.reader(kubeconfig);
      const pictures = mode === 'watch' ? await watched(reader, options) : collected(reader, options);
      return {
        take: pictures.take,
        podLog: async (wanted, signal) =>
          (await import('../../observation/index.ts')).readPodLog(reader, wanted, signal),
        close: async () => {
          await pictures.close();
          await reader.close();
        },
      };
    },
    (pictures) => pictures.close(),
  );
}

type Taker = Pick<Pictures, 'take' | 'close'>;
type PictureOptions = Parameters<typeof watchCluster>[1];

async function watched(reader: ClusterReader, options: PictureOptions): Promise<Taker> {
  const { watchCluster: watch } = await import('./cluster-watch.ts');
  return watch(reader, options);
}

function collected(reader: ClusterReader, options: PictureOptions): Taker {
  return {
    take: async () => {
      const { collectSnapshot } = await import('../../observation/index.ts');
      const signal = AbortSignal.any([options.signal, AbortSignal.timeout(options.timeoutMs * 2)]);
      return collectSnapshot(reader, { ...options, signal });
    },
    close: async () => {},
  };
}

/**
 * A site that was never ordered has no install, and no server is started to find that out. For one that was ordered the local server
 * is started if it is not running: the progress is in its database.
 */
function keptSession(context: CommandContext, site: Site): Kept<Session> {
  return kept(
    async () => (site.record ? openSession(context, site, { start: 'on-demand', detached: false }) : null),
    (session) => session.close(),
  );
}

function kept<Value>(open: () => Promise<Value | null>, close: (value: Value) => Promise<void>): Kept<Value> {
  let value: Value | null = null;
  return {
    get: async () => (value ??= await open()),
    now: () => value,
    drop: async () => {
      const old = value;
      value = null;
      if (old) await close(old);
    },
  };
}

/** Gives a snapshot of the site's cluster, or one that says why there is none. */
async function snapshotOf(
  { services, io }: CommandContext,
  site: Site,
  cluster: Kept<Pictures>,
  timeoutMs: number,
): Promise<Snapshot> {
  const empty = emptySnapshot(site, services.clock.now());
  try {
    return (await (await cluster.get())?.take()) ?? empty;
  } catch (error) {
    io.signal.throwIfAborted();
    await cluster.drop();
    const isLate = error instanceof DOMException && error.name === 'TimeoutError';
    const why = isLate ? `no answer in ${timeoutMs / 1000} s` : explain(error).message;
    return { ...empty, kubernetes: { items: [], error: why, missing: [], observedAt: null } };
  }
}

function emptySnapshot({ siteId, record }: Site, now: Date): Snapshot & Required<Pick<Snapshot, 'site'>> {
  return {
    apiVersion: API_VERSION,
    kind: 'Snapshot',
    takenAt: now.toISOString(),
    site: { siteId, nodeIp: record?.nodeIp ?? null, appUrl: record?.appUrl ?? null },
  };
}

/**
 * Asks Temporal for the install, and this machine for its worker. A single read asks the workflow itself; reads that follow one another
 * use the memo, which has every change a moment later and costs no worker anything.
 */
async function installOf(
  context: CommandContext,
  site: Site,
  temporal: Kept<Session>,
  mode: ObserverMode,
): Promise<Omit<Look, 'snapshot'>> {
  const { io } = context;
  try {
    const session = await temporal.get();
    if (!session) return { install: null, installError: null, isKeyLost: false, workerRuns: null };
    const { installs } = session;
    const runs = workerRuns(context, site, installs);
    const ask = mode === 'once' ? { graceMs: WORKFLOW_GRACE_MS, workerRuns: runs } : undefined;
    const [install, isThere] = await Promise.all([installs.view(site.siteId, ask), runs]);
    return { install, installError: null, isKeyLost: false, workerRuns: isThere };
  } catch (error) {
    io.signal.throwIfAborted();
    await temporal.drop();
    const why = (await whyNoSpace(site.home)) ?? context.told(explain(error));
    const isKeyLost = error instanceof Error && error.name === 'PayloadKeyError';
    return { install: null, installError: why, isKeyLost, workerRuns: null };
  }
}

/** The situation for advice: without a worker nothing checks again. */
export function installThere({ install, workerRuns: runs }: Look): InstallThere {
  if (install?.run !== 'RUNNING') return 'over';
  return runs === false && !install.isServedElsewhere ? 'unattended' : 'attended';
}

/** The status document: the one diagnosis of everything that was read. `previous`: the document of the read before. */
export async function documentOf(
  context: CommandContext,
  site: Site,
  look: Look,
  previous: StatusDocument | null = null,
): Promise<StatusDocument> {
  return (await readingOf(context, site, look, previous)).status;
}

/** The same, with the graph from signals in the cluster to their causes. */
export async function readingOf(
  context: CommandContext,
  site: Site,
  { snapshot, install, installError, isKeyLost }: Look,
  previous: StatusDocument | null = null,
): Promise<Reading> {
  const { readingOf: read } = await import('../../status/index.ts');
  return read({
    cluster: snapshot,
    install: {
      progress: progressOf(install),
      unread: isKeyLost ? installError : null,
      failing: install?.failing ? failingSentence(install.failing) : null,
      isOnlyEye: site.simulated,
    },
    now: context.services.clock.now(),
    previous,
    release: site.record?.spec.release ?? null,
  });
}

/** The time by which the install's own times are counted. */
export function presentAt({ install }: Look, now: Date): Date {
  return install?.progress ? presentOf(install.progress, now) : now;
}

export function progressOf(view: InstallView | null): InstallProgress | null {
  return view?.progress ?? null;
}
