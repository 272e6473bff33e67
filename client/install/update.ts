import type { CommandContext } from '../context.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { insistOnHolding, insistOnOwnQueue } from './holder.ts';
import type { InstallClient } from './install-client.ts';
import { UserError, usageError } from '../terminal/failure.ts';
import { callOf } from '../site/hints.ts';
import { kubeconfigPathOf } from '../site/kubeconfig.ts';
import { withSession } from './session.ts';
import type { Session } from './session.ts';
import { failingTaskError } from './failing-task.ts';
import type { Site, SiteUse } from '../site/site.ts';
import { workerRuns } from './worker-runs.ts';

/** The process that starts a worker gives up after a minute; this is a little longer. */
const START_PATIENCE_MS = 75_000;
const LOOK_EVERY_MS = 250;

/** Sends an update to the running install of the chosen site, and prints what `tell` gives once it was accepted. */
export async function tellInstall(
  context: CommandContext,
  tell: (installs: InstallClient, site: Site) => Promise<string>,
): Promise<number> {
  const site = await orderedSite(context);
  await insistOnHolding(context, site);
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

/** Throws a usage error when no install was ever ordered for the chosen site, without starting a server to find out. */
export async function orderedSite(context: CommandContext, use: SiteUse = 'changes'): Promise<Site> {
  const site = await context.site(use);
  if (site.record) return site;
  throw notBegun(context, site);
}

/**
 * The site to report on. Throws a usage error for one that was named and of which this machine knows nothing, neither an install nor
 * the keys of its cluster: there is nothing to report.
 */
export async function knownSite(context: CommandContext): Promise<Site> {
  const site = await context.site();
  const isKnown = site.record !== null || site.isImplied || kubeconfigPathOf(site) !== null;
  if (isKnown) return site;
  throw notBegun(context, site);
}

/** For a site without an install on this machine. */
export function notBegun(context: CommandContext, site: Site): UserError {
  return usageError(`no install of ${site.siteId} on this machine. Start one: \`${callOf(context, site, 'start')}\``);
}

async function needInstall(context: CommandContext, site: Site, { installs }: Session): Promise<void> {
  const view = await installs.view(site.siteId);
  if (view?.run === 'RUNNING') {
    insistOnOwnQueue(context, site, view);
    if (view.failing) throw failingTaskError(`send the request to the install of ${site.siteId}`, view.failing);
    return;
  }
  if (!view) throw notBegun(context, site);
  throw usageError(
    `no install of ${site.siteId} is running: \`${callOf(context, site, 'status')}\` shows how the last one ended`,
  );
}

/** Without a worker an update would wait, time out, and take effect at some later, unexpected time. */
async function needWorker(context: CommandContext, site: Site, { installs }: Session): Promise<void> {
  const { clock } = context.services;
  const until = clock.now().getTime() + START_PATIENCE_MS;
  let isTold = false;
  while (!(await workerRuns(context, site, installs))) {
    const isOver = clock.now().getTime() >= until || context.io.signal.aborted;
    if (isOver || !installs.local || !(await context.services.workerIsStarting(site.home))) break;
    if (!isTold) context.say('Waiting for the worker to start.');
    isTold = true;
    await clock.sleep(LOOK_EVERY_MS, context.io.signal);
  }
  // It may have come up between the two checks.
  if (await workerRuns(context, site, installs)) return;
  throw new UserError(
    EXIT.missing,
    `No worker is running for ${site.siteId}; the request was not sent and nothing was changed. ` +
      `Start one, then try again: \`${callOf(context, site, 'resume --detach')}\`.`,
  );
}
