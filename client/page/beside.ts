import { randomBytes } from 'node:crypto';
import { SITE_FILES } from '../../site-folder/index.ts';
import type { CommandContext } from '../context.ts';
import { explain } from '../terminal/failure.ts';
import { callOf } from '../site/hints.ts';
import type { Site } from '../site/site.ts';
import { feedPage } from './feed.ts';
import type { LocalPage, LocalPageOptions } from './local-page.ts';

/** As many as the install generates: 256 bits. */
const TOKEN_BYTES = 32;

/** A page beside a command that does something else: if it fails, the command continues. */
export interface PageBeside {
  /** Starts to show the site; before, the page says that nothing is known yet. */
  feed(): void;
}

/** What a page shows of a site before anything is known of the appliance. */
export type PageFacts = Pick<LocalPageOptions, 'nodeIp' | 'appUrl'>;

/**
 * The file with the token of a site's status page, here and on the node. It is created if there is none yet: the install uses the one
 * that it finds.
 */
export async function tokenFileOf({ folder }: Site): Promise<string> {
  await folder.createOnce(SITE_FILES.statusToken, `${randomBytes(TOKEN_BYTES).toString('base64url')}\n`);
  return folder.path(SITE_FILES.statusToken);
}

/**
 * Opens the page of a site on this machine, prints its address and token, and closes it after `use` in any case; a failure to open is
 * reported. Without facts none is opened: the command will not stay.
 */
export async function withPageBeside<Value>(
  context: CommandContext,
  site: Site,
  facts: PageFacts | null,
  use: (page: PageBeside) => Promise<Value>,
): Promise<Value> {
  const tokenFile = await tokenFileOf(site);
  const page = facts && (await openOrSay(context, site, facts, tokenFile));
  sayToken(context, site, tokenFile, (await site.folder.read(SITE_FILES.statusToken))?.trim() ?? '');
  const stop = new AbortController();
  const feeding: Promise<void>[] = [];
  try {
    return await use({
      feed: () => {
        if (page) feeding.push(keepFeeding(context, site, page, stop.signal));
      },
    });
  } finally {
    stop.abort();
    await Promise.all(feeding);
    await page?.close();
  }
}

/** The token itself is shown only on a terminal: a pipe, a log and a document get the name of its file. */
function sayToken(context: CommandContext, site: Site, tokenFile: string, token: string): void {
  const { io, format } = context;
  const file = shortPath(tokenFile, io.env['HOME']);
  const again = `\`${callOf(context, site, 'token show')}\``;
  const isShown = io.stdoutIsTty && io.stderrIsTty && format === 'table' && token !== '';
  context.say(
    isShown
      ? `Token of the status page: ${token} (kept in ${file}; ${again} shows it again)`
      : `Token of the status page: ${file} (${again})`,
  );
}

/** A path as people write it: their own folder is `~`. */
function shortPath(path: string, home: string | undefined): string {
  return home && path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}

async function openOrSay(
  context: CommandContext,
  { siteId }: Site,
  { nodeIp, appUrl }: PageFacts,
  tokenFile: string,
): Promise<LocalPage | null> {
  try {
    const page = await context.services.openPage({ siteId, nodeIp, appUrl, tokenFile });
    context.say(`Status page on this machine: ${page.url}`);
    return page;
  } catch (error) {
    context.say(`Cannot open the status page on this machine: ${explain(error).message}`);
    return null;
  }
}

async function keepFeeding(context: CommandContext, site: Site, page: LocalPage, signal: AbortSignal): Promise<void> {
  try {
    await feedPage(context, site, page, signal);
  } catch (error) {
    context.say(`The status page on this machine is no longer updated: ${explain(error).message}`);
  }
}
