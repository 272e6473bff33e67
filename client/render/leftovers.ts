import type { InstallProgress } from '../../model/progress.ts';
import { STEPS } from '../../model/steps/index.ts';

/** How an install is started again, as it is typed on this machine. */
interface Starts {
  readonly recover: string;
  readonly fresh: string;
}

/** What a cancelled install leaves on the node and on this machine, and how to start it again. */
export function leftoverLines(progress: InstallProgress, folder: string, { recover, fresh }: Starts): string[] {
  const left = STEPS.flatMap(({ phase, step }) => {
    const found = progress.phases.find(({ id }) => id === phase.id);
    if (!found?.since) return [];
    const state = found.finishedAt === null ? 'begun' : 'done';
    const { wipe, wipeStage } = progress.facts;
    return step.leaves?.({ nodeIp: progress.nodeIp, wipe, wipeStage, phase: state }) ?? [];
  });
  return [
    ...(left.length > 0 ? ['What it leaves:', ...left.map((line) => `  ${line}`)] : ['The node was not touched.']),
    `  ${folder} keeps this site's credentials and record. Do not delete it: a later start needs it.`,
    hasNothingToKeep(progress)
      ? `To start again: \`${fresh}\`; no data is left to keep.`
      : `To continue from the present state: \`${recover}\`.`,
  ];
}

/** Between a wipe and the database's new setup: a recover would bring up an empty application. */
function hasNothingToKeep({ facts, phases }: InstallProgress): boolean {
  return facts.wipe === 'wiped' && phases.some(({ id, finishedAt }) => id === 'bootstrap' && finishedAt === null);
}
