import type { InstallProgress } from '../../model/progress.ts';
import { STEPS } from '../../model/steps/index.ts';

/** Takes the progress of an install that was cancelled, the site's folder and the call that recovers it, gives what it leaves on the node and on this machine. */
export function leftoverLines(progress: InstallProgress, folder: string, recover: string): string[] {
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
    `\`${recover}\` goes on with what is there.`,
  ];
}
