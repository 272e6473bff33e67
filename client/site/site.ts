import { join, resolve } from 'node:path';
import { DocumentUnreadableError, readStored, writeStored } from '../../site-folder/documents.ts';
import { SITE_RECORD, siteId as siteIdSchema } from '../../model/site.ts';
import type { InstallSpec, SiteRecord } from '../../model/site.ts';
import { SITE_FILES, applianceHome, listSites, siteFolder } from '../../site-folder/index.ts';
import type { PrivateFolder } from '../../site-folder/index.ts';
import { usageError } from '../terminal/failure.ts';
import { textOption } from '../terminal/options.ts';
import type { Options } from '../terminal/options.ts';

export const DEFAULT_SITE = 'appliance-single-node';
export const SIMULATED_SITE = 'simulated';
/** No site can have this name (a site's name begins with a letter or digit), so simulated sites never meet real ones. */
const SIMULATION_FOLDER = '.simulation';

/** One site as the client found it. */
export interface Site {
  readonly siteId: string;
  /** The folder of all sites that this one belongs to. */
  readonly home: string;
  readonly folder: PrivateFolder;
  /** Null before the first install was ordered. */
  readonly record: SiteRecord | null;
  readonly simulated: boolean;
  /** A call that names no site means this one, as soon as it is recorded. */
  readonly isImplied: boolean;
}

/** What chooses a site. */
export interface SiteChoice {
  readonly home: string;
  /** `--site` of this call. */
  readonly flag: string | undefined;
  /** ALGA_APPLIANCE_SITE, which the next call will find too. */
  readonly byEnvironment: string | undefined;
}

/** Takes a home, flags and the environment, gives what chooses a site. */
export function siteChoice(home: string, options: Options, environment: NodeJS.ProcessEnv): SiteChoice {
  return {
    home,
    flag: textOption(options, 'site'),
    byEnvironment: environment['ALGA_APPLIANCE_SITE'] || undefined,
  };
}

/** Takes `--config-dir`, the environment and the current folder, gives the folder of all sites as an absolute path. */
export function homeOf(configDir: string | undefined, environment: NodeJS.ProcessEnv, cwd: string): string {
  return resolve(cwd, configDir ?? applianceHome(environment));
}

/** Takes the folder of all sites, gives that of the simulated ones. */
export function simulationHome(home: string): string {
  return join(home, SIMULATION_FOLDER);
}

/** What is known of a site beside its name and its folder. */
type SiteKind = Pick<Site, 'simulated' | 'isImplied'>;

/** Takes a site's name and where it lies, gives the site. Throws a usage error when its name or its record is not valid. */
export async function openSite(
  home: string,
  siteId: string,
  { simulated, isImplied }: SiteKind = { simulated: false, isImplied: false },
): Promise<Site> {
  const name = siteIdSchema.safeParse(siteId);
  if (!name.success) throw usageError(`--site "${siteId}": ${name.error.issues[0]?.message ?? 'not a site name'}`);
  const folder = siteFolder(home, siteId);
  return {
    siteId,
    home,
    folder,
    simulated,
    isImplied,
    record: await readRecord(folder),
  };
}

/**
 * Takes what chooses a site, gives it: the named one, else the only one there is, else the default one. A real site comes
 * before a simulated one of the same name. Throws a usage error when several could be meant.
 */
export async function chooseSite(choice: SiteChoice): Promise<Site> {
  const { home } = choice;
  const simulation = simulationHome(home);
  const [real, simulated] = await Promise.all([listSites(home), listSites(simulation)]);
  const open = (siteId: string, isSimulated: boolean): Promise<Site> =>
    openSite(isSimulated ? simulation : home, siteId, {
      simulated: isSimulated,
      isImplied: isChosenByItself(choice, siteId, isSimulated ? [...real, ...simulated] : real),
    });
  const named = choice.flag ?? choice.byEnvironment;
  if (named !== undefined) return open(named, !real.includes(named) && simulated.includes(named));
  if (real.length > 1)
    throw usageError(`there are several sites (${real.join(', ')}): name the one you mean with --site`);
  if (real[0] !== undefined) return open(real[0], false);
  if (simulated.length > 1)
    throw usageError(`there are several simulated sites (${simulated.join(', ')}): name the one you mean with --site`);
  if (simulated[0] !== undefined) return open(simulated[0], true);
  return open(DEFAULT_SITE, false);
}

/** The site that an order is for: the named one, else the only one there is, else the default name. */
export async function chooseSiteToInstall(choice: SiteChoice, isSimulated: boolean): Promise<Site> {
  const { home } = choice;
  const named = choice.flag ?? choice.byEnvironment;
  const known = await listSites(home);
  if (isSimulated) {
    const siteId = named ?? SIMULATED_SITE;
    if (known.includes(siteId))
      throw usageError(`--simulate: ${siteId} is a real site. Name another one with --site, or leave --site out.`);
    const folder = simulationHome(home);
    const all = [...known, ...(await listSites(folder))];
    return openSite(folder, siteId, { simulated: true, isImplied: isChosenByItself(choice, siteId, all) });
  }
  if (named === undefined && known.length > 1)
    throw usageError(`there are several sites (${known.join(', ')}): name the one you mean with --site`);
  const siteId = named ?? known[0] ?? DEFAULT_SITE;
  return openSite(home, siteId, { simulated: false, isImplied: isChosenByItself(choice, siteId, known) });
}

/** Takes the sites that a call without a name chooses among, gives whether it will choose this one. */
function isChosenByItself({ byEnvironment }: SiteChoice, siteId: string, known: readonly string[]): boolean {
  if (byEnvironment !== undefined) return byEnvironment === siteId;
  if (known.length === 0) return siteId === DEFAULT_SITE || siteId === SIMULATED_SITE;
  return known.every((other) => other === siteId);
}

async function readRecord(folder: PrivateFolder): Promise<SiteRecord | null> {
  try {
    return await readStored(folder, SITE_FILES.record, SITE_RECORD);
  } catch (error) {
    throw error instanceof DocumentUnreadableError ? usageError(error.message, { cause: error }) : error;
  }
}

/** Takes a site and the spec that is ordered for it, writes its record with the node's address and the application's URL. */
export async function recordSite(site: Site, spec: InstallSpec, now: Date): Promise<void> {
  const known = await readRecord(site.folder);
  const record: SiteRecord = {
    ...known,
    apiVersion: 'appliance.alga-psa/v1',
    kind: 'Site',
    siteId: site.siteId,
    nodeIp: spec.nodeIp,
    appUrl: spec.appUrl,
    hostname: spec.hostname,
    createdAt: known?.createdAt ?? now.toISOString(),
    updatedAt: now.toISOString(),
    spec,
    cluster: known?.cluster ?? null,
  };
  await writeStored(site.folder, SITE_FILES.record, SITE_RECORD, record);
  await site.folder.write(SITE_FILES.nodeIp, `${spec.nodeIp}\n`);
  await site.folder.write(SITE_FILES.appUrl, `${spec.appUrl}\n`);
}
