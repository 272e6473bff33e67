import { EXIT } from '../terminal/exit-codes.ts';
import { conclude } from '../follow/outcome.ts';
import { follow } from '../follow/follow.ts';
import { lookAfresh } from '../follow/look-afresh.ts';
import { callOf } from '../site/hints.ts';
import { withPageBeside } from '../page/beside.ts';
import { withSession } from '../install/session.ts';
import { notBegun, orderedSite } from '../install/update.ts';
import { FOLLOW, followOptions } from '../follow/follow-options.ts';
import { lookAtHolder } from '../install/holder.ts';
import { isTakeOver, takeOverSite } from '../install/take-over.ts';
import { defineCommand } from './define.ts';

/** `resume`: ensures server and worker, ends a pause, then follows. On another machine it takes the site over, once confirmed. */
export const command = defineCommand({
  flags: [
    { flags: '--detach', help: 'run the install in a background worker and return' },
    { flags: '--take-over', help: 'take the site over from another machine without a prompt' },
    ...FOLLOW,
  ],
  examples: ['resume', 'resume --detach', 'resume --take-over'],
  run: async (context, { detach = false, takeOver: agreed = false, ...rest }) => {
    const following = followOptions(rest);
    const site = await orderedSite(context);
    const detached = detach || following.until === 'login';
    const look = await lookAtHolder(context, site);
    // Nothing that another operator encrypted is continued from.
    const lostKeys = look.other === null ? 'refuse' : 'bear';
    return withSession(context, site, { start: 'on-demand', detached, lostKeys }, async (session) => {
      let view = await session.installs.view(site.siteId);
      if (await isTakeOver(site, look, view)) {
        if (!(await takeOverSite(context, site, session, { look, view, agreed }))) return EXIT.done;
        view = await session.installs.view(site.siteId);
      }
      if (!view) throw notBegun(context, site);
      if (view.run !== 'RUNNING')
        return conclude(context, site, session, await follow(context, site, session, following));
      return withPageBeside(context, site, detach ? null : site.record, async (page) => {
        page.feed();
        const worker = await session.ensureWorker();
        if (view.progress?.state === 'paused') await session.installs.resume(site.siteId);
        context.say(
          worker.startedNow
            ? `Started a worker (process ${worker.pid}): it resumes the install of ${site.siteId}.`
            : `A worker (process ${worker.pid}) is already running the install of ${site.siteId}.`,
        );
        if (!detach) {
          await lookAfresh(context, site, session, following);
          return conclude(context, site, session, await follow(context, site, session, following));
        }
        context.say(
          `Its log: ${worker.logFile}`,
          `To follow the install: \`${callOf(context, site, 'status --watch')}\`.`,
        );
        return EXIT.done;
      });
    });
  },
});
