import { listSites } from '../../site-folder/index.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { table } from '../terminal/table.ts';
import { openSite, simulationHome } from '../site/site.ts';
import type { Site } from '../site/site.ts';
import { defineCommand } from './define.ts';

/** `sites`: every site that this machine has a record of. */
export const command = defineCommand({
  flags: [],
  examples: ['sites'],
  run,
});

async function run(context: CommandContext): Promise<number> {
  const found = [...(await sitesIn(context.home, false)), ...(await sitesIn(simulationHome(context.home), true))];
  const document = found.map(({ siteId, record, simulated, folder }) => ({
    siteId,
    nodeIp: record?.nodeIp ?? null,
    appUrl: record?.appUrl ?? null,
    release: record?.spec.release.releaseVersion ?? null,
    ordered: record?.updatedAt ?? null,
    simulated,
    folder: folder.root,
  }));
  await context.give(document, () =>
    document.length === 0
      ? [`No site is known in ${context.home}. \`appliance-client start\` installs one.`]
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
  return EXIT.done;
}

async function sitesIn(home: string, simulated: boolean): Promise<Site[]> {
  return Promise.all((await listSites(home)).map((siteId) => openSite(home, siteId, { simulated, isImplied: false })));
}
