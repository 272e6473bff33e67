import type { CommandContext } from '../context.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import type { InstallClient } from './install-client.ts';
import { UserError, usageError } from '../terminal/failure.ts';
import { callOf } from '../site/hints.ts';
import { withSession } from './session.ts';
import type { Session } from './session.ts';
import type { Site } from '../site/site.ts';
import { workerRuns } from './worker-runs.ts';

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
  if (view?.run === 'RUNNING') return;
  throw usageError(
    view
      ? `no install of ${site.siteId} is running: \`${callOf(context, site, 'status')}\` shows how the last one ended`
      : `no install of ${site.siteId} was ever begun here: \`${callOf(context, site, 'start')}\` begins one`,
  );
}

/** Without a worker an update would wait, be given up, and take effect at some later time that nobody expects. */
async function needWorker(context: CommandContext, site: Site, { installs }: Session): Promise<void> {
  if (await workerRuns(context, site, installs)) return;
  throw new UserError(
    EXIT.missing,
    `No worker runs, so nobody can tell the install of ${site.siteId}; nothing was changed. ` +
      `\`${callOf(context, site, 'resume --detach')}\` starts one; then try again.`,
  );
}
