import { condition, defineQuery, setHandler, upsertMemo } from '@temporalio/workflow';
import type { InstallProgress } from '../../model/progress.ts';
import { MEMO_PROGRESS, QUERY_PROGRESS } from '../../model/workflow-contract.ts';

/** An install that has published one progress and is at another since: only its own word tells that. */
export async function installAppliance(published: InstallProgress, present: InstallProgress): Promise<void> {
  setHandler(defineQuery<InstallProgress>(QUERY_PROGRESS), () => present);
  upsertMemo({ [MEMO_PROGRESS]: published });
  await condition(() => false);
}
