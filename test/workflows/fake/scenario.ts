import type { BlockerCode } from '../../../model/blocker.ts';
import { CHANGEABLE } from '../../../model/inputs.ts';
import { STEPS } from '../../../model/steps/index.ts';
import type { TierId } from '../../../model/tiers.ts';

/**
 * What one look of a step comes upon. A step takes its script's tokens one after another, whichever attempt it is at, and ends
 * well when there is none left.
 */
export type Token =
  | { readonly kind: 'busy' }
  | { readonly kind: 'warns'; readonly codes: readonly BlockerCode[] }
  | { readonly kind: 'blocked'; readonly codes: readonly BlockerCode[]; readonly tier: TierId }
  /** The worker died: before the step had its effect, or after. */
  | { readonly kind: 'lost'; readonly acted: boolean }
  | { readonly kind: 'failed' }
  /** The step ends well here: what follows is met when it runs again. */
  | { readonly kind: 'done' }
  /** The node has come back from its installation without its configuration. */
  | { readonly kind: 'maintenance' };

/** What a person does. `at`: once so many looks have been taken, or earlier when nothing is running. */
export type Act =
  | { readonly at: number; readonly kind: 'pause' | 'resume' | 'retry' | 'cancel' }
  | { readonly at: number; readonly kind: 'set'; readonly key: string; readonly value: number }
  /** Sends the newest command once more, or an older one, as a client does that got no answer. */
  | { readonly at: number; readonly kind: 'again' };

/** One story of an install: pasted into kept-cases.ts it is played again. */
export interface Scenario {
  /** Draws the order in which the server hears of things. */
  readonly seed: number;
  readonly mode: 'fresh' | 'recover';
  readonly dns: boolean;
  readonly prepull: boolean;
  readonly script: Readonly<Record<string, readonly Token[]>>;
  /** What a step warns of when it ends, time after time. */
  readonly warnings: Readonly<Record<string, readonly (readonly BlockerCode[])[]>>;
  readonly acts: readonly Act[];
  /** At these looks the server calls the history long, once for each run. */
  readonly long: readonly number[];
  /** At these looks another laptop takes the site over: the run is gone, and one begins from what was handed on last. */
  readonly takeOvers?: readonly number[];
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function sequence(from: number): () => number {
  let state = from;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const CAUSES: readonly BlockerCode[] = [
  'talos-api-unreachable',
  'image-rate-limited',
  'crash-loop',
  'database-unreachable',
];
const TIERS: readonly TierId[] = ['platform', 'core', 'bootstrap', 'login'];
/** More than a story without troubles takes. */
const LOOKS = 45;

export function scenarioOf(seed: number): Scenario {
  const random = sequence(seed);
  const upTo = (end: number): number => Math.floor(random() * end);
  const oneOf = <Value>(values: readonly Value[]): Value => {
    const value = values[upTo(values.length)];
    if (value === undefined) throw new Error('nothing to choose from');
    return value;
  };
  const many = <Value>(most: number, make: () => Value): Value[] => Array.from({ length: upTo(most + 1) }, make);
  const causes = (): BlockerCode[] => [...new Set([oneOf(CAUSES), oneOf(CAUSES)])];
  const tierOf = (step: string): TierId => (step === 'awaitBackground' && random() < 0.5 ? 'background' : oneOf(TIERS));
  const trouble = (step: string): Token[] => {
    const drawn = random();
    if (drawn < 0.2) return Array.from({ length: 1 + upTo(6) }, (): Token => ({ kind: 'busy' }));
    if (drawn < 0.3) return [{ kind: 'warns', codes: random() < 0.4 ? [] : causes() }];
    if (drawn < 0.45) return [{ kind: 'lost', acted: random() < 0.5 }];
    if (drawn < 0.5) return [{ kind: 'failed' }];
    if (drawn < 0.6) {
      const [one, other] = [oneOf(CAUSES.slice(0, 2)), oneOf(CAUSES.slice(2))];
      const turn = (_: unknown, index: number): Token => ({
        kind: 'blocked',
        codes: [index % 2 === 0 ? one : other],
        tier: oneOf(TIERS),
      });
      return Array.from({ length: 2 + upTo(14) }, turn);
    }
    const blocked: Token = { kind: 'blocked', codes: causes(), tier: tierOf(step) };
    return Array.from({ length: 1 + upTo(4) }, () => blocked);
  };
  const names = STEPS.map(({ step }) => step.name);
  const script: Record<string, Token[]> = {};
  for (let troubles = upTo(6); troubles > 0; troubles -= 1) {
    const step = random() < 0.4 ? oneOf(names.slice(-6)) : oneOf(names);
    (script[step] ??= []).push(...trouble(step));
  }
  if (random() < 0.3) (script['awaitSecureApi'] ??= []).push({ kind: 'maintenance' });
  if (random() < 0.4) {
    const step = oneOf(STEPS.filter((one) => one.step.dependsOn)).step.name;
    (script[step] ??= []).push({ kind: 'done' }, ...trouble(step));
  }
  const act = (): Act => {
    const at = upTo(LOOKS);
    const drawn = random();
    if (drawn < 0.45) return { at, kind: 'set', key: oneOf(CHANGEABLE).key, value: 1 + upTo(9) };
    if (drawn < 0.6) return { at, kind: 'pause' };
    if (drawn < 0.7) return { at, kind: 'resume' };
    if (drawn < 0.85) return { at, kind: 'retry' };
    if (drawn < 0.98) return { at, kind: 'again' };
    return { at, kind: 'cancel' };
  };
  return {
    seed,
    mode: random() < 0.7 ? 'fresh' : 'recover',
    dns: random() < 0.5,
    prepull: random() < 0.5,
    script,
    warnings: Object.fromEntries(many(3, () => [oneOf(names), many(2, causes)])),
    acts: many(6, act).toSorted((one, other) => one.at - other.at),
    long: many(3, () => upTo(LOOKS)).toSorted((one, other) => one - other),
    takeOvers: random() < 0.25 ? many(2, () => upTo(LOOKS)).toSorted((one, other) => one - other) : [],
  };
}

/** Scenarios that are a little less than this one, the most telling cut first. */
export function* lessThan(scenario: Scenario): Generator<Scenario> {
  const without = <Value>(list: readonly Value[], index: number): Value[] => list.filter((_, at) => at !== index);
  for (const index of scenario.acts.keys()) yield { ...scenario, acts: without(scenario.acts, index) };
  for (const index of scenario.long.keys()) yield { ...scenario, long: without(scenario.long, index) };
  const { takeOvers = [] } = scenario;
  for (const index of takeOvers.keys()) yield { ...scenario, takeOvers: without(takeOvers, index) };
  for (const [step, tokens] of Object.entries(scenario.script)) {
    const { [step]: _, ...others } = scenario.script;
    yield { ...scenario, script: others };
    for (const index of tokens.keys()) yield { ...scenario, script: { ...others, [step]: without(tokens, index) } };
  }
  for (const step of Object.keys(scenario.warnings)) {
    const { [step]: _, ...others } = scenario.warnings;
    yield { ...scenario, warnings: others };
  }
  if (scenario.dns) yield { ...scenario, dns: false };
  if (scenario.prepull) yield { ...scenario, prepull: false };
  for (const [index, act] of scenario.acts.entries()) {
    if (act.at > 0) yield { ...scenario, acts: scenario.acts.with(index, { ...act, at: act.at - 1 }) };
  }
}
