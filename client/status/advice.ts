import type { CommandContext } from '../context.ts';
import { failingAdvice, failingSentence } from '../install/failing-task.ts';
import { heldLines, isInAnothersQueue } from '../install/holder.ts';
import { callOf } from '../site/hints.ts';
import type { Look } from './observe.ts';
import type { Site } from '../site/site.ts';

/** What the document cannot say: who works on the install, and how to continue. */
export function adviceOn(context: CommandContext, site: Site, { install, installError, workerRuns }: Look): string[] {
  if (installError !== null) return [`The install's progress is unknown: ${installError}`];
  if (!site.record)
    return [
      `No site ${site.siteId} in ${site.home}: nothing was installed from this machine.`,
      `To install an appliance: \`${callOf(context, site, 'start')}\`.`,
    ];
  if (!install) return [`No install of ${site.siteId}. Start one: \`${callOf(context, site, 'start')}\`.`];
  if (install.run !== 'RUNNING') return [];
  const { failing } = install;
  if (failing) return [`The install is stuck: ${failingSentence(failing)}.`, failingAdvice(context, site)];
  if (isInAnothersQueue(install)) return heldLines(context, site, null);
  const resume = callOf(context, site, 'resume');
  if (workerRuns === false)
    return [`No worker is running, so the install does not continue. Resume it: \`${resume}\`.`];
  return install.progress?.state === 'paused' ? [`The install is paused. To continue: \`${resume}\`.`] : [];
}
