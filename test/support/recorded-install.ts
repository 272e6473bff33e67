import { siteFolder } from '../../site-folder/index.ts';
import { installIn, readSiteRecord } from '../../site-folder/record.ts';

/** The workflow id of the site's newest install. Throws if none was ordered. */
export async function recordedInstall(home: string, siteId: string): Promise<string> {
  const workflowId = installIn(await readSiteRecord(siteFolder(home, siteId)));
  if (workflowId === null) throw new Error(`no install of ${siteId} was ordered in ${home}`);
  return workflowId;
}
