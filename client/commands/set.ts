import { changedSpec } from '../../model/input-change.ts';
import type { InstallSpec } from '../../model/site.ts';
import type { CommandContext } from '../context.ts';
import { usageError } from '../terminal/failure.ts';
import { callOf } from '../site/hints.ts';
import type { InstallClient } from '../install/install-client.ts';
import { recordSite } from '../site/site.ts';
import type { Site } from '../site/site.ts';
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
    const spec = changedSpec(await runningSpec(installs, site), change);
    await installs.setInput(site.siteId, change, spec);
    await recordSite(site, spec, services.clock.now());
    return `The install of ${site.siteId} goes on with the new input. \`${callOf(context, site, 'status --watch')}\` shows it.`;
  });
}

/** The spec that the install goes by now. */
async function runningSpec(installs: InstallClient, site: Site): Promise<InstallSpec> {
  const view = await installs.view(site.siteId);
  if (view?.run !== 'RUNNING') throw usageError(`no install of ${site.siteId} is running: nothing can be changed`);
  const spec = await installs.runningSpec(site.siteId);
  if (spec) return spec;
  throw usageError(`the inputs of the install of ${site.siteId} cannot be read: it was begun by another version`);
}
