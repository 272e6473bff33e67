import type { CommandContext } from '../context.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { usageError, UserError } from '../terminal/failure.ts';
import type { Site } from '../site/site.ts';
import { tokenFileOf } from './beside.ts';
import { feedPage } from './feed.ts';

/**
 * `status --serve`: the status page on this machine's loopback. Ends with Ctrl-C, or with 5 after --timeout.
 */
export async function servePage(context: CommandContext, site: Site, timeoutMs: number | undefined): Promise<number> {
  const { io, services } = context;
  const { siteId, record } = site;
  if (!record) throw usageError(`no site ${siteId} in ${site.home}: name one with --site`);
  const { nodeIp, appUrl } = record;
  const tokenFile = await tokenFileOf(site);
  const page = await services.openPage({ siteId, nodeIp, appUrl, tokenFile });
  const late = timeoutMs === undefined ? [] : [AbortSignal.timeout(timeoutMs)];
  try {
    await context.give({ siteId, url: page.url, tokenFile }, () => [
      `Status page of ${siteId}: ${page.url}`,
      `Its token: ${tokenFile}`,
    ]);
    context.say('Stop it with Ctrl-C.');
    await feedPage(context, site, page, AbortSignal.any([io.signal, ...late]));
  } finally {
    await page.close();
  }
  if (io.signal.aborted) return EXIT.interrupted;
  if (late.some(({ aborted }) => aborted)) return EXIT.timeout;
  throw new UserError(EXIT.defect, 'The status page ended unexpectedly.');
}
