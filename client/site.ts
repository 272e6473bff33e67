import { join, resolve } from 'node:path';
import { siteId as siteIdSchema, siteRecord } from '../model/site.ts';
import type { InstallSpec, SiteRecord } from '../model/site.ts';
import { SITE_FILES, applianceHome, listSites, siteFolder } from '../site-folder/index.ts';
import type { PrivateFolder } from '../site-folder/index.ts';
import { usageError } from './failure.ts';

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
}

/** What chooses a site. */
export interface SiteChoice {
  readonly home: string;
  /** `--site` or ALGA_APPLIANCE_SITE; undefined when neither is given. */
  readonly named: string | undefined;
}

/** Takes `--config-dir`, the environment and the current folder, gives the folder of all sites as an absolute path. */
export function homeOf(configDir: string | undefined, environment: NodeJS.ProcessEnv, cwd: string): string {
  return resolve(cwd, configDir ?? applianceHome(environment));
}

/** Takes the folder of all sites, gives that of the simulated ones. */
export function simulationHome(home: string): string {
  return join(home, SIMULATION_FOLDER);
}

/** Takes a site's name and where it lies, gives the site. Throws a usage error when its name or its record is not valid. */
export async function openSite(home: string, siteId: string, simulated: boolean): Promise<Site> {
  const name = siteIdSchema.safeParse(siteId);
  if (!name.success) throw usageError(`--site "${siteId}": ${name.error.issues[0]?.message ?? 'not a site name'}`);
  const folder = siteFolder(home, siteId);
  return { siteId, home, folder, simulated, record: await readRecord(folder) };
}

/**
 * Takes what chooses a site, gives it: the named one, else the only one there is, else the default one. A real site comes
 * before a simulated one of the same name. Throws a usage error when several could be meant.
 */
export async function chooseSite({ home, named }: SiteChoice): Promise<Site> {
  const simulation = simulationHome(home);
  const [real, simulated] = await Promise.all([listSites(home), listSites(simulation)]);
  if (named !== undefined) {
    const isSimulated = !real.includes(named) && simulated.includes(named);
    return openSite(isSimulated ? simulation : home, named, isSimulated);
  }
  if (real.length > 1)
    throw usageError(`there are several sites (${real.join(', ')}): name the one you mean with --site`);
  if (real[0] !== undefined) return openSite(home, real[0], false);
  if (simulated.length === 1 && simulated[0] !== undefined) return openSite(simulation, simulated[0], true);
  return openSite(home, DEFAULT_SITE, false);
}

async function readRecord(folder: PrivateFolder): Promise<SiteRecord | null> {
  const text = await folder.read(SITE_FILES.record);
  if (text === null) return null;
  const parsed = siteRecord.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  const fault = parsed.error.issues[0];
  throw usageError(
    `${folder.path(SITE_FILES.record)} cannot be read (${fault?.path.join('.') ?? ''}: ${fault?.message ?? 'not JSON'}). ` +
      'It was changed by hand or written by a newer client: restore it, or use the client that wrote it.',
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Takes a site and the spec that is ordered for it, writes its record with the node's address and the application's URL. */
export async function recordSite(site: Site, spec: InstallSpec, now: Date): Promise<void> {
  const known = await readRecord(site.folder);
  const record: SiteRecord = {
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
  await site.folder.write(SITE_FILES.record, `${JSON.stringify(record, null, 2)}\n`);
  await site.folder.write(SITE_FILES.nodeIp, `${spec.nodeIp}\n`);
  await site.folder.write(SITE_FILES.appUrl, `${spec.appUrl}\n`);
}
