import { EXIT } from '../terminal/exit-codes.ts';
import { UserError, usageError } from '../terminal/failure.ts';
import { failingAdvice, failingSentence } from '../install/failing-task.ts';
import { withSession } from '../install/session.ts';
import { orderedSite } from '../install/update.ts';
import { workerRuns } from '../install/worker-runs.ts';
import { callOf } from '../site/hints.ts';
import { defineCommand } from './define.ts';

/** A script waits for the workflow's own word: long enough for a worker that must replay the install first. */
const ANSWER_MS = 5_000;

/**
 * `progress`: the InstallProgress document, from the workflow where a worker answers and else from the server's memo. It is JSON,
 * or YAML where that is asked for: there is no form of it for people, who have `status`.
 */
export const command = defineCommand({
  flags: [],
  examples: ['progress', 'progress -o yaml'],
  run: async (context) => {
    const site = await orderedSite(context);
    return withSession(context, site, { start: 'on-demand', detached: false }, async ({ installs }) => {
      const view = await installs.view(site.siteId, {
        graceMs: ANSWER_MS,
        workerRuns: workerRuns(context, site, installs),
      });
      if (!view)
        throw usageError(
          `no install of ${site.siteId} was ever begun here: \`${callOf(context, site, 'start')}\` begins one`,
        );
      const { progress, memoBecause, failing } = view;
      if (!progress)
        throw new UserError(
          EXIT.missing,
          `No worker has taken up the install of ${site.siteId} yet, so there is no progress: \`${callOf(context, site, 'resume --detach')}\` starts one.`,
        );
      if (failing)
        context.insist(
          `Read from the server's memo, as of ${progress.updatedAt}: ${failingSentence(failing)}.`,
          failingAdvice((call) => callOf(context, site, call)),
        );
      if (memoBecause !== null)
        context.insist(`Read from the server's memo, as of ${progress.updatedAt}: ${memoBecause}.`);
      await context.give(progress, () => [JSON.stringify(progress, null, 2)]);
      return EXIT.done;
    });
  },
});
