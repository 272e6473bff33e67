import type { Holder } from '../../model/holder.ts';
import { SITE_FILES } from '../../site-folder/index.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { UserError, usageError } from '../terminal/failure.ts';
import { callOf } from '../site/hints.ts';
import type { InstallView } from '../install/view.ts';
import { leftoverLines } from '../render/leftovers.ts';
import { keyFaultOf, withSession } from '../install/session.ts';
import type { Session } from '../install/session.ts';
import type { Site } from '../site/site.ts';
import { orderedSite } from '../install/update.ts';
import { heldError, heldLines, isInAnothersQueue, lookAtHolder } from '../install/holder.ts';
import { endInstallOf } from '../install/take-over.ts';
import { defineCommand } from './define.ts';

/** `cancel`: stops a running install cleanly and reports what it leaves. */
export const command = defineCommand({
  flags: [],
  examples: ['cancel', 'cancel --yes'],
  run,
});

const PATIENCE_MS = 60_000;
const LOOK_EVERY_MS = 500;

async function run(context: CommandContext): Promise<number> {
  const site = await orderedSite(context);
  // Before anything is ended: what cannot be read says so while nothing has changed.
  const { other: held } = await lookAtHolder(context, site);
  return withSession(context, site, { start: 'on-demand', detached: false, lostKeys: 'bear' }, async (session) => {
    const lost = await keyFaultOf(site, context.io.env);
    if (lost) return endUnread(context, site, session, { lost: lost.message, held });
    const before = await session.installs.view(site.siteId);
    if (isInAnothersQueue(before)) throw heldError(context, site, held);
    if (before?.run !== 'RUNNING' && held !== null) throw heldError(context, site, held);
    if (before?.run !== 'RUNNING') await endInstallOf(context, site);
    if (before?.run !== 'RUNNING') throw usageError(`no install of ${site.siteId} is running: nothing to cancel`);
    const prompter = context.yes ? null : await context.prompter();
    if (
      prompter &&
      !(await prompter.confirm(`Stop the install of ${site.siteId} on ${before.progress?.nodeIp ?? 'its node'}?`))
    ) {
      context.insist('The install continues.');
      return EXIT.interrupted;
    }
    await session.installs.cancel(site.siteId);
    // Only a worker can end the steps that run, so one is started where there is none.
    await session.ensureWorker();
    const after = await untilClosed(context, site, session);
    if (after?.run === 'RUNNING') {
      context.insist(
        'The cancel was sent, but the install has not stopped yet: it stops as soon as its current step allows it.',
      );
      return EXIT.timeout;
    }
    if (after && after.run !== 'CANCELLED')
      throw usageError(
        `the install of ${site.siteId} ended before it could be cancelled (${after.run.toLowerCase().replaceAll('_', ' ')}): \`${callOf(context, site, 'status')}\` shows how`,
      );
    const { other } = await lookAtHolder(context, site);
    if (other !== null) {
      context.insist('The run on this machine is cancelled.', ...heldLines(context, site, other));
      return EXIT.held;
    }
    await endInstallOf(context, site);
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
        ? [`${site.folder.path(SITE_FILES.initialTenant)} still holds the first administrator's password.`]
        : []),
    ]);
    return EXIT.done;
  });
}

/** For how long a worker elsewhere, which may have the key, is given to hear of it. */
const UNREAD_PATIENCE_MS = 10_000;

/** Ends an install whose key is lost: its progress cannot be read, and no worker here can end its steps. */
async function endUnread(
  context: CommandContext,
  site: Site,
  session: Session,
  { lost, held }: { readonly lost: string; readonly held: Holder | null },
): Promise<number> {
  const { installs } = session;
  const { siteId } = site;
  const where = await installs.runs(siteId);
  if (where === 'elsewhere') throw heldError(context, site, held);
  if (where === false) throw usageError(`no install of ${siteId} is running: nothing to cancel. ${lost}`);
  const prompter = context.yes ? null : await context.prompter();
  if (!prompter && !context.yes)
    throw new UserError(
      EXIT.blocked,
      `${lost} To cancel the install without reading it: \`${callOf(context, site, 'cancel --yes')}\`.`,
    );
  context.insist(lost);
  if (prompter && !(await prompter.confirm(`Cancel the install of ${siteId} anyway?`))) {
    context.insist('Nothing was changed.');
    return EXIT.interrupted;
  }
  await installs.cancel(siteId);
  const { clock } = context.services;
  const until = clock.now().getTime() + UNREAD_PATIENCE_MS;
  while (clock.now().getTime() < until && !context.io.signal.aborted && (await installs.runs(siteId)))
    await clock.sleep(LOOK_EVERY_MS, context.io.signal);
  const isEnded = !(await installs.runs(siteId));
  if (!isEnded) await installs.terminate(siteId, 'cancelled; its key is lost');
  await context.give(null, () => [
    isEnded
      ? `The install of ${siteId} is cancelled.`
      : `The install of ${siteId} was terminated: no worker could read it, so its running step was not stopped cleanly.`,
    `Its effects on the node are unknown. \`${callOf(context, site, 'diagnose')}\` checks; \`${callOf(context, site, 'start --recover')}\` keeps the data, \`${callOf(context, site, 'start --fresh')}\` does not.`,
  ]);
  return EXIT.done;
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
