import { createHash } from 'node:crypto';
import type { History } from '../cluster/history.ts';
import type { Scenario } from '../scenario.ts';
import type { WorldState } from './state.ts';

/** The world while something happens in it: its state, the moment, and what must be looked at because of what happened. */
export interface Stage {
  readonly scenario: Scenario;
  readonly state: WorldState;
  /** Milliseconds since 1970 on the appliance's own clock. */
  now: number;
  readonly touched: Set<string>;
  /** What the API server's watches are told from. */
  readonly history: History;
  /** Something changed that must outlive this process. */
  changed: boolean;
}

/** Looks at one thing, changes what has to change, and says when it must be looked at again without any cause. */
export type Controller = (stage: Stage, key: string) => number | null;

/** The moment as the API server writes it: whole seconds. */
export function timestamp(stage: Stage, at: number = stage.now): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

/** Gives a new number, never given before in this world. */
export function nextSerial(stage: Stage): number {
  stage.state.serial += 1;
  stage.changed = true;
  return stage.state.serial;
}

/** Gives hexadecimal digits that are the same for the same text. */
export function hexOf(text: string, digits: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, digits);
}

/** What Kubernetes appends to generated names, the same for the same text. */
export function suffixOf(text: string, length = 5): string {
  const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
  const bytes = createHash('sha256').update(text).digest();
  return Array.from(bytes.subarray(0, length), (byte) => alphabet[byte % alphabet.length]).join('');
}

const LONGEST_CHAIN = 10_000;

/**
 * Plays the world up to a moment: whatever was due meanwhile happens at its own time, in order, so that a world that nobody
 * looked at for an hour is where it would have been.
 */
export function play(stage: Stage, until: number, controller: Controller): void {
  const { agenda } = stage.state;
  for (;;) {
    settle(stage, controller);
    const [key, at] = earliest(agenda);
    if (key === null || at > until) break;
    stage.now = Math.max(stage.now, at);
    delete agenda[key];
    stage.touched.add(key);
  }
  stage.now = Math.max(stage.now, until);
  stage.state.playedTo = stage.now;
}

/** Looks at everything that was touched, and at what that touches, until all is quiet. */
export function settle(stage: Stage, controller: Controller): void {
  for (let steps = 0; stage.touched.size > 0; steps++) {
    if (steps > LONGEST_CHAIN)
      throw new Error(`the simulation does not come to rest: ${[...stage.touched].join(', ')}`);
    const [key = ''] = stage.touched;
    stage.touched.delete(key);
    const again = controller(stage, key);
    if (again === null) delete stage.state.agenda[key];
    else stage.state.agenda[key] = Math.max(again, stage.now + 1);
  }
}

function earliest(agenda: Record<string, number>): [string | null, number] {
  let found: string | null = null;
  let at = Number.POSITIVE_INFINITY;
  for (const [key, due] of Object.entries(agenda)) {
    if (due < at) [found, at] = [key, due];
  }
  return [found, at];
}
