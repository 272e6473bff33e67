import { randomUUID } from 'node:crypto';
import { basename, join, resolve } from 'node:path';
import { DocumentUnreadableError } from '../../site-folder/documents.ts';
import { readSiteRecord, underSiteLock, writeSiteRecord } from '../../site-folder/record.ts';
import { run } from '../../model/advice.ts';
import { anywhere, renderAdvice } from '../../model/render-advice.ts';
import { siteId as siteIdSchema } from '../../model/site.ts';
import type { InstallSpec, SiteRecord } from '../../model/site.ts';
import { SITE_FILES, applianceHome, listSites, privateFolder, siteFolder } from '../../site-folder/index.ts';
import type { PrivateFolder } from '../../site-folder/index.ts';
import { usageError } from '../terminal/failure.ts';
import { clean } from '../terminal/text.ts';
import { textOption } from '../terminal/options.ts';
import type { Options } from '../terminal/options.ts';

export const DEFAULT_SITE = 'appliance-single-node';
export const SIMULATED_SITE = 'simulated';
/** No site can have this name (a site's name starts with a letter or digit), so simulated sites never collide with real ones. */
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

/** `changes`: the command changes the site's appliance or its install, so the site must not be picked by chance. */
export type SiteUse = 'looks' | 'changes';

/** What chooses a site. */
export interface SiteChoice {
  readonly home: string;
  /** `--site` of this call. */
  readonly flag: string | undefined;
  /** ALGA_APPLIANCE_SITE, which the next call will find too. */
  readonly byEnvironment: string | undefined;
}

export function siteChoice(home: string, options: Options, environment: NodeJS.ProcessEnv): SiteChoice {
  return {
    home,
    flag: textOption(options, 'site'),
    byEnvironment: environment['ALGA_APPLIANCE_SITE'] || undefined,
  };
}

/** The folder of all sites, absolute: `--config-dir` or the environment's. Throws a usage error for a control character in it. */
export function homeOf(configDir: string | undefined, environment: NodeJS.ProcessEnv, cwd: string): string {
  const home = resolve(cwd, configDir ?? applianceHome(environment));
  // Paths are written to system files and into commands to copy.
  if (/\p{Cc}/u.test(home))
    throw usageError(`the folder of all sites, "${clean(home)}", contains a control character: choose another one`);
  return home;
}

/** The folder of the simulated sites, inside that of all sites. */
export function simulationHome(home: string): string {
  return join(home, SIMULATION_FOLDER);
}

/** What is known of a site beside its name and its folder. */
type SiteKind = Pick<Site, 'simulated' | 'isImplied'>;

/** Throws a usage error when the site's name or its record is not valid, or its folder was renamed or has lost its record. */
export async function openSite(
  home: string,
  siteId: string,
  { simulated, isImplied }: SiteKind = { simulated: false, isImplied: false },
): Promise<Site> {
  const name = siteIdSchema.safeParse(siteId);
  if (!name.success) throw usageError(`--site "${siteId}": ${name.error.issues[0]?.message ?? 'not a site name'}`);
  const folder = siteFolder(home, siteId);
  const record = await readRecord(folder);
  if (record === null) await insistOnNoRenamedFolder(home, siteId);
  if (record === null) await insistOnNoLostRecord(folder);
  return { siteId, home, folder, simulated, isImplied, record };
}

/** Files of steps that have acted, which needs a record. A check leaves none of them. */
const TRACES = [SITE_FILES.holder, SITE_FILES.handover];

/** A folder of an install without its record is not a new site: an install from it would meet its own appliance. */
async function insistOnNoLostRecord(folder: PrivateFolder): Promise<void> {
  for (const name of TRACES)
    if (await folder.exists(name))
      throw usageError(
        `${folder.path(SITE_FILES.record)} is missing, but ${folder.root} belongs to an install (it has ${name}): restore the file from a ` +
          'copy of the folder. Keep the folder in any case: it contains the keys of the machine',
      );
}

/** A site that does not exist under its name may be in a renamed folder: it is not created a second time. */
async function insistOnNoRenamedFolder(home: string, siteId: string): Promise<void> {
  for (const name of await listSites(home)) {
    const folder = siteFolder(home, name);
    const record = await readSiteRecord(folder).catch(() => null);
    if (record?.siteId === siteId) throw await renamed(folder, siteId);
  }
}

async function renamed({ root }: PrivateFolder, siteId: string): Promise<Error> {
  const own = join(root, '..', siteId);
  if (await privateFolder(own).exists(SITE_FILES.record))
    return usageError(
      `${root} is a copy of site ${siteId}, whose folder is ${own}: a site has one folder. Nothing was changed. Use ` +
        `\`--site ${siteId}\`, and move the copy out of ${join(root, '..')}`,
    );
  return usageError(
    `${root} contains site ${siteId}: the folder was renamed, or copied under another name, but a site's folder must have the site's ` +
      `name. Nothing was changed. If it was renamed, rename it back: ${renderAdvice([run('mv', root, own)], anywhere(null))}`,
  );
}

