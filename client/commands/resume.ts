import { EXIT } from '../terminal/exit-codes.ts';
import { usageError } from '../terminal/failure.ts';
import { conclude } from '../follow/outcome.ts';
import { follow } from '../follow/follow.ts';
import { lookAfresh } from '../follow/look-afresh.ts';
import { callOf } from '../site/hints.ts';
import { withPageBeside } from '../page/beside.ts';
import { withSession } from '../install/session.ts';
import { orderedSite } from '../install/update.ts';
import { FOLLOW, followOptions } from '../follow/follow-options.ts';
import { defineCommand } from './define.ts';

/** `resume`: a server, a worker, no pause; then it follows. */
export const command = defineCommand({
  flags: [{ flags: '--detach', help: 'leave it to a background worker and return' }, ...FOLLOW],
  examples: ['resume', 'resume --detach'],
  run: async (context, { detach = false, ...rest }) => {
    const following = followOptions(rest);
    const site = await orderedSite(context);
    const detached = detach || following.until === 'login';
    return withSession(context, site, { start: 'on-demand', detached }, async (session) => {
      const view = await session.installs.view(site.siteId);
      if (!view)
        throw usageError(
          `no install of ${site.siteId} was ever begun here: \`${callOf(context, site, 'start')}\` begins one`,
        );
      if (view.run !== 'RUNNING')
        return conclude(context, site, session, await follow(context, site, session, following));
      return withPageBeside(context, site, detach ? null : site.record, async (page) => {
        page.feed();
        const worker = await session.ensureWorker();
        if (view.progress?.state === 'paused') await session.installs.resume(site.siteId);
        context.say(
          worker.startedNow
            ? `A worker (process ${worker.pid}) takes up the install of ${site.siteId}.`
            : `A worker (process ${worker.pid}) is at the install of ${site.siteId} already.`,
        );
        if (!detach) {
          await lookAfresh(context, site, session, following);
          return conclude(context, site, session, await follow(context, site, session, following));
        }
        context.say(
          `Its log: ${worker.logFile}`,
          `\`${callOf(context, site, 'status --watch')}\` follows the install.`,
        );
        return EXIT.done;
      });
    });
  },
});
