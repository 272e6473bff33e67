import { blockerKey } from '../../../model/blocker.ts';
import type { Blocker } from '../../../model/blocker.ts';
import type { PreflightCheck } from '../../../model/preflight.ts';
import { PATIENCE } from '../../../model/timing.ts';
import type { PhaseOutcome } from '../../../model/workflow-contract.ts';
import { Blocked } from '../../blocked.ts';
import { blockersAtOnce } from '../../classify.ts';
import type { PhaseContext } from '../../phase-context.ts';
import type { RemoteAnswer, TreeAnswer } from '../../ports/git.ts';
import { judgeNode } from '../host/inspect-node.ts';
import type { Check, Finding, Look } from './check.ts';
import { failed, skipped } from './check.ts';
import { CHECKS, PROGRAMS } from './checks.ts';
import { blockersAmong } from './in-vain.ts';
import { memory } from './remember.ts';

const LONGEST_DETAIL = 300;
/** How many of the open checks are named while people wait. */
const SHOWN = 3;
const rememberRemote = memory<RemoteAnswer>(() => 15_000);
/** A revision always holds the same. */
const rememberTree = memory<TreeAnswer>(({ reachable }) => (reachable ? 24 * 3_600_000 : 15_000));

interface Answer {
  readonly check: Check;
  readonly finding: Finding;
}

/**
 * Looks at everything that could stop an install, all at once and before anything is touched. Hard failures stop it, all of them
 * told together; soft ones are warnings. Every answer goes out with the facts.
 */
export async function checkEverything(context: PhaseContext): Promise<PhaseOutcome> {
  const look = sharedLook(context);
  const checks = CHECKS.filter(({ when }) => when?.(context.spec) ?? true);
  const open = new Set([PROGRAMS, ...checks].map(({ title }) => title));
  const answered = (check: Check, finding: Finding): Answer => {
    open.delete(check.title);
    context.see(
      'preflight checks',
      open.size > 0 ? `${open.size} still open: ${[...open].slice(0, SHOWN).join(', ')}` : 'all answered',
    );
    return { check, finding };
  };
  const ask = async (check: Check): Promise<Answer> => answered(check, await answerOf(check, look));
  const programs = ask(PROGRAMS);
  const answers = await Promise.all([
    programs,
    ...checks.map(async (check) => {
      if (!check.needsPrograms || (await programs).finding.result !== 'failed') return ask(check);
      return answered(check, skipped('a program is missing, so this could not be checked'));
    }),
  ]);
  context.signal.throwIfAborted();
  return outcomeOf(look, answers);
}

async function answerOf(check: Check, look: Look): Promise<Finding> {
  const timeoutMs = check.timeoutMs ?? PATIENCE.checkEverything.check;
  const late = AbortSignal.timeout(timeoutMs);
  const signal = AbortSignal.any([look.signal, late]);
  try {
    return await check.run({ ...look, signal });
  } catch (error) {
    look.signal.throwIfAborted();
    const met = late.aborted
      ? new Error(`the check "${check.title}" did not finish within ${timeoutMs / 1000} s`)
      : error;
    return failed(...blockersAtOnce(met, look));
  }
}

function outcomeOf(look: Look, answers: readonly Answer[]): PhaseOutcome {
  const checks = answers.map(({ check, finding }): PreflightCheck => {
    const { id, title, group } = check;
    return { id, title, group, result: finding.result, detail: brief(finding.detail) };
  });
  const found = blockersAmong(
    look,
    answers.map(({ finding }) => finding),
  );
  const blockers = onceEach(found.hard);
  if (blockers.length > 0) throw new Blocked(blockers.toSorted(byWeight), { checks });
  return {
    did: 'nothing-to-do',
    detail: summaryOf(checks),
    facts: { checks },
    warnings: onceEach(found.soft),
  };
}

/** In one line: `14 passed, 1 warning`. */
export function summaryOf(checks: readonly PreflightCheck[]): string {
  const count = (result: PreflightCheck['result']): number => checks.filter((check) => check.result === result).length;
  const [passes, failures, warnings, skips] = [count('passed'), count('failed'), count('warning'), count('skipped')];
  return [
    `${passes} passed`,
    ...(failures > 0 ? [`${failures} failed`] : []),
    ...(warnings > 0 ? [`${warnings} warning${warnings === 1 ? '' : 's'}`] : []),
    ...(skips > 0 ? [`${skips} skipped`] : []),
  ].join(', ');
}

/** Two checks may meet the same cause: it is told once, with what both saw. */
function onceEach(blockers: readonly Blocker[]): Blocker[] {
  const byKey = Map.groupBy(blockers, blockerKey);
  return [...byKey.values()].flatMap(([first, ...others]) =>
    first ? [{ ...first, evidence: [...first.evidence, ...others.flatMap(({ evidence }) => evidence)] }] : [],
  );
}

function byWeight(left: Blocker, right: Blocker): number {
  return Number(right.loginBlocking) - Number(left.loginBlocking);
}

function brief(detail: string): string {
  return detail.length > LONGEST_DETAIL ? `${detail.slice(0, LONGEST_DETAIL - 1)}…` : detail;
}

function sharedLook(context: PhaseContext): Look {
  const { ports, spec, signal } = context;
  return {
    ...context,
    node: once(async () => judgeNode(context, await ports.talos.mode(spec.nodeIp, signal))),
    remote: once(() => {
      const { url, branch } = spec.repo;
      return rememberRemote(context, `${url} ${branch}`, () => ports.git.inspectRemote(url, branch, signal));
    }),
    tree: (revision) => {
      const { url, branch, path } = spec.repo;
      return rememberTree(context, `${url} ${branch} ${revision} ${path}`, () =>
        ports.git.inspectTree(url, branch, path, signal),
      );
    },
  };
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let begun: Promise<T> | null = null;
  return () => (begun ??= work());
}
