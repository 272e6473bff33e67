import type { CommandContext } from '../context.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { UserError } from '../terminal/failure.ts';
import type { InstallView } from '../install/view.ts';
import type { Session } from '../install/session.ts';
import type { Site } from '../site/site.ts';
import { endOf } from './follow.ts';
import type { FollowOptions } from './follow.ts';

/**
 * Before an install that was parked is followed: where following would end at the blocker, has the install look again first,
 * because what it was parked on may be gone since. A parked install answers once its new look has begun.
 */
export async function lookAfresh(
  context: CommandContext,
  site: Site,
  session: Session,
  options: FollowOptions,
): Promise<void> {
  const view: InstallView | null = await session.installs.view(site.siteId);
  if (view?.progress?.state !== 'parked' || view.failing || endOf(view, options) === null) return;
  context.say('It was blocked when it was last seen: it looks again first.');
  try {
    await session.installs.retry(site.siteId);
  } catch (error) {
    // Refused: it went on by itself meanwhile. Following shows what it is at.
    if (!(error instanceof UserError && error.exit === EXIT.usage)) throw error;
  }
}
