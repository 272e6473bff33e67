import type { CommandContext } from '../context.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { UserError } from '../terminal/failure.ts';
import { whyNoSpace } from '../site/full-disk.ts';
import { failingAdvice, failingSentence } from '../install/failing-task.ts';
import type { InstallView } from '../install/view.ts';
import type { Session } from '../install/session.ts';
import type { WorkerHandle } from '../../worker/index.ts';
import type { Site } from '../site/site.ts';
import { createPainter } from './painter.ts';
import type { Painter } from './painter.ts';

/** When to stop following. */
export interface FollowOptions {
  readonly until: 'login' | 'complete';
  readonly exitOnBlock: boolean;
  /** End when a preflight check fails: nothing was touched yet. */
  readonly endOnPreflight: boolean;
  readonly timeoutMs: number | undefined;
}

export type FollowEnd =
  | 'complete'
  | 'login'
  | 'blocked'
  | 'failing'
  | 'preflight'
  | 'cancelled'
  | 'failed'
  | 'timeout'
  | 'interrupted';

export interface Followed {
  readonly end: FollowEnd;
  /** What was read last; null when nothing could be read. */
  readonly view: InstallView | null;
}

const LOOK_EVERY_MS = 1_000;
const AGAIN_EVERY_MS = 2_000;
/** A server that hangs is not noticed before a call's time-out; no silence over 10 seconds is promised. */
const SAY_EVERY_MS = 6_000;
/** A worker that dies more often than this has a permanent fault. */
const MAX_WORKER_STARTS = 5;

/**
 * Shows an install until it ends, or until something that the caller asked for. A Temporal server that dies is found or
 * started again, and so is the worker that the session ensured. Throws a UserError when that worker keeps dying.
 */
export async function follow(
  context: CommandContext,
  site: Site,
  session: Session,
  options: FollowOptions,
): Promise<Followed> {
  const { clock } = context.services;
  const { signal } = context.io;
  const painter = await createPainter(context);
  const keepWorker = workerKeeper(context, session, painter);
  const began = clock.now().getTime();
  const tellFailing = failingTeller(context, site, painter);
  let view: InstallView | null = null;
  try {
    for (;;) {
      if (signal.aborted) return { end: 'interrupted', view };
      view = (await look(context, site, session, painter)) ?? view;
      const now = clock.now();
      const end = view && endOf(view, options);
      // A preflight that failed is over: it is shown as a list of checks, not as an install that checks again.
      if (!signal.aborted && end !== 'preflight') painter.show(view?.progress ?? null, now);
      if (view) tellFailing(view, now);
      if (end) return { end, view };
      if (options.timeoutMs !== undefined && now.getTime() - began >= options.timeoutMs)
        return { end: 'timeout', view };
      await keepWorker();
      await clock.sleep(LOOK_EVERY_MS, signal);
    }
  } finally {
    painter.done();
  }
}

/** How following ends for this state of the install; null while it continues. */
export function endOf({ run, progress, failing }: InstallView, options: FollowOptions): FollowEnd | null {
  if (run === 'COMPLETED') return 'complete';
  if (run === 'CANCELLED') return 'cancelled';
  if (run !== 'RUNNING' && run !== 'CONTINUED_AS_NEW') return 'failed';
  if (failing) return options.exitOnBlock ? 'failing' : null;
  if (progress?.state === 'ready' && options.until === 'login') return 'login';
  if (progress?.state !== 'parked') return null;
  if (options.endOnPreflight && progress.phase === 'preflight') return 'preflight';
  return options.exitOnBlock ? 'blocked' : null;
}

/** Gives what says, once for each failure, that the installer's own code fails in the worker. */
function failingTeller(context: CommandContext, site: Site, painter: Painter): (view: InstallView, now: Date) => void {
  let told = '';
  return ({ failing }, now) => {
    const said = failing ? failingSentence(failing) : '';
    if (said !== '' && said !== told) {
      painter.note(said, now);
      painter.note(failingAdvice(context, site), now);
    }
    told = said;
  };
}

/** Reads the install once; a server that does not answer is found or started again, until the caller's signal aborts. */
async function look(
  context: CommandContext,
  site: Site,
  session: Session,
  painter: Painter,
): Promise<InstallView | null> {
  const { clock } = context.services;
  const stillWaiting = setInterval(
    () => painter.note('still waiting for an answer from the Temporal server', clock.now()),
    SAY_EVERY_MS,
  );
  try {
    for (;;) {
      try {
        return await session.installs.view(site.siteId);
      } catch (error) {
        if (context.io.signal.aborted) return null;
        if (!(error instanceof UserError && error.exit === EXIT.missing)) throw error;
        const why = await whyNoSpace(site.home);
        painter.note(why ?? 'the Temporal server does not answer; reconnecting', clock.now());
        await session.reopen();
        await clock.sleep(AGAIN_EVERY_MS, context.io.signal);
      }
    }
  } finally {
    clearInterval(stillWaiting);
  }
}

/** Gives what starts the session's worker again after it has ended by itself. */
function workerKeeper(context: CommandContext, session: Session, painter: Painter): () => Promise<void> {
  let starts = 0;
  let ended: WorkerHandle | null = null;
  const watch = (): void => {
    const { worker } = session;
    const wait = async (): Promise<void> => {
      await worker?.exited;
      if (worker) ended = worker;
    };
    void wait();
  };
  watch();
  return async () => {
    if (!ended || context.io.signal.aborted) return;
    starts += 1;
    if (starts > MAX_WORKER_STARTS)
      throw new UserError(
        EXIT.defect,
        `The worker ended ${MAX_WORKER_STARTS + 1} times. Check its log: ${session.worker?.logFile ?? 'unknown'}`,
      );
    const { clock } = context.services;
    painter.note('the worker ended; starting another', clock.now());
    ended = null;
    const { startedNow, pid } = await session.ensureWorker();
    if (!startedNow) painter.note(`a background worker (process ${pid}) continues the install`, clock.now());
    watch();
  };
}
