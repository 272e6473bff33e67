import { installWorkflowId } from '../../model/workflow-contract.ts';
import { installIn } from '../../site-folder/record.ts';
import type { PayloadKeyError } from '../../temporal/index.ts';
import type { Simulate, WorkerHandle, WorkerOptions } from '../../worker/index.ts';
import type { CommandContext } from '../context.ts';
import type { InstallClient } from './install-client.ts';
import { environmentFor, recordedSimulation } from '../site/simulation.ts';
import type { Site } from '../site/site.ts';
import { whyNoSpace } from '../site/full-disk.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { UserError, explain } from '../terminal/failure.ts';

/** A command's connection to Temporal and, once ensured, its worker. */
export interface Session {
  installs: InstallClient;
  /** The worker that this session ensured; null before. */
  worker: WorkerHandle | null;
  ensureWorker(): Promise<WorkerHandle>;
  /** Connects to Temporal again, as after the local server has died. */
  reopen(): Promise<void>;
  /** Stops a worker that this session started for itself; true when one was stopped. */
  stopOwnWorker(): Promise<boolean>;
  close(): Promise<void>;
}

/**
 * What to do if keys are lost that the site's payloads need. `refuse`: report it and stop. `replace`: continue with new ones if nothing
 * that is running needs the old ones, else refuse. `bear`: continue; nothing of the install can be read.
 */
export type LostKeys = 'refuse' | 'replace' | 'bear';

export interface SessionOptions {
  readonly start: 'on-demand' | 'never';
  /** Whether a started worker outlives this process. */
  readonly detached: boolean;
  /** `refuse` by default. */
  readonly lostKeys?: LostKeys;
  /** A server that was started for this command alone stops with it. */
  readonly oneOff?: true;
}

/** Opens a session for a site. Throws TemporalUnavailableError when no server can be reached or started. */
export async function openSession(context: CommandContext, site: Site, options: SessionOptions): Promise<Session> {
  const { services, io } = context;
  const environment = environmentFor(site, io.env);
  const common = {
    home: site.home,
    environment,
    signal: io.signal,
    onProgress: (line: string) => context.say(line),
  };
  const open = async (): Promise<InstallClient> => services.openInstalls({ ...common, start: options.start });
  const lost = await keyFaultOf(site, environment);
  if (lost && (options.lostKeys ?? 'refuse') === 'refuse') throw lost;
  const installs = await open();
  await replaceStranded(context, common, installs);
  const session: Session = {
    installs,
    worker: null,
    ensureWorker: async () => {
      const simulate: Simulate = await recordedSimulation(site);
      // A second call means that this worker ended: another client may have replaced it by its own.
      const anyBuild = session.worker !== null;
      session.worker = await services.ensureWorker({ ...common, detached: options.detached, simulate, anyBuild });
      return session.worker;
    },
    reopen: async () => {
      await session.installs.close();
      session.installs = await open();
    },
    stopOwnWorker: async () => {
      const { worker } = session;
      if (!worker?.startedNow || worker.detached) return false;
      session.worker = null;
      await worker.stop();
      return true;
    },
    close: () => session.installs.close(),
  };
  if (lost && options.lostKeys === 'replace') {
    if (await session.installs.runs(site.siteId)) {
      await session.close();
      throw lost;
    }
    context.insist(
      `${lost.message} No install is running, so this one starts with new keys; data of earlier installs stays unreadable.`,
    );
    const { forgetLostKeys } = await import('../../temporal/index.ts');
    await forgetLostKeys(site.home, site.siteId);
  }
  return session;
}

/**
 * A detached worker that polls an address without a server (it outlived one that could not come back at its address, or that accepted
 * everyone) would abandon its install: another one replaces it. If that fails, the command continues without it, and says so.
 */
async function replaceStranded(
  { services, say }: CommandContext,
  common: Pick<WorkerOptions, 'home' | 'environment' | 'signal' | 'onProgress'>,
  { local, address }: InstallClient,
): Promise<void> {
  const worker = local ? await services.runningWorker(common.home) : null;
  if (!worker?.local || !worker.detached || worker.address === address) return;
  try {
    await services.ensureWorker({ ...common, detached: true, simulate: worker.simulate });
  } catch (error) {
    if (!(error instanceof Error && error.name === 'WorkerFailedError')) throw error;
    say(error.message);
  }
}

/** What is wrong with the keys that the site's newest install needs; null if nothing is. */
export async function keyFaultOf(
  { home, siteId, record }: Site,
  environment: NodeJS.ProcessEnv,
): Promise<PayloadKeyError | null> {
  const { legacyKeyFault, siteKeyFault } = await import('../../temporal/index.ts');
  const lost = await siteKeyFault(home, siteId);
  return lost ?? legacyKeyFault(home, environment, installIn(record) ?? installWorkflowId(siteId));
}

/** A server whose disk is full neither answers nor says why: the error then names the disk as well, and keeps its own advice. */
async function toldOfDisk<Value>({ home }: Site, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    const { exit, message, advice } = explain(error);
    const full = exit === EXIT.missing ? await whyNoSpace(home) : null;
    if (full === null) throw error;
    throw new UserError(exit, `${message}\n${full}`, {
      cause: error,
      ...(advice && { advice: [...advice, { text: `\n${full}` }] }),
    });
  }
}

/** Opens a session for `use` and closes it in any case, its own worker included. */
export async function withSession<Value>(
  context: CommandContext,
  site: Site,
  options: SessionOptions,
  use: (session: Session) => Promise<Value>,
): Promise<Value> {
  const session = await toldOfDisk(site, () => openSession(context, site, options));
  try {
    return await toldOfDisk(site, () => use(session));
  } finally {
    await session.stopOwnWorker();
    await session.close();
    if (
      options.oneOff &&
      session.installs.serverStartedNow &&
      (await context.services.runningWorker(site.home)) === null
    )
      await context.services.stopIdleServer(site.home);
  }
}
