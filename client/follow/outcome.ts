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

/** Reports how following ended and what continues without this client; gives the exit code. */
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
    context.insist(`The install is stuck: ${failingSentence(view.failing)}.`, failingAdvice(context, site));
  if (end === 'failed')
    context.insist(`The install ended as ${view?.run ?? 'failed'}. \`${callOf(context, site, 'logs')}\` shows why.`);
  if (end === 'cancelled')
    context.insist(
      `The install was cancelled. To continue from its present state: \`${callOf(context, site, 'start --recover')}\`.`,
    );
  if (end === 'timeout') {
    const endsItsWorker = session.worker?.startedNow === true && !session.worker.detached;
    context.insist(`Timed out; the install is ${endsItsWorker ? 'not complete' : 'still running'}.`);
  }
  if (end !== 'failed' && end !== 'cancelled' && end !== 'preflight') await tellWhoGoesOn(context, site, session);
  const tool = progress?.blockers.some((blocker) => blocker.code === 'operator-tool-missing') ?? false;
  return end === 'preflight' && tool ? EXIT.missing : EXIT_OF[end];
}

/** What people want to know of an install that they can use: addresses, token, report, issues. `call` writes a command out. */
export function outcomeLines(progress: InstallProgress, call: (command: string) => string): string[] {
  const { urls, warnings, state } = progress;
  const facts: [string, string | null | undefined][] = [
    ['Alga PSA', urls.loginUrl],
    ['Status page', urls.statusUrl && `${urls.statusUrl} (token: \`${call('token show')}\`)`],
    ['Install', state === 'complete' ? 'complete' : 'people can log in; background services are still starting'],
    ['Report', progress.facts.reportFile],
    ['Issues', warnings.length > 0 ? `${count(warnings.length, 'warning')}; \`${call('status')}\` lists them` : null],
  ];
  return facts.flatMap(([name, text]) => (text ? [`${`${name}:`.padEnd(13)}${text}`] : []));
}

function tellBlockers(context: CommandContext, progress: InstallProgress, now: Date): void {
  // A line painter has shown them already; a quiet client has shown nothing.
  if (!context.quiet && !drawsOver(context.io)) return;
  context.insist(...progress.blockers.flatMap((blocker) => blockerLines(context.errorStyle, blocker, now)));
}

async function tellWhoGoesOn(context: CommandContext, site: Site, session: Session): Promise<void> {
  const resume = callOf(context, site, 'resume');
  if (await session.stopOwnWorker()) {
    context.insist(
      'Stopped following. No worker is running now, so the install does not continue.',
      `\`${resume}\` resumes it; \`${resume} --detach\` resumes it in a background worker.`,
    );
    return;
  }
  const { worker } = session;
  context.insist(
    worker
      ? `Stopped following. A worker (process ${worker.pid}, log ${worker.logFile}) continues the install.`
      : 'Stopped following. The install continues while a worker is running.',
    `\`${callOf(context, site, 'status --watch')}\` shows it; \`${resume}\` follows it again.`,
  );
}
