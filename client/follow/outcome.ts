import type { InstallProgress } from '../../model/progress.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import type { ExitCode } from '../terminal/exit-codes.ts';
import { callOf } from '../site/hints.ts';
import { drawsOver } from '../terminal/io.ts';
import { blockerLines } from '../render/blocker.ts';
import { checkLines } from '../render/preflight.ts';
import { presentOf } from '../render/observed-now.ts';
import { count } from '../terminal/text.ts';
import { failingAdvice, failingSentence } from '../install/failing-task.ts';
import type { Session } from '../install/session.ts';
import type { Site } from '../site/site.ts';
import type { FollowEnd, Followed } from './follow.ts';

const EXIT_OF: Record<FollowEnd, ExitCode> = {
  complete: EXIT.done,
  login: EXIT.done,
  blocked: EXIT.blocked,
  failing: EXIT.blocked,
  preflight: EXIT.preflight,
  cancelled: EXIT.interrupted,
  failed: EXIT.defect,
  timeout: EXIT.timeout,
  interrupted: EXIT.interrupted,
};

/** Says how following ended and what goes on without this client; gives the exit code. */
export async function conclude(
  context: CommandContext,
  site: Site,
  session: Session,
  { end, view }: Followed,
): Promise<number> {
  const progress = view?.progress ?? null;
  if (end === 'complete' || end === 'login' || context.format !== 'table') {
    await context.give(progress, () =>
      progress ? outcomeLines(progress, (command) => callOf(context, site, command)) : [],
    );
  }
  if (end === 'complete') return EXIT.done;
  if (progress && end === 'preflight') {
    const failed = (progress.facts.checks ?? []).filter(({ result }) => result === 'failed' || result === 'warning');
    context.insist(
      ...checkLines(context.errorStyle, failed),
      ...progress.blockers.flatMap((blocker) => ['', ...blockerLines(context.errorStyle, blocker, null)]),
    );
  }
  if (progress && end === 'blocked') tellBlockers(context, progress, presentOf(progress, context.services.clock.now()));
  if (view?.failing && end === 'failing')
    context.insist(
      `The install stands still: ${failingSentence(view.failing)}.`,
      failingAdvice((command) => callOf(context, site, command)),
    );
  if (end === 'failed')
    context.insist(`The install ended as ${view?.run ?? 'failed'}. ${callOf(context, site, 'logs')} shows why.`);
  if (end === 'cancelled')
    context.insist(
      `The install was cancelled. \`${callOf(context, site, 'start --recover')}\` goes on with what is there.`,
    );
  if (end === 'timeout') context.insist('The time that you gave has passed; the install is not there yet.');
  if (end !== 'failed' && end !== 'cancelled' && end !== 'preflight') await tellWhoGoesOn(context, site, session);
  const tool = progress?.blockers.some((blocker) => blocker.code === 'operator-tool-missing') ?? false;
  return end === 'preflight' && tool ? EXIT.missing : EXIT_OF[end];
}

/** Takes the progress of an install that people can use, and how a command is called, gives what they want to know of it. */
export function outcomeLines(progress: InstallProgress, call: (command: string) => string): string[] {
  const { urls, warnings, state } = progress;
  const facts: [string, string | null | undefined][] = [
    ['Alga PSA', urls.loginUrl],
    ['Status page', urls.statusUrl && `${urls.statusUrl} (token: \`${call('token show')}\`)`],
    ['Install', state === 'complete' ? 'complete' : 'people can log in; background services go on'],
    ['Report', progress.facts.reportFile],
    ['Issues', warnings.length > 0 ? `${count(warnings.length, 'warning')}; \`${call('status')}\` lists them` : null],
  ];
  return facts.flatMap(([name, text]) => (text ? [`${`${name}:`.padEnd(13)}${text}`] : []));
}

function tellBlockers(context: CommandContext, progress: InstallProgress, now: Date): void {
  // Where lines are written they have been told already; a quiet client has told nothing.
  if (!context.quiet && !drawsOver(context.io)) return;
  context.insist(...progress.blockers.flatMap((blocker) => blockerLines(context.errorStyle, blocker, now)));
}

async function tellWhoGoesOn(context: CommandContext, site: Site, session: Session): Promise<void> {
  const resume = callOf(context, site, 'resume');
  if (await session.stopOwnWorker()) {
    context.insist(
      'No longer following. No worker runs now, so the install stands still.',
      `\`${resume}\` takes it up again; \`${resume} --detach\` leaves it to a background worker.`,
    );
    return;
  }
  const { worker } = session;
  context.insist(
    worker
      ? `No longer following. A worker (process ${worker.pid}, log ${worker.logFile}) goes on with the install.`
      : 'No longer following. The install goes on while a worker runs.',
    `\`${callOf(context, site, 'status --watch')}\` shows it; \`${resume}\` comes back to it.`,
  );
}
