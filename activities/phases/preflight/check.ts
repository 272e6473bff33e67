import type { Blocker, BlockerCode, Evidence } from '../../../model/blocker.ts';
import type { PreflightCheck } from '../../../model/preflight.ts';
import type { InstallSpec } from '../../../model/site.ts';
import type { TierId } from '../../../model/tiers.ts';
import type { PhaseContext } from '../../phase-context.ts';
import type { RemoteAnswer, TreeAnswer } from '../../ports/git.ts';
import type { TalosTarget } from '../../ports/talos.ts';
import type { NodeState } from '../host/inspect-node.ts';

/** What several checks look at is looked at once. */
export interface Look extends PhaseContext {
  /** What the node is to this site; throws what stands against it. */
  readonly node: () => Promise<NodeState>;
  readonly remote: () => Promise<RemoteAnswer>;
  /** What the branch holds at this revision. */
  readonly tree: (revision: string) => Promise<TreeAnswer>;
}

/**
 * Something outside that this machine asked in vain. Checks that met the same cause are told as one blocker: a resolver that is
 * down is one thing to put right, however many images, repositories and files it hides.
 */
export interface AskedInVain {
  readonly code: Extract<
    BlockerCode,
    'dns-resolution-failure' | 'image-registry-unreachable' | 'image-pull-unauthorized' | 'image-rate-limited'
  >;
  /** Whose answer was wanted. */
  readonly host: string;
  /** What was asked for: the image of a component, or something else in words for people (`the Git remote`). */
  readonly wanted: { readonly imageOf: string } | { readonly other: string };
  readonly tier: TierId;
  readonly evidence: Evidence;
}

/** What a check found. `failed` stops the install with its blockers; `warning` is said and stops nothing. */
export type Finding =
  | { readonly result: 'passed' | 'skipped'; readonly detail: string }
  | {
      readonly result: 'failed' | 'warning';
      readonly detail: string;
      /** What is told where nothing else met the same cause. */
      readonly blockers: readonly Blocker[];
      readonly inVain?: AskedInVain;
    };

/** One look at one thing before anything is touched. */
export interface Check {
  readonly id: string;
  readonly title: string;
  readonly group: PreflightCheck['group'];
  /** Whether this install has what is looked at; nothing is said of it where not. */
  readonly when?: (spec: InstallSpec) => boolean;
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

/** Stops the install; the blockers' own words are the detail. */
export function failed(...blockers: readonly Blocker[]): Finding {
  return { result: 'failed', ...reasonsOf(blockers) };
}

/** Shown only: the install continues. */
export function warned(...blockers: readonly Blocker[]): Finding {
  return { result: 'warning', ...reasonsOf(blockers) };
}

function reasonsOf(blockers: readonly Blocker[]): { detail: string; blockers: readonly Blocker[] } {
  return { detail: blockers.map(({ reason }) => reason).join('; '), blockers };
}

/** `own` is shown if no other check found the same cause. */
export function askedInVain(result: 'failed' | 'warning', inVain: AskedInVain, own: readonly Blocker[] = []): Finding {
  return { result, detail: inVain.evidence.message, blockers: own, inVain };
}

/** Gives how the node is asked: by the maintenance API, or with the talosconfig; null where it cannot be asked at all. */
export async function accessOf(look: Look): Promise<{ readonly target: TalosTarget | null } | null> {
  // Why it cannot be asked is the answer of the check `node`, and is said once.
  const node = await look.node().catch(() => null);
  return node && { target: node.state === 'ours' ? node.target : null };
}
