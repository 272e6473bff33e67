import type { CommandContext } from '../context.ts';
import { callOf } from '../site/hints.ts';
import { recordSite } from '../site/site.ts';
import { gatherChange } from '../inputs/change.ts';
import { tellInstall } from '../install/update.ts';
import { CHANGEABLE_FLAGS } from '../inputs/flags.ts';
import { defineCommand } from './define.ts';

/** `set`: other inputs for a running install; what depends on them runs again. */
export const command = defineCommand({
  flags: CHANGEABLE_FLAGS,
  examples: ['set --dns-servers 9.9.9.9,1.1.1.1', 'set --workflow-worker-tag 61e4a00f'],
  run,
});

async function run(context: CommandContext): Promise<number> {
  const { io, options, services } = context;
  const checkout = () => services.checkout(io.cwd, io.signal);
  const change = await gatherChange({ options, cwd: io.cwd, checkout });
  return tellInstall(context, async (installs, site) => {
    await recordSite(site, await installs.setInput(site.siteId, change), services.clock.now());
    return `The install of ${site.siteId} goes on with the new input. \`${callOf(context, site, 'status --watch')}\` shows it.`;
  });
}
