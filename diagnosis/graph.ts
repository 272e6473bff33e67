import type { Blocker, BlockerCode } from '../model/blocker.ts';
import type { TierId } from '../model/tiers.ts';

/** Something that was seen and that matters: one statement of one source about one object. */
export interface Signal {
  readonly id: string;
  /** `pod`, `event`, `log`, `job`, `claim`, `node`, `workload`, `flux`, `talos`, `kubernetes`, `login`. */
  readonly source: string;
  readonly object: string;
  readonly component: string;
  readonly tier: TierId;
  /** The machine's own word for it: `ImagePullBackOff`, `FailedMount`, `HealthCheckFailed`, an exit code. */
  readonly reason: string;
  /** Verbatim, redacted. */
  readonly message: string;
  readonly at: string | null;
  readonly count: number;
}

/** Something that failed only because a cause failed. */
export interface Consequence {
  readonly code: BlockerCode;
  readonly component: string;
  readonly object: string;
  readonly why: string;
  readonly signals: readonly string[];
}

/** A root cause, the signals that led to it, and what follows from it. */
export interface Cause {
  /** `<code>/<component>`: the blocker's key. */
  readonly id: string;
  readonly blocker: Blocker;
  readonly object: string;
  readonly signals: readonly string[];
  readonly consequences: readonly Consequence[];
}

/** A signal that looked like a fault and is none: overtaken, still starting, or ordinary life. */
export interface RuledOut {
  readonly signal: string;
  readonly object: string;
  readonly message: string;
  readonly why: string;
}

/** How the diagnosis came to its answer: what `diagnose --explain` shows. */
export interface ExplanationGraph {
  readonly signals: readonly Signal[];
  readonly causes: readonly Cause[];
  readonly ruledOut: readonly RuledOut[];
}
