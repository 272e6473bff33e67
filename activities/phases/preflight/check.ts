import type { Blocker } from '../../../model/blocker.ts';
import type { PreflightCheck } from '../../../model/preflight.ts';
import type { PhaseContext } from '../../phase-context.ts';
import type { RemoteAnswer } from '../../ports/git.ts';
import type { TalosTarget } from '../../ports/talos.ts';
import type { NodeState } from '../host/inspect-node.ts';

/** What several checks look at is looked at once. */
export interface Look extends PhaseContext {
  /** What the node is to this site; throws what stands against it. */
  readonly node: () => Promise<NodeState>;
  readonly remote: () => Promise<RemoteAnswer>;
}

/** What a check found. `failed` stops the install with its blockers; `warning` is said and stops nothing. */
export type Finding =
  | { readonly result: 'passed' | 'skipped'; readonly detail: string }
  | { readonly result: 'failed' | 'warning'; readonly detail: string; readonly blockers: readonly Blocker[] };

/** One look at one thing before anything is touched. */
export interface Check {
  readonly id: string;
  readonly title: string;
  readonly group: PreflightCheck['group'];
  /** Runs once the programs are there; a node cannot be asked without talosctl. */
  readonly needsPrograms?: boolean;
  /** More than the calls in it may take; what ends it is their own time-outs. */
  readonly timeoutMs?: number;
  readonly run: (look: Look) => Promise<Finding>;
}

export function passed(detail: string): Finding {
  return { result: 'passed', detail };
}

export function skipped(detail: string): Finding {
  return { result: 'skipped', detail };
}

/** Takes blockers, gives the finding that stops the install, told in their own words. */
export function failed(...blockers: readonly Blocker[]): Finding {
  return { result: 'failed', detail: blockers.map((blocker) => blocker.reason).join('; '), blockers };
}

/** Takes blockers, gives the finding that is only said. */
export function warned(...blockers: readonly Blocker[]): Finding {
  const mild = blockers.map((blocker): Blocker => ({ ...blocker, severity: 'warning', loginBlocking: false }));
  return { result: 'warning', detail: mild.map((blocker) => blocker.reason).join('; '), blockers: mild };
}

/** Gives how the node is asked: by the maintenance API, or with the talosconfig; null where it cannot be asked at all. */
export async function accessOf(look: Look): Promise<{ readonly target: TalosTarget | null } | null> {
  // Why it cannot be asked is the answer of the check `node`, and is said once.
  const node = await look.node().catch(() => null);
  return node && { target: node.state === 'ours' ? node.target : null };
}
