import type { CommandContext } from '../context.ts';
import { callOf } from '../hints.ts';
import { tellInstall } from '../tell.ts';

/** `pause`: a running install stops before its next step. */
export async function run(context: CommandContext): Promise<number> {
  return tellInstall(context, async (installs, site) => {
    await installs.pause(site.siteId);
    return `The install of ${site.siteId} is paused. \`${callOf(context, site, 'resume')}\` goes on.`;
  });
}
