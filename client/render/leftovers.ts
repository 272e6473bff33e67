import type { InstallProgress } from '../../model/progress.ts';
import { STEPS } from '../../model/steps/index.ts';

/** How an install is begun again, as it is typed on this machine. */
interface Starts {
  readonly recover: string;
  readonly fresh: string;
}

/** Takes the progress of an install that was cancelled, the site's folder and the calls that begin it again, gives what it leaves on the node and on this machine. */
export function leftoverLines(progress: InstallProgress, folder: string, { recover, fresh }: Starts): string[] {
  const left = STEPS.flatMap(({ phase, step }) => {
    const found = progress.phases.find(({ id }) => id === phase.id);
    if (!found?.since) return [];
    const state = found.finishedAt === null ? 'begun' : 'done';
    const { wipe, wipeStage } = progress.facts;
    return step.leaves?.({ nodeIp: progress.nodeIp, wipe, wipeStage, phase: state }) ?? [];
  });
  return [
    ...(left.length > 0 ? ['What is left:', ...left.map((line) => `  ${line}`)] : ['The node was not touched.']),
    `  ${folder} keeps this site's credentials and record. Do not delete it: a later start needs it.`,
    hasNothingToKeep(progress)
      ? `\`${fresh}\` begins anew: no data is left to keep.`
      : `\`${recover}\` goes on with what is there.`,
  ];
}

/** Between a wipe and the database's new setup: to recover what is there would bring up an empty application. */
function hasNothingToKeep({ facts, phases }: InstallProgress): boolean {
  return facts.wipe === 'wiped' && phases.some(({ id, finishedAt }) => id === 'bootstrap' && finishedAt === null);
}