/**
 * The named site, else the only one, else the default one. A real site comes before a simulated one of the same name and, if nothing
 * is changed, before any. Throws a usage error when several match.
 */
export async function chooseSite(choice: SiteChoice, use: SiteUse = 'looks'): Promise<Site> {
  const { home } = choice;
  const simulation = simulationHome(home);
  const [real, simulated] = await Promise.all([listSites(home), listSites(simulation)]);
  const open = (siteId: string, isSimulated: boolean): Promise<Site> =>
    openSite(isSimulated ? simulation : home, siteId, {
      simulated: isSimulated,
      isImplied: isChosenByItself(choice, siteId, [...real, ...simulated]),
    });
  const named = choice.flag ?? choice.byEnvironment;
  if (named !== undefined) return open(named, !real.includes(named) && simulated.includes(named));
  if (real.length > 1) throw usageError(`several sites found (${real.join(', ')}): choose one with --site`);
  if (real[0] !== undefined) {
    if (use === 'changes' && simulated.length > 0)
      throw usageError(
        `this command changes a site, and there is a real one (${real[0]}) as well as simulated ones (${simulated.join(', ')}): choose one with --site`,
      );
    return open(real[0], false);
  }
  if (simulated.length > 1)
    throw usageError(`several simulated sites found (${simulated.join(', ')}): choose one with --site`);
  if (simulated[0] !== undefined) return open(simulated[0], true);
  return open(DEFAULT_SITE, false);
}

/** The site of an order: the named one, else the only one, else the default name. */
export async function chooseSiteToInstall(choice: SiteChoice, isSimulated: boolean): Promise<Site> {
  const { home } = choice;
  const named = choice.flag ?? choice.byEnvironment;
  const known = await listSites(home);
  if (isSimulated) {
    const siteId = named ?? SIMULATED_SITE;
    if (known.includes(siteId))
      throw usageError(`--simulate: ${siteId} is a real site. Choose another name with --site, or omit --site.`);
    const folder = simulationHome(home);
    const all = [...known, ...(await listSites(folder))];
    return openSite(folder, siteId, { simulated: true, isImplied: isChosenByItself(choice, siteId, all) });
  }
  if (named === undefined && known.length > 1)
    throw usageError(`several sites found (${known.join(', ')}): choose one with --site`);
  const siteId = named ?? known[0] ?? DEFAULT_SITE;
  const all = [...known, ...(await listSites(simulationHome(home)))];
  return openSite(home, siteId, { simulated: false, isImplied: isChosenByItself(choice, siteId, all) });
}

/** Whether a call without a name chooses this site among those that are known. */
function isChosenByItself({ byEnvironment }: SiteChoice, siteId: string, known: readonly string[]): boolean {
  if (byEnvironment !== undefined) return byEnvironment === siteId;
  if (known.length === 0) return siteId === DEFAULT_SITE || siteId === SIMULATED_SITE;
  return known.every((other) => other === siteId);
}

/** A site's record, or null before there is one. Throws a usage error for one that cannot be read here. */
export async function readRecord(folder: PrivateFolder): Promise<SiteRecord | null> {
  const record = await readSiteRecord(folder).catch((error: unknown) => {
    throw error instanceof DocumentUnreadableError ? usageError(error.message, { cause: error }) : error;
  });
  const name = basename(folder.root);
  if (record === null || record.siteId === name) return record;
  throw await renamed(folder, record.siteId);
}

/** Ids of a site and its newest install. */
export interface SiteIds {
  readonly siteUid: string;
  readonly workflowId: string;
}

/**
 * Writes a site's record with the node's address and the application's URL, unless it already has one; says whether it did. So a
 * failure a second later knows its node.
 */
export async function recordFirst(site: Site, spec: InstallSpec, now: Date): Promise<boolean> {
  return underSiteLock(site.folder, async () => {
    if ((await readRecord(site.folder)) !== null) return false;
    await write(site, spec, now, { siteUid: randomUUID() });
    return true;
  });
}

/** Writes the present spec of the install into the record. */
export async function recordSite(site: Site, spec: InstallSpec, now: Date): Promise<void> {
  await underSiteLock(site.folder, () => write(site, spec, now, {}));
}

/** The same for a new order, which is about to start. Call it under the site's lock. */
export async function recordOrder(site: Site, spec: InstallSpec, now: Date, ids: SiteIds): Promise<void> {
  await write(site, spec, now, ids);
}

async function write(site: Site, spec: InstallSpec, now: Date, ids: Partial<SiteIds>): Promise<void> {
  const known = await readRecord(site.folder);
  await writeSiteRecord(site.folder, {
    ...known,
    ...ids,
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
  });
  await site.folder.write(SITE_FILES.nodeIp, `${spec.nodeIp}\n`);
  await site.folder.write(SITE_FILES.appUrl, `${spec.appUrl}\n`);
}
