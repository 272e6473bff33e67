import { SITE_FILES } from '../../site-folder/index.ts';
import type { CommandContext } from '../context.ts';
import { usageError } from '../terminal/failure.ts';
import { callOf } from '../site/hints.ts';
import type { InstallClient } from '../install/install-client.ts';
import { recordSite } from '../site/site.ts';
import type { Site } from '../site/site.ts';
import { gatherChange } from '../inputs/change.ts';
import { orderedSite, tellInstall } from '../install/update.ts';
import { administratorChange, changeAdministrator } from '../inputs/administrator.ts';
import type { AdministratorChange } from '../inputs/administrator.ts';
import { CHANGEABLE_FLAGS, NAMED_ADMINISTRATOR } from '../inputs/flags.ts';
import { givenValues } from '../inputs/values.ts';
import { CHANGEABLE } from '../../model/inputs.ts';
import { defineCommand } from './define.ts';

/** `set`: other inputs for a running install; what depends on them runs again. */
export const command = defineCommand({
  flags: [...CHANGEABLE_FLAGS, ...NAMED_ADMINISTRATOR],
  examples: ['set --dns-servers 9.9.9.9,1.1.1.1', 'set --workflow-worker-tag 61e4a00f'],
  run,
});

async function run(context: CommandContext): Promise<number> {
  const { io, options, services } = context;
  const checkout = () => services.checkout(io.cwd, io.signal);
  const administrator = administratorChange(options, 'set');
  if (administrator) await needOneToMake(context);
  const isAll = administrator !== null && givenValues(CHANGEABLE, options, {}).size === 0;
  const change = isAll ? null : await gatherChange({ options, cwd: io.cwd, checkout });
  return tellInstall(context, async (installs, site) => {
    if (administrator) await setAdministrator(context, installs, site, administrator);
    if (!change) return `The install of ${site.siteId} makes the first administrator as changed.`;
    await recordSite(site, await installs.setInput(site.siteId, change), services.clock.now());
    return `The install of ${site.siteId} goes on with the new input. \`${callOf(context, site, 'status --watch')}\` shows it.`;
  });
}

/** The file of the first administrator goes when the database has it: then an install that runs, or is over, has none to make. */
async function needOneToMake(context: CommandContext): Promise<void> {
  const site = await orderedSite(context);
  if (await site.folder.exists(SITE_FILES.initialTenant)) return;
  throw tooLate(context, site, `the install of ${site.siteId} has no administrator to make: its database has its own`);
}

function tooLate(context: CommandContext, site: Site, why: string): Error {
  return usageError(
    `${why}; nothing was changed. \`${callOf(context, site, 'admin show')}\` says who administers the appliance, ` +
      `\`${callOf(context, site, 'admin reset-password')}\` gives a new password; names and addresses are changed in Alga PSA itself`,
  );
}

/** Until its values are in the cluster the administrator is a file of this machine; from then on it is the appliance's own. */
async function setAdministrator(
  context: CommandContext,
  installs: InstallClient,
  site: Site,
  change: AdministratorChange,
): Promise<void> {
  const isInTime = (await isBeforeIdentity(installs, site)) && (await changeAdministrator(site, change));
  if (!isInTime) throw tooLate(context, site, `the first administrator of ${site.siteId} is in the cluster already`);
  // The step that takes them to the cluster may have begun meanwhile.
  if (!(await isBeforeIdentity(installs, site)))
    context.insist(
      `This may have come too late: \`${callOf(context, site, 'admin show')}\` says who it is, once people can log in.`,
    );
}

async function isBeforeIdentity(installs: InstallClient, site: Site): Promise<boolean> {
  const phases = (await installs.view(site.siteId))?.progress?.phases ?? [];
  return (phases.find(({ id }) => id === 'identity')?.state ?? 'pending') === 'pending';
}
