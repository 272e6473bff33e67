import { detailsOf } from '../../kubernetes/rows.ts';
import type { Details } from '../../model/page.ts';
import type { StatusDocument } from '../../model/status.ts';
import type { CommandContext } from '../context.ts';
import type { InstallView } from '../install/view.ts';
import { createObserver, documentOf } from '../status/observe.ts';
import { openSite } from '../site/site.ts';
import type { Site } from '../site/site.ts';
import type { LocalPage } from './local-page.ts';

const LOOK_EVERY_MS = 1_000;

/**
 * Shows a site on a page until the signal is aborted or the page has ended: the progress of its install, together with its cluster
 * as soon as there is one.
 */
export async function feedPage(
  context: CommandContext,
  found: Site,
  page: LocalPage,
  signal: AbortSignal,
): Promise<void> {
  const ended = new AbortController();
  void endWith(page, ended);
  const until = AbortSignal.any([signal, ended.signal]);
  // Read again: the record was written after the command had found the site.
  const site = await openSite(found.home, found.siteId, found);
  const observer = createObserver(context, site, 'watch');
  let before: StatusDocument | null = null;
  let known: InstallView | null = null;
  let details: Details | null = null;
  page.answerLogs(observer.podLog);
  const show = async (): Promise<void> => {
    const look = await observer.look();
    // A server that does not answer for a moment has not forgotten the install; its progress carries its own age.
    known = look.installError === null ? look.install : known;
    before = await documentOf(context, site, { ...look, install: known }, before);
    const { kubernetes } = look.snapshot;
    // Of a cluster that is silent for a moment the last state is shown; the document has its age.
    if (kubernetes && kubernetes.error === null) details = detailsOf(kubernetes.items);
    page.show(before, details);
  };
  try {
    while (!until.aborted) {
      await show();
      await context.services.clock.sleep(LOOK_EVERY_MS, until);
    }
    // The page's last state is how it ended; Ctrl-C does not wait for that.
    if (!ended.signal.aborted && !context.io.signal.aborted) await show();
  } catch (error) {
    if (!until.aborted && !context.io.signal.aborted) throw error;
  } finally {
    await observer.close();
  }
}

async function endWith(page: LocalPage, controller: AbortController): Promise<void> {
  await page.ended;
  controller.abort();
}
