import type { CommandContext } from '../context.ts';
import { failingAdvice, failingSentence } from '../install/failing-task.ts';
import { callOf } from '../site/hints.ts';
import type { Look } from './observe.ts';
import type { Site } from '../site/site.ts';

/** What the document cannot say: who is at work on the install, and how to go on. */
export function adviceOn(context: CommandContext, site: Site, { install, installError, workerRuns }: Look): string[] {
  if (installError !== null) return [`The install's progress is unknown: ${installError}`];
  if (!site.record)
    return [
      `No site ${site.siteId} is known in ${site.home}: nothing was installed from this machine.`,
      `\`${callOf(context, site, 'start')}\` installs an appliance.`,
    ];
  if (!install) return [`No install of ${site.siteId} was begun. \`${callOf(context, site, 'start')}\` begins one.`];
  if (install.run !== 'RUNNING') return [];
  const { failing } = install;
  if (failing)
    return [
      context.typed(`The install stands still: ${failingSentence(failing)}.`),
      failingAdvice((command) => callOf(context, site, command)),
    ];
  const resume = callOf(context, site, 'resume');
  if (workerRuns === false) return [`No worker runs: the install stands still until \`${resume}\`.`];
  return install.progress?.state === 'paused' ? [`The install is paused: \`${resume}\` goes on.`] : [];
}
