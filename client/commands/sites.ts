import { listSites } from '../../site-folder/index.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { explain } from '../terminal/failure.ts';
import type { Explanation } from '../terminal/failure.ts';
import { table } from '../terminal/table.ts';
import { callOf } from '../site/hints.ts';
import { openSite, simulationHome } from '../site/site.ts';
import type { Site } from '../site/site.ts';
import { defineCommand } from './define.ts';

/** `sites`: every site that this machine has a record of. */
export const command = defineCommand({
  flags: [],
  examples: ['sites'],
  run,
});

type Found = { readonly site: Site } | { readonly problem: Explanation };

async function run(context: CommandContext): Promise<number> {
  const found = [...(await sitesIn(context.home, false)), ...(await sitesIn(simulationHome(context.home), true))];
  const sites = found.flatMap((one) => ('site' in one ? [one.site] : []));
  const broken = found.flatMap((one) => ('problem' in one ? [one.problem] : []));
  const document = sites.map(({ siteId, record, simulated, folder }) => ({
    siteId,
    nodeIp: record?.nodeIp ?? null,
    appUrl: record?.appUrl ?? null,
    release: record?.spec.release.releaseVersion ?? null,
    ordered: record?.updatedAt ?? null,
    simulated,
    folder: folder.root,
  }));
  await context.give(document, () =>
    found.length === 0
      ? [`No sites in ${context.home}. Install one: \`${callOf(context, null, 'start')}\`.`]
      : table(
          context.style,
          ['SITE', 'NODE', 'RELEASE', 'ORDERED', 'APPLICATION'],
          document.map((site) => [
            { text: site.simulated ? `${site.siteId} (simulated)` : site.siteId },
            { text: site.nodeIp ?? '' },
            { text: site.release ?? '' },
            { text: site.ordered ?? '' },
            { text: site.appUrl ?? '' },
          ]),
        ),
  );
  for (const { message } of broken) context.insist(`Skipped a site: ${message}`);
  return broken[0]?.exit ?? EXIT.done;
}

/** A site whose record cannot be read hides no other. */
async function sitesIn(home: string, simulated: boolean): Promise<Found[]> {
  return Promise.all(
    (await listSites(home)).map(async (siteId) => {
      try {
        return { site: await openSite(home, siteId, { simulated, isImplied: false }) };
      } catch (error) {
        const problem = explain(error);
        if (problem.defect) throw error;
        return { problem };
      }
    }),
  );
}
