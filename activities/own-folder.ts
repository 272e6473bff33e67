import { PREFLIGHT_WORKFLOW, installWorkflowId } from '../model/workflow-contract.ts';
import type { PhaseInput } from '../model/workflow-contract.ts';
import type { SiteRecord } from '../model/site.ts';
import type { PrivateFolder } from '../site-folder/index.ts';
import { installIn, readSiteRecord } from '../site-folder/record.ts';
import type { Ports } from './ports/index.ts';
import { stop } from './stop.ts';
import { SITE_FOLDER, advise, client } from '../model/advice.ts';

/**
 * Throws Blocked unless the folder that this worker has for the site's name is that of the very site that the step is about:
 * without it keys would be made beside those of the site, or another site's node be taken for this one's. Nothing of a step is
 * done before.
 */
export async function insistOnOwnFolder(
  ports: Ports,
  input: PhaseInput,
  workflowType: string | undefined,
): Promise<void> {
  const about = 'inputs' in input ? input.inputs : input.spec;
  const siteUid = 'inputs' in input ? input.inputs.siteUid : undefined;
  // A preflight may come before the record, and only looks. Whether its inputs lie here is found when they are read.
  if (siteUid === undefined && workflowType === PREFLIGHT_WORKFLOW) return;
  const folder = ports.folder(about.siteId);
  const record = await readSiteRecord(folder);
  const isMissing = record === null;
  const detail = isMissing
    ? `${folder.path('site.json')} does not exist`
    : foreignness(record, about.siteId, siteUid, folder);
  if (detail === null) return;
  const at = ports.clock.now().toISOString();
  throw stop({ ports, spec: about }, 'site-folder-missing', {
    component: 'operator',
    object: folder.root,
    facts: { detail, path: folder.root },
    evidence: [{ source: 'operator', object: folder.root, message: detail, at }],
    ...(!isMissing && {
      reason: `The machine of the worker has another site's folder under this name: ${detail}. No step runs with it.`,
      advice: advise`Run ${client('resume')} on the machine that has this site's folder, or move ${SITE_FOLDER} on this machine away and copy that folder to its place.`,
    }),
  });
}

/** Says by what the folder is not this site's; null where it is. */
function foreignness(
  record: SiteRecord,
  siteId: string,
  siteUid: string | undefined,
  folder: PrivateFolder,
): string | null {
  if (record.siteId !== siteId) return `${folder.root} contains the site ${record.siteId}`;
  if (siteUid === undefined)
    return installIn(record) === installWorkflowId(siteId)
      ? null
      : `the install was started by a client up to 0.1.0, and the site in ${folder.root} has another one`;
  return record.siteUid === siteUid
    ? null
    : `${folder.root} belongs to the site with the uid ${record.siteUid ?? 'none'}, the install to ${siteUid}`;
}
