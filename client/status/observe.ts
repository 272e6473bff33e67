import type { Diagnosis } from '../../diagnosis/index.ts';
import { API_VERSION } from '../../model/appliance.ts';
import type { InstallProgress } from '../../model/progress.ts';
import type { LogAnswer, LogWanted } from '../../model/page.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import type { StatusDocument } from '../../model/status.ts';
import type { ClusterReader } from '../../observation/index.ts';
import type { watchCluster } from './cluster-watch.ts';
import { kubeconfigOf } from '../site/kubeconfig.ts';
import type { CommandContext } from '../context.ts';
import { explain } from '../terminal/failure.ts';
import { whyNoSpace } from '../site/full-disk.ts';
import { failingSentence } from '../install/failing-task.ts';
import type { FailingTask } from '../install/failing-task.ts';
import type { InstallView } from '../install/view.ts';
import { openSession } from '../install/session.ts';
import { workerRuns } from '../install/worker-runs.ts';
import { presentOf } from '../render/observed-now.ts';
import type { Session } from '../install/session.ts';
import type { Site } from '../site/site.ts';
import { typistFor } from '../install/typed.ts';

/** `status` answers in about two seconds: what is not there by then is unknown. */
const CLUSTER_TIMEOUT_MS = 1_800;
/** A worker that has the install at hand answers in a few milliseconds; one that must replay it first is not waited for. */
const WORKFLOW_GRACE_MS = 150;

/** Everything that a look at a site found. */
export interface Look {
  readonly snapshot: Snapshot;
  /** Null when no install is known, or when Temporal cannot be asked; `installError` then says why. */
  readonly install: InstallView | null;
  readonly installError: string | null;
  /** True, false, or null where that cannot be told from this machine. */
  readonly workerRuns: boolean | null;
}

/** Looks at a site again and again, over connections that are kept. */
export interface Observer {
  /** Looks at install and cluster at once. Never throws for what does not answer. */
  look(): Promise<Look>;
  /** Gives the end of a log of the cluster that was looked at, or why not; within two seconds. Never rejects. */
  podLog(wanted: LogWanted, signal: AbortSignal): Promise<LogAnswer>;
  close(): Promise<void>;
}

/** `once`: everything is collected at the look. `watch`: it is watched, for looks that follow one another. */
export type ObserverMode = 'once' | 'watch';

/** Takes a site, gives its observer. Nothing is opened before the first look. */
export function createObserver(context: CommandContext, site: Site, mode: ObserverMode): Observer {
  const cluster = keptPictures(context, site, mode);
  const temporal = keptSession(context, site);
  return {
    look: async () => {
      const [snapshot, install] = await Promise.all([
        snapshotOf(context, site, cluster),
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

/** Takes a site, looks at it once. */
export async function lookAt(context: CommandContext, site: Site): Promise<Look> {
  const observer = createObserver(context, site, 'once');
  try {
    return await observer.look();
  } finally {
    await observer.close();
  }
}

/** Something that is opened when it is first needed, kept, and opened anew after it was dropped. */
interface Kept<Value> {
  get(): Promise<Value | null>;
  /** What is open, if anything is. */
  now(): Value | null;
  drop(): Promise<void>;
}

/** Where snapshots of a cluster come from: collected at each look, or watched. */
interface Pictures {
  take(): Promise<Snapshot>;
  podLog(wanted: LogWanted, signal: AbortSignal): Promise<LogAnswer>;
  close(): Promise<void>;
}

function keptPictures({ services, io }: CommandContext, site: Site, mode: ObserverMode): Kept<Pictures> {
  return kept(
    async () => {
      const kubeconfig = kubeconfigOf(site);
      if (kubeconfig === null) return null;
      const options = {
        site: emptySnapshot(site, services.clock.now()).site,
        signal: io.signal,
        timeoutMs: CLUSTER_TIMEOUT_MS,
        now: () => services.clock.now(),
        probeLogin: (url: string) => services.get(url, { signal: io.signal, timeoutMs: CLUSTER_TIMEOUT_MS }),
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
      const signal = AbortSignal.any([options.signal, AbortSignal.timeout(CLUSTER_TIMEOUT_MS * 2)]);
      return collectSnapshot(reader, { ...options, signal });
    },
    close: async () => {},
  };
}

/**
 * A site that was never ordered has no install, and no server is started to hear that. For one that was ordered the local
 * server is started when it does not run: its database is where the progress is kept.
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
async function snapshotOf({ services, io }: CommandContext, site: Site, cluster: Kept<Pictures>): Promise<Snapshot> {
  const empty = emptySnapshot(site, services.clock.now());
  try {
    return (await (await cluster.get())?.take()) ?? empty;
  } catch (error) {
    io.signal.throwIfAborted();
    await cluster.drop();
    const isLate = error instanceof DOMException && error.name === 'TimeoutError';
    const why = isLate ? `no answer in ${CLUSTER_TIMEOUT_MS / 1000} s` : explain(error).message;
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
 * Asks Temporal for the install, and this machine for its worker. One look asks the workflow itself; looks that follow one another
 * go by the memo, which has every change a moment later and costs no worker anything.
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
    if (!session) return { install: null, installError: null, workerRuns: null };
    const { installs } = session;
    const runs = workerRuns(context, site, installs);
    const ask = mode === 'once' ? { graceMs: WORKFLOW_GRACE_MS, workerRuns: runs } : undefined;
    const [install, isThere] = await Promise.all([installs.view(site.siteId, ask), runs]);
    return { install, installError: null, workerRuns: isThere };
  } catch (error) {
    io.signal.throwIfAborted();
    await temporal.drop();
    const why = (await whyNoSpace(site.home)) ?? context.typed(explain(error).message);
    return { install: null, installError: why, workerRuns: null };
  }
}

/** Takes a look and the document of the look before, gives the status document: the one diagnosis of every part. */
export async function documentOf(
  context: CommandContext,
  site: Site,
  look: Look,
  previous: StatusDocument | null = null,
): Promise<StatusDocument> {
  return (await diagnosisOf(context, site, look, previous)).status;
}

/** The same, with the graph that leads from what was seen in the cluster to its causes. */
export async function diagnosisOf(
  context: CommandContext,
  site: Site,
  { snapshot, install }: Look,
  previous: StatusDocument | null = null,
): Promise<Diagnosis> {
  const [{ diagnose }, { withInstall }] = await Promise.all([
    import('../../diagnosis/index.ts'),
    import('../../diagnosis/with-install.ts'),
  ]);
  const now = context.services.clock.now();
  const progress = progressOf(install);
  const release = site.record?.spec.release ?? null;
  const { status, graph, blockers } = diagnose(snapshot, { now, release, install: progress, previous });
  const joined = withInstall(status, progress, { now, lastSeenIsNow: site.simulated });
  const document = install?.failing ? withFailing(joined, install.failing) : joined;
  return { status: typistFor(context, site).status(document, install?.run === 'RUNNING'), graph, blockers };
}

/** An install whose own code fails tells nothing new: its source says so, and that it is no longer what is there now. */
function withFailing(document: StatusDocument, failing: FailingTask): StatusDocument {
  const sources = document.sources.map((one) =>
    one.source === 'install' ? { ...one, stale: true, error: failingSentence(failing) } : one,
  );
  return { ...document, sources };
}

/** Takes a look and the time on this machine, gives the time by which what the install saw is counted. */
export function presentAt({ install }: Look, now: Date): Date {
  return install?.progress ? presentOf(install.progress, now) : now;
}

export function progressOf(view: InstallView | null): InstallProgress | null {
  return view?.progress ?? null;
}
