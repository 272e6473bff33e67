import { asciiControls } from '../terminal/text.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { UserError } from '../terminal/failure.ts';
import { failingAdvice, failingSentence } from '../install/failing-task.ts';
import { insistOnHolding, insistOnOwnQueue } from '../install/holder.ts';
import { withSession } from '../install/session.ts';
import { notBegun, orderedSite } from '../install/update.ts';
import { workerRuns } from '../install/worker-runs.ts';
import { callOf } from '../site/hints.ts';
import { defineCommand } from './define.ts';

/** How long to wait for the workflow's own answer: long enough for a worker that must replay the install first. */
const ANSWER_MS = 5_000;

/**
 * `progress`: the InstallProgress document, from the workflow where a worker answers, else from the server's memo. It is JSON, or
 * YAML on request: people use `status`.
 */
export const command = defineCommand({
  flags: [],
  examples: ['progress', 'progress -o yaml'],
  run: async (context) => {
    const site = await orderedSite(context, 'looks');
    await insistOnHolding(context, site);
    return withSession(context, site, { start: 'on-demand', detached: false }, async ({ installs }) => {
      const view = await installs.view(site.siteId, {
        graceMs: ANSWER_MS,
        workerRuns: workerRuns(context, site, installs),
      });
      if (!view) throw notBegun(context, site);
      insistOnOwnQueue(context, site, view);
      const { progress, memoBecause, failing } = view;
      if (!progress)
        throw new UserError(
          EXIT.missing,
          `No progress of ${site.siteId} yet: no worker has picked up the install. Start one: \`${callOf(context, site, 'resume --detach')}\`.`,
        );
      if (failing)
        context.insist(
          `Read from the server's memo, as of ${progress.updatedAt}: ${failingSentence(failing)}.`,
          failingAdvice(context, site),
        );
      if (memoBecause !== null)
        context.insist(`Read from the server's memo, as of ${progress.updatedAt}: ${memoBecause}.`);
      await context.give(progress, () => [asciiControls(JSON.stringify(progress, null, 2))]);
      return EXIT.done;
    });
  },
});
