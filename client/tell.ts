import type { CommandContext } from './context.ts';
import { EXIT } from './exit-codes.ts';
import type { InstallClient } from './install-client.ts';
import { UserError } from './failure.ts';
import { withSession } from './session.ts';
import type { Session } from './session.ts';
import type { Site } from './site.ts';

/** Tells the running install of the chosen site something by an update, and says that it was taken. */
export async function tellInstall(
  context: CommandContext,
  tell: (installs: InstallClient, site: Site) => Promise<string>,
): Promise<number> {
  const site = await context.site();
  return withSession(context, site, { start: 'on-demand', detached: false }, async (session) => {
    await needWorker(context, site, session);
    context.say(await tell(session.installs, site));
    if (context.format !== 'table') {
      const view = await session.installs.view(site.siteId);
      await context.give(view?.progress ?? null, () => []);
    }
    return EXIT.done;
  });
}

/** Without a worker an update would wait, be given up, and take effect at some later time that nobody expects. */
async function needWorker({ services }: CommandContext, site: Site, { installs }: Session): Promise<void> {
  const runs = installs.local ? (await services.runningWorker(site.home)) !== null : await installs.hasWorker();
  if (runs) return;
  throw new UserError(
    EXIT.missing,
    `No worker runs, so nobody can tell the install of ${site.siteId}; nothing was changed. ` +
      '`appliance-client resume --detach` starts one; then try again.',
  );
}
