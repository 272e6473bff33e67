import type { InstallFacts, InstallObservation, PhaseProgress } from '../model/progress.ts';
import type { InstallSpec } from '../model/site.ts';
import type { ActiveOperation } from '../model/status.ts';
import type { PhaseOutcome } from '../model/workflow-contract.ts';
import type { PrivateFolder } from '../site-folder/index.ts';
import type { Ports } from './ports/index.ts';

/** What a phase has in hand. */
export interface PhaseContext {
  readonly ports: Ports;
  readonly spec: InstallSpec;
  readonly facts: InstallFacts;
  /** How the phases went so far; empty for a phase that did not ask for it. */
  readonly phases: readonly PhaseProgress[];
  /** When a person had this parked phase tried again; null for an attempt without a request. */
  readonly retriedAt: string | null;
  readonly folder: PrivateFolder;
  /** Aborted when the install is cancelled, the input changes, or the worker shuts down. */
  readonly signal: AbortSignal;
  /** Says what is waited for and what was last seen; goes out with the next heartbeat. */
  see(what: string, saw: string, activeOperations?: readonly ActiveOperation[]): void;
  /**
   * Tells the workflow that tiers, operations or warnings changed; `essence` is what people would notice of it: the same twice is
   * told once, by whichever attempt, and a parked phase tells it ever more rarely.
   */
  report(observation: InstallObservation, essence: string): Promise<void>;
  /**
   * To be called by a wait after a look that found nothing in the way: a parked install is shown as going on from then on,
   * although the wait is not over. Does nothing when the phase is not parked.
   */
  clear(): Promise<void>;
  /**
   * Says whether an error means nothing but what the phase is parked on. Patience with that is used up: a wait that meets it
   * again ends with it at once, and the next look is a new attempt.
   */
  isParkedOn(error: unknown): boolean;
}

export type PhaseRun = (context: PhaseContext) => Promise<PhaseOutcome>;
