import type { CommandContext } from '../context.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { UserError } from '../terminal/failure.ts';
import type { InstallView } from '../install/view.ts';
import type { Session } from '../install/session.ts';
import type { Site } from '../site/site.ts';
import { endOf } from './follow.ts';
import type { FollowOptions } from './follow.ts';

/**
 * Before a parked install is followed: if following would end at the blocker, has the install check again first, because the
 * blocker may be resolved by now. A parked install answers once its new check has started.
 */
export async function lookAfresh(
  context: CommandContext,
  site: Site,
  session: Session,
  options: FollowOptions,
): Promise<void> {
  const view: InstallView | null = await session.installs.view(site.siteId);
  if (view?.progress?.state !== 'parked' || view.failing || endOf(view, options) === null) return;
  context.say('The install was blocked when it was last checked: checking again first.');
  try {
    await session.installs.retry(site.siteId);
  } catch (error) {
    // Refused: it has continued by itself meanwhile. Following shows its state.
    if (!(error instanceof UserError && error.exit === EXIT.usage)) throw error;
  }
}
