import type { CommandContext } from '../context.ts';
import { usageError } from '../terminal/failure.ts';
import { callOf } from '../site/hints.ts';
import type { InstallClient } from '../install/install-client.ts';
import { recordSite } from '../site/site.ts';
import type { Site } from '../site/site.ts';
import { gatherChange } from '../inputs/change.ts';
import { orderedSite, tellInstall } from '../install/update.ts';
import { administratorChange, changeAdministrator, hasAdministratorToMake } from '../inputs/administrator.ts';
import type { AdministratorChange } from '../inputs/administrator.ts';
import { CHANGEABLE_FLAGS, NAMED_ADMINISTRATOR } from '../inputs/flags.ts';
import { givenValues } from '../inputs/values.ts';
import { CHANGEABLE } from '../../model/inputs.ts';
import type { InputChange } from '../../model/site.ts';
import { defineCommand } from './define.ts';

/** `set`: changes inputs of a running install; steps that depend on them run again. */
export const command = defineCommand({
  flags: [...CHANGEABLE_FLAGS, ...NAMED_ADMINISTRATOR],
  examples: ['set --dns-servers 9.9.9.9,1.1.1.1', 'set --workflow-worker-tag a2cbb43'],
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
    if (administrator) await needBeInTime(context, installs, site);
    // The install may refuse the inputs; the administrator is a file of this machine, which was just found to be there.
    if (change) await setInputs(context, installs, site, change);
    if (administrator) await setAdministrator(context, installs, site, { administrator, isAll });
    if (isAll) return `The install of ${site.siteId} will create the first administrator as changed.`;
    const isPaused = (await installs.view(site.siteId))?.progress?.state === 'paused';
    return isPaused
      ? `Changed the inputs of ${site.siteId}. The install is paused. To continue: \`${callOf(context, site, 'resume')}\`.`
      : `Changed the inputs of ${site.siteId}; the install continues with them. To follow it: \`${callOf(context, site, 'status --watch')}\`.`;
  });
}

/** Of two changes at once the later answer need not have the later inputs: the record follows the install's present inputs. */
async function setInputs(
  context: CommandContext,
  installs: InstallClient,
  site: Site,
  change: InputChange,
): Promise<void> {
  const changed = await installs.setInput(site.siteId, change);
  await recordSite(site, (await installs.runningSpec(site.siteId)) ?? changed, context.services.clock.now());
}

/** The file of the first administrator is removed once the database has it: then no install has one left to create. */
async function needOneToMake(context: CommandContext): Promise<void> {
  const site = await orderedSite(context);
  if (await hasAdministratorToMake(site)) return;
  const why = `the install of ${site.siteId} has no first administrator to create`;
  if (site.record?.spec.mode === 'recover')
    throw tooLate(context, site, `${why}: it keeps the administrators in its database`);
  throw tooLate(
    context,
    site,
    `${why}: either its database already has one, or none was given yet; \`${callOf(context, site, 'start --fresh')}\` ` +
      'takes the same flags',
  );
}

function tooLate(context: CommandContext, site: Site, why: string): Error {
  return usageError(
    `${why}; nothing was changed. \`${callOf(context, site, 'admin show')}\` shows the administrators, ` +
      `\`${callOf(context, site, 'admin reset-password')}\` sets a new password; change names and addresses in Alga PSA`,
  );
}

/** Until its values are in the cluster the administrator is a file of this machine; from then on it is the appliance's own. */
async function needBeInTime(context: CommandContext, installs: InstallClient, site: Site): Promise<void> {
  if ((await isBeforeIdentity(installs, site)) && (await hasAdministratorToMake(site))) return;
  throw tooLate(context, site, `the first administrator of ${site.siteId} is already in the cluster`);
}

async function setAdministrator(
  context: CommandContext,
  installs: InstallClient,
  site: Site,
  { administrator, isAll }: { readonly administrator: AdministratorChange; readonly isAll: boolean },
): Promise<void> {
  const isKept = await changeAdministrator(site, administrator);
  // The step that takes them to the cluster may have begun meanwhile.
  if (isKept && (await isBeforeIdentity(installs, site))) return;
  context.insist(
    `${isAll ? 'This' : 'The change of the first administrator'} may be too late: ` +
      `\`${callOf(context, site, 'admin show')}\` shows who it is, once people can log in.`,
  );
}

async function isBeforeIdentity(installs: InstallClient, site: Site): Promise<boolean> {
  const phases = (await installs.view(site.siteId))?.progress?.phases ?? [];
  return (phases.find(({ id }) => id === 'identity')?.state ?? 'pending') === 'pending';
}
