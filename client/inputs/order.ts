import { existsSync } from 'node:fs';
import { firstTenantFault } from '../../model/first-tenant.ts';
import type { ReleaseCatalogue } from '../../model/releases.ts';
import type { InstallSpec } from '../../model/site.ts';
import { tagFlag } from '../../model/vendor-images.ts';
import { SITE_FILES, whyUnwritable } from '../../site-folder/index.ts';
import type { CommandContext } from '../context.ts';
import { switchOption } from '../terminal/options.ts';
import { knownReleases } from './releases.ts';
import { simulationOf } from '../site/simulation.ts';
import { chooseSiteToInstall, siteChoice } from '../site/site.ts';
import type { Site } from '../site/site.ts';
import { givenAdministrator, wholeAdministrator } from './administrator.ts';
import type { Administrator } from './administrator.ts';
import { askAuthKey, givenAuthKey } from './auth-key.ts';
import type { Checkout } from './checkout.ts';
import { faultsError } from './faults.ts';
import type { Fault } from './faults.ts';
import { gatherSpec } from './gather.ts';
import { givenLicence, licenceFaults } from './licence.ts';
import type { Simulate } from '../../worker/index.ts';

/** An install as a person ordered it, before anything of it was written or started. */
export interface Order {
  readonly site: Site;
  readonly spec: InstallSpec;
  /** Null when none was given. */
  readonly authKey: string | null;
  readonly administrator: AdministratorOrder;
  /** The licence's token; null when none was given. */
  readonly licence: string | null;
  readonly simulate: Simulate;
  readonly notes: readonly string[];
}

/** The first administrator of an order. A running install has its own, so no one is asked before that is known. */
export interface AdministratorOrder {
  /** Whether a flag of this call says anything about it. */
  readonly isNamed: boolean;
  /** Whether nothing is missing. */
  readonly isWhole: boolean;
  /**
   * Asks for what is missing; null where the administrators of a database are kept, or nothing is written. Throws one usage error
   * with all that is missing if there is no terminal to ask on.
   */
  readonly make: () => Promise<Administrator | null>;
}

export interface OrderOptions {
  /** The command whose help explains the flags. */
  readonly command: string;
  /** The mode when neither --fresh nor --recover is given and there is no terminal to ask on; null where it must be given. */
  readonly modeOtherwise: InstallSpec['mode'] | null;
  /** Whether secrets are written, and a person is asked for them. */
  readonly writes: boolean;
}

/** Assembles an order from flags, environment, site file and prompts. Throws one usage error with all faults. */
export async function takeOrder(
  context: CommandContext,
  { command, modeOtherwise, writes }: OrderOptions,
): Promise<Order> {
  const { io, services, options } = context;
  const simulate = simulationOf(options);
  const site = await chooseSiteToInstall(siteChoice(context.home, options, io.env), simulate !== null);
  context.about(site);
  const prompter = simulate ? null : await context.prompter();
  const mode = await modeOf(context, prompter, site, modeOtherwise);
  const auth = await givenAuthKey(io, options);
  const licence = await givenLicence(io, options);
  const named = await givenAdministrator({ io, options, site, mode: mode.mode });
  // An install of a site that was ordered before may be running: joining it needs no answers.
  const isNew = site.record === null;
  const missing = writes && prompter === null ? named.missing : [];
  const catalogue = await knownReleases(io.env, context.home);
  const { spec, notes } = await gatherSpec({
    site,
    mode: mode.mode,
    options,
    environment: io.env,
    cwd: io.cwd,
    catalogue,
    checkout: (): Promise<Checkout | null> => services.checkout(io.cwd, io.signal),
    prompter,
    takeDefaults: context.yes,
    faults: [
      ...mode.faults,
      ...auth.faults,
      ...named.faults,
      ...licence.faults,
      ...(isNew ? missing : []),
      ...(await folderFaults(site)),
    ],
    command,
  });
  const unwanted = [...tenantFaults(spec, catalogue), ...licenceFaults(licence, spec)];
  if (unwanted.length > 0) throw faultsError(unwanted, command);
  const asks = prompter && writes && auth.key === null && !context.yes;
  const asked = asks ? await askAuthKey(site, prompter) : null;
  const make = async (): Promise<Administrator | null> => {
    if (missing.length > 0) throw faultsError(missing, command);
    return writes ? wholeAdministrator(named, site, prompter, context.yes) : null;
  };
  const made = isNew ? await make() : null;
  const administrator: AdministratorOrder = {
    isNamed: named.isNamed,
    isWhole: named.isWanted && named.missing.length === 0,
    make: isNew ? async () => made : make,
  };
  return { site, spec, authKey: auth.key ?? asked, administrator, licence: licence.token, simulate, notes };
}

type Prompter = Awaited<ReturnType<CommandContext['prompter']>>;

async function modeOf(
  { options }: CommandContext,
  prompter: Prompter,
  site: Site,
  otherwise: InstallSpec['mode'] | null,
): Promise<{ mode: InstallSpec['mode'] | null; faults: Fault[] }> {
  const fresh = switchOption(options, 'fresh');
  const recover = switchOption(options, 'recover');
  if (fresh && recover)
    return {
      mode: 'recover',
      faults: [{ flag: '--fresh', text: 'and --recover cannot be combined: give one of them' }],
    };
  if (fresh || recover) return { mode: fresh ? 'fresh' : 'recover', faults: [] };
  if (site.simulated) return { mode: 'fresh', faults: [] };
  if (otherwise || !prompter) return { mode: otherwise, faults: [] };
  const mode = await prompter.choose(
    'Install from scratch, or recover the existing appliance?',
    [
      { value: 'fresh', label: 'fresh', hint: 'a new appliance; existing application data is wiped' },
      { value: 'recover', label: 'recover', hint: 'keeps all data and credentials' },
    ],
    site.record ? 'recover' : 'fresh',
  );
  return { mode, faults: [] };
}

/** An existing database has its tenant: only a fresh one needs an image that can create it. */
function tenantFaults(spec: InstallSpec, { releases }: ReleaseCatalogue): Fault[] {
  const fault = spec.mode === 'fresh' ? firstTenantFault(spec) : null;
  if (fault === null) return [];
  const able = releases.filter((release) => firstTenantFault({ release, imageTags: {} }) === null);
  const names = able.map(({ releaseVersion }) => releaseVersion).join(', ');
  const flag = spec.imageTags.algaCore === undefined ? '--release-version' : `--${tagFlag('algaCore')}`;
  return [
    { flag, text: `${fault}. Releases that can: ${names || 'none known'}; --recover keeps an existing database` },
  ];
}

async function folderFaults(site: Site): Promise<Fault[]> {
  const why = await whyUnwritable(site.folder.root);
  return why === null ? [] : [{ flag: '--config-dir', text: why }];
}

/** True when a fresh install of this site could meet an appliance that this folder's credentials open. */
export function couldWipe(site: Site, spec: InstallSpec): boolean {
  if (spec.mode !== 'fresh') return false;
  return (
    (site.record?.cluster ?? null) !== null ||
    spec.existingCluster.kubeconfig !== null ||
    existsSync(site.folder.path(SITE_FILES.kubeconfig))
  );
}
