import type { Simulate, WorkerHandle } from '../../worker/index.ts';
import type { CommandContext } from '../context.ts';
import type { InstallClient } from './install-client.ts';
import { environmentFor, recordedSimulation } from '../site/simulation.ts';
import type { Site } from '../site/site.ts';
import { typistFor } from './typed.ts';
import type { Typist } from './typed.ts';

/** A command's hold on Temporal and, once it asked for one, on a worker. */
export interface Session {
  installs: InstallClient;
  /** The worker that this session ensured; null before. */
  worker: WorkerHandle | null;
  ensureWorker(): Promise<WorkerHandle>;
  /** Finds Temporal anew, as after the local server has died. */
  reopen(): Promise<void>;
  /** Ends a worker that this session started for itself; true when one was ended. */
  stopOwnWorker(): Promise<boolean>;
  close(): Promise<void>;
}

export interface SessionOptions {
  readonly start: 'on-demand' | 'never';
  /** Whether a worker that is started outlives this process. */
  readonly detached: boolean;
}

/** Opens a session for a site. Throws TemporalUnavailableError when no server can be had. */
export async function openSession(context: CommandContext, site: Site, options: SessionOptions): Promise<Session> {
  const { services, io } = context;
  const environment = environmentFor(site, io.env);
  const common = {
    home: site.home,
    environment,
    signal: io.signal,
    onProgress: (line: string) => context.say(line),
  };
  const open = async (): Promise<InstallClient> =>
    typedInstalls(await services.openInstalls({ ...common, start: options.start }), typistFor(context, site));
  const session: Session = {
    installs: await open(),
    worker: null,
    ensureWorker: async () => {
      const simulate: Simulate = await recordedSimulation(site);
      session.worker = await services.ensureWorker({ ...common, detached: options.detached, simulate });
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
  return session;
}

/** What an install says of itself was written by a worker, for any machine; here it is read on this one. */
function typedInstalls(installs: InstallClient, typist: Typist): InstallClient {
  return {
    ...installs,
    view: async (siteId, ask) => {
      const view = await installs.view(siteId, ask);
      return view && typist.view(view);
    },
    preflight: async (spec, tell) => typist.report(await installs.preflight(spec, tell)),
  };
}

/** Opens a session, gives it to `use` and closes it whatever happens, its own worker included. */
export async function withSession<Value>(
  context: CommandContext,
  site: Site,
  options: SessionOptions,
  use: (session: Session) => Promise<Value>,
): Promise<Value> {
  const session = await openSession(context, site, options);
  try {
    return await use(session);
  } finally {
    await session.stopOwnWorker();
    await session.close();
  }
}
