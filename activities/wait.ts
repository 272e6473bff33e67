import { OUTAGE_MS } from '../model/timing.ts';
import type { ActiveOperation } from '../model/status.ts';
import { Blocked } from './blocked.ts';
import { blockersAtOnce } from './classify.ts';
import type { PhaseContext } from './phase-context.ts';
import { ClusterError } from './ports/kubernetes.ts';

/** What one look saw: the end of the wait, or what there is instead. */
export type Sight<T> =
  | { readonly done: T }
  | { readonly saw: string; readonly activeOperations?: readonly ActiveOperation[] };

/**
 * A wait as a value: what is waited for, and how to look. It ends when a look says so, when a look throws (the proof that it
 * cannot succeed), or by the signal; never because time has passed, unless the wait itself says what a late end means.
 */
export interface Wait<T> {
  /** For people: `storage provisioner to be available`. */
  readonly what: string;
  readonly look: () => Promise<Sight<T>>;
  readonly everyMs?: number;
  /** After this long: what to give, or what to throw, from what was last seen. */
  readonly late?: { readonly afterMs: number; readonly end: (saw: string) => T };
}

/** From a signal on the API server to the next step within one second: half of it is for the look itself. */
const LOOK_EVERY_MS = 500;

type Waiting = Pick<PhaseContext, 'ports' | 'spec' | 'signal' | 'see' | 'clear' | 'isParkedOn'>;

/**
 * Each check is shown. A short outage of the API server is part of waiting, a long one is a blocker. What the phase
 * is parked on ends the wait at its first check.
 */
export async function waitFor<T>(context: Waiting, wait: Wait<T>): Promise<T> {
  const { clock } = context.ports;
  const begun = clock.now().getTime();
  let answeredAt = begun;
  for (;;) {
    context.signal.throwIfAborted();
    let saw: string;
    try {
      const sight = await wait.look();
      if ('done' in sight) return sight.done;
      saw = sight.saw;
      answeredAt = clock.now().getTime();
      await answered(context);
      context.see(wait.what, saw, sight.activeOperations);
    } catch (error) {
      if (!isOutage(error)) throw error;
      stopOnOutage(context, error, clock.now().getTime() - answeredAt);
      saw = `the API server does not answer (${error.message})`;
      context.see(wait.what, saw);
    }
    if (wait.late) {
      if (clock.now().getTime() - begun >= wait.late.afterMs) return wait.late.end(saw);
      stopWhenParkedOn(context, () => wait.late?.end(saw));
    }
    await clock.sleep(wait.everyMs ?? LOOK_EVERY_MS, context.signal);
  }
}

/** Throws what the end of a wait would throw when that is what the phase is parked on. */
function stopWhenParkedOn(context: Waiting, end: () => unknown): void {
  try {
    end();
  } catch (error) {
    if (context.isParkedOn(error)) throw error;
  }
}

/** Throws Blocked when the API server has been silent for longer than an outage that passes without help, or is known to be. */
export function stopOnOutage(context: Omit<Waiting, 'see'>, error: ClusterError, silentMs: number): void {
  if (silentMs > OUTAGE_MS || context.isParkedOn(error)) throw new Blocked(blockersAtOnce(error, context));
}

const SILENCE = new ClusterError('unreachable', 'the API server', 'no answer');

/** To be called when the API server has answered: a phase that is parked on its silence alone continues. */
export async function answered(context: Pick<PhaseContext, 'clear' | 'isParkedOn'>): Promise<void> {
  if (context.isParkedOn(SILENCE)) await context.clear();
}

/** Says whether a failure only means that the API server did not answer. */
export function isOutage(error: unknown): error is ClusterError {
  return error instanceof ClusterError && (error.fault === 'unreachable' || error.fault === 'timeout');
}
