import type { CommandContext } from '../context.ts';
import { callOf } from '../site/hints.ts';
import { tellInstall } from '../install/update.ts';
import { defineCommand } from './define.ts';

/** `pause`: a running install stops before its next step. */
export const command = defineCommand({
  flags: [],
  examples: ['pause'],
  run,
});

async function run(context: CommandContext): Promise<number> {
  return tellInstall(context, async (installs, site) => {
    await installs.pause(site.siteId);
    return `The install of ${site.siteId} is paused. To continue: \`${callOf(context, site, 'resume')}\`.`;
  });
}
