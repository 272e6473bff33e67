import { readdir } from 'node:fs/promises';
import { siteFolder } from '../../site-folder/index.ts';
import type { CommandContext } from '../context.ts';
import { DEFAULT_SITE, siteChoice } from '../site/site.ts';
import type { Site } from '../site/site.ts';
import { UserError, explain, usageError } from '../terminal/failure.ts';

/** The site of a bundle; `fault` says why its record cannot be used, where it cannot. */
export interface SiteOfBundle {
  readonly site: Site;
  readonly fault: string | null;
}

/**
 * The site that is meant, also where its record is lost, cut or of a newer client: what can still be read of it is wanted then.
 * Throws a usage error for a site that is not there at all, or where several could be meant.
 */
export async function siteOfBundle(context: CommandContext): Promise<SiteOfBundle> {
  const { flag, byEnvironment } = siteChoice(context.home, context.options, context.io.env);
  const named = flag ?? byEnvironment;
  try {
    const site = await context.site();
    if (named !== undefined && site.record === null && !(await folders(context.home)).includes(named))
      throw usageError(
        `there is no site ${named} in ${context.home}. \`appliance-client sites\` lists those that are there`,
      );
    return { site, fault: null };
  } catch (error) {
    const siteId = named ?? (await only(context.home)) ?? DEFAULT_SITE;
    if (!(error instanceof UserError) && !isOfFiles(error)) throw error;
    if (!(await folders(context.home)).includes(siteId)) throw error;
    const site: Site = {
      siteId,
      home: context.home,
      folder: siteFolder(context.home, siteId),
      record: null,
      simulated: false,
      isImplied: named === undefined,
    };
    context.about(site);
    return { site, fault: explain(error).message };
  }
}

const isOfFiles = (error: unknown): boolean => error instanceof Error && 'code' in error;

async function folders(home: string): Promise<string[]> {
  const entries = await readdir(home, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory() && /^[a-z0-9]/i.test(entry.name)).map(({ name }) => name);
}

async function only(home: string): Promise<string | null> {
  const found = await folders(home);
  return found.length === 1 ? (found[0] ?? null) : null;
}
