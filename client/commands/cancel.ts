import { SITE_FILES } from '../../site-folder/index.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { usageError } from '../terminal/failure.ts';
import { callOf } from '../site/hints.ts';
import type { InstallView } from '../install/view.ts';
import { leftoverLines } from '../render/leftovers.ts';
import { withSession } from '../install/session.ts';
import type { Session } from '../install/session.ts';
import type { Site } from '../site/site.ts';
import { orderedSite } from '../install/update.ts';
import { defineCommand } from './define.ts';

/** `cancel`: stops a running install cleanly and says what is left. */
export const command = defineCommand({
  flags: [],
  examples: ['cancel', 'cancel --yes'],
  run,
});

const PATIENCE_MS = 60_000;
const LOOK_EVERY_MS = 500;

async function run(context: CommandContext): Promise<number> {
  const site = await orderedSite(context);
  return withSession(context, site, { start: 'on-demand', detached: false }, async (session) => {
    const before = await session.installs.view(site.siteId);
    if (before?.run !== 'RUNNING')
      throw usageError(`no install of ${site.siteId} is running: there is nothing to cancel`);
    const prompter = context.yes ? null : await context.prompter();
    if (
      prompter &&
      !(await prompter.confirm(`Stop the install of ${site.siteId} on ${before.progress?.nodeIp ?? 'its node'}?`))
    ) {
      context.insist('The install goes on.');
      return EXIT.interrupted;
    }
    await session.installs.cancel(site.siteId);
    // Only a worker can end the steps that run, so one is started where there is none.
    await session.ensureWorker();
    const after = await untilClosed(context, site, session);
    if (after?.run === 'RUNNING') {
      context.insist(
        'The install was told to stop and has not stopped yet; it stops as soon as its present step allows it.',
      );
      return EXIT.timeout;
    }
    if (after && after.run !== 'CANCELLED')
      throw usageError(
        `the install of ${site.siteId} ended before it could be stopped (${after.run.toLowerCase().replaceAll('_', ' ')}): \`${callOf(context, site, 'status')}\` shows how`,
      );
    const progress = after?.progress ?? before.progress;
    const hasPassword = await site.folder.exists(SITE_FILES.initialTenant);
    await context.give(progress, () => [
      `The install of ${site.siteId} is cancelled.`,
      ...(progress
        ? leftoverLines(progress, site.folder.root, {
            recover: callOf(context, site, 'start --recover'),
            fresh: callOf(context, site, 'start --fresh'),
          })
        : ['The node was not touched.']),
      ...(hasPassword
        ? [`${site.folder.path(SITE_FILES.initialTenant)} holds the first administrator's password still.`]
        : []),
    ]);
    return EXIT.done;
  });
}

async function untilClosed(context: CommandContext, site: Site, session: Session): Promise<InstallView | null> {
  const { clock } = context.services;
  const until = clock.now().getTime() + PATIENCE_MS;
  for (;;) {
    const view = await session.installs.view(site.siteId);
    if (view?.run !== 'RUNNING' || clock.now().getTime() >= until || context.io.signal.aborted) return view;
    await clock.sleep(LOOK_EVERY_MS, context.io.signal);
  }
}
