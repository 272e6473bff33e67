import type { CommandContext } from '../context.ts';
import { callOf } from '../site/hints.ts';
import { tellInstall } from '../install/update.ts';
import { defineCommand } from './define.ts';

/** `retry`: a blocked install checks again now. */
export const command = defineCommand({
  flags: [],
  examples: ['retry'],
  run,
});

async function run(context: CommandContext): Promise<number> {
  return tellInstall(context, async (installs, site) => {
    await installs.retry(site.siteId);
    return `The install of ${site.siteId} is checking again. To follow it: \`${callOf(context, site, 'status --watch')}\`.`;
  });
}
