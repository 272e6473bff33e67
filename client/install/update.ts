import type { CommandContext } from '../context.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import type { InstallClient } from './install-client.ts';
import { UserError, usageError } from '../terminal/failure.ts';
import { callOf } from '../site/hints.ts';
import { withSession } from './session.ts';
import type { Session } from './session.ts';
import { failingTaskError } from './failing-task.ts';
import type { Site } from '../site/site.ts';
import { workerRuns } from './worker-runs.ts';

/** A worker that starts is given up after a minute by whoever starts it. */
const START_PATIENCE_MS = 75_000;
const LOOK_EVERY_MS = 250;

/** Tells the running install of the chosen site something by an update, and says that it was taken. */
export async function tellInstall(
  context: CommandContext,
  tell: (installs: InstallClient, site: Site) => Promise<string>,
): Promise<number> {
  const site = await orderedSite(context);
  return withSession(context, site, { start: 'on-demand', detached: false }, async (session) => {
    await needInstall(context, site, session);
    await needWorker(context, site, session);
    context.say(await tell(session.installs, site));
    if (context.format !== 'table') {
      const view = await session.installs.view(site.siteId);
      await context.give(view?.progress ?? null, () => []);
    }
    return EXIT.done;
  });
}

/** Gives the chosen site. Throws a usage error when nothing was ever ordered for it: no server is started to hear that. */
export async function orderedSite(context: CommandContext): Promise<Site> {
  const site = await context.site();
  if (site.record) return site;
  throw usageError(
    `no install of ${site.siteId} was ever begun here: \`${callOf(context, site, 'start')}\` begins one`,
  );
}

async function needInstall(context: CommandContext, site: Site, { installs }: Session): Promise<void> {
  const view = await installs.view(site.siteId);
  if (view?.run === 'RUNNING') {
    if (view.failing) throw failingTaskError(`tell the install of ${site.siteId}`, view.failing);
    return;
  }
  throw usageError(
    view
      ? `no install of ${site.siteId} is running: \`${callOf(context, site, 'status')}\` shows how the last one ended`
      : `no install of ${site.siteId} was ever begun here: \`${callOf(context, site, 'start')}\` begins one`,
  );
}

/** Without a worker an update would wait, be given up, and take effect at some later time that nobody expects. */
async function needWorker(context: CommandContext, site: Site, { installs }: Session): Promise<void> {
  const { clock } = context.services;
  const until = clock.now().getTime() + START_PATIENCE_MS;
  let isTold = false;
  while (!(await workerRuns(context, site, installs))) {
    const isOver = clock.now().getTime() >= until || context.io.signal.aborted;
    if (isOver || !installs.local || !(await context.services.workerIsStarting(site.home))) break;
    if (!isTold) context.say('A worker is starting: waiting for it.');
    isTold = true;
    await clock.sleep(LOOK_EVERY_MS, context.io.signal);
  }
  // Between the two looks it may have come up.
  if (await workerRuns(context, site, installs)) return;
  throw new UserError(
    EXIT.missing,
    `No worker runs, so nobody can tell the install of ${site.siteId}; nothing was changed. ` +
      `\`${callOf(context, site, 'resume --detach')}\` starts one; then try again.`,
  );
}
