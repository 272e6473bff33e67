import type { Blocker, BlockerCode } from '../../../model/blocker.ts';
import type { InstallOrder, OrderFacts } from '../../../model/order.ts';
import type { InstallFacts, InstallObservation } from '../../../model/progress.ts';
import { STEPS } from '../../../model/steps/index.ts';
import type { PhaseInput, PhaseOutcome } from '../../../model/workflow-contract.ts';
import { testBlocker } from '../../support/blockers.ts';
import { testOrder } from '../../support/orders.ts';
import { testSpec } from '../../support/spec.ts';
import type { Scenario, Token } from './scenario.ts';

/** What an attempt does on its way: it looks, it rests, it signals. */
export type Move =
  | { readonly kind: 'look' }
  | { readonly kind: 'rest'; readonly ms: number }
  | { readonly kind: 'signal'; readonly observation: InstallObservation };

export type End =
  | { readonly kind: 'done'; readonly outcome: PhaseOutcome }
  | { readonly kind: 'blocked'; readonly blockers: readonly Blocker[]; readonly facts: Partial<InstallFacts> }
  | { readonly kind: 'failed' }
  | { readonly kind: 'lost' };

/** How often a step of 0.1.0 finds the same before its patience of ten minutes is over. */
const LOOKS_OF_PATIENCE = 2;
export const LOOK_AGAIN_MS = 5_000;

const BASE = testOrder(testSpec());

/** An appliance that remembers with which inputs each step last had its effect, and the files of inputs in the site's folder. */
export class World {
  /** Inputs by the digest of their file. */
  readonly files = new Map<string, Readonly<Record<string, number>>>();
  /** By step: the digest of the inputs with which it last had its effect. */
  readonly applied = new Map<string, string>();
  looks = 0;
  readonly #left: Map<string, Token[]>;
  readonly #warnings: Map<string, (readonly BlockerCode[])[]>;
  readonly #scenario: Scenario;
  readonly #now: () => number;

  constructor(scenario: Scenario, now: () => number) {
    this.#scenario = scenario;
    this.#now = now;
    this.#left = new Map(Object.entries(scenario.script).map(([step, tokens]) => [step, [...tokens]]));
    this.#warnings = new Map(Object.entries(scenario.warnings).map(([step, given]) => [step, [...given]]));
  }

  /** Writes a file of inputs, gives the order that names it. */
  order(values: Readonly<Record<string, number>>): InstallOrder {
    const number = this.files.size + 1;
    const digest = number.toString(16).padStart(64, '0');
    this.files.set(digest, values);
    const { mode, prepull: prepullImages } = this.#scenario;
    const clusterDns = (values['dnsServers'] ?? 0) % 3 !== 0;
    const inputs = { ...BASE.inputs, digest };
    return { ...BASE, inputs, specDigest: `spec-${number}`, mode, prepullImages, clusterDns };
  }

  /** One attempt at a step. What it finds depends on what earlier attempts have left in the script. */
  *attempt(step: string, input: PhaseInput): Generator<Move, End> {
    if (!('inputs' in input)) throw new Error('the order of a play names a file of inputs');
    const { digest } = input.inputs;
    const attempt = input.attempt === undefined ? {} : { attempt: input.attempt };
    let { looking } = input;
    let same = 0;
    if (looking?.restMs) yield { kind: 'rest', ms: looking.restMs };
    for (;;) {
      this.looks += 1;
      yield { kind: 'look' };
      const token = this.#left.get(step)?.shift();
      if (token?.kind === 'lost') {
        if (token.acted) this.applied.set(step, digest);
        return token;
      }
      if (token?.kind === 'failed') return token;
      if (token?.kind === 'warns')
        yield {
          kind: 'signal',
          observation: { ...attempt, warnings: this.#blockers(token.codes, 'background', step) },
        };
      if (token?.kind === 'blocked') {
        const blockers = this.#blockers(token.codes, token.tier, step);
        const known = blockers.map(({ code, component }) => `${code}/${component}`);
        const isKnown = looking && known.toSorted().join() === looking.known.toSorted().join();
        if (!isKnown || (looking?.patienceMs !== undefined && (same += 1) > LOOKS_OF_PATIENCE))
          return { kind: 'blocked', blockers, facts: this.#facts(step) };
        yield { kind: 'rest', ms: LOOK_AGAIN_MS };
        continue;
      }
      if (looking) yield { kind: 'signal', observation: { ...attempt, unblocked: true } };
      looking = undefined;
      if (token) continue;
      const facts = this.#facts(step);
      this.applied.set(step, digest);
      const warnings = this.#blockers(this.#warnings.get(step)?.shift() ?? [], 'background', step);
      return { kind: 'done', outcome: { did: 'acted', detail: `${step} is done`, facts, warnings } };
    }
  }

  /** Facts of the beginning are otherwise when a step runs again: it finds what it made itself. */
  #facts(step: string): Partial<InstallFacts> {
    if (step === 'reachNode') return { alreadyInstalled: this.applied.has('configureNode') };
    if (step === 'wipeApplicationData') return { wipe: this.applied.has(step) ? 'nothing-to-wipe' : 'wiped' };
    return {};
  }

  #blockers(codes: readonly BlockerCode[], tier: Blocker['tier'], component: string): Blocker[] {
    const since = new Date(this.#now()).toISOString();
    return codes.map((code) => testBlocker(code, { tier, component, since }));
  }
}

export function factsOf({ inputs: { siteId, nodeIp }, ...order }: InstallOrder): OrderFacts {
  return { ...order, siteId, nodeIp };
}

const SOFTWARE = /^(?:repo\.branch|collaboration|collaborationImage|imageTags\..*)$/;
/** What has to run again, whatever the descriptions of the steps say. */
const AT_LEAST: Readonly<Record<string, RegExp>> = {
  setNodeResolvers: /^(?:dns|ntp)Servers$/,
  setClusterDns: /^dnsServers$/,
  selectRelease: SOFTWARE,
  connectSource: SOFTWARE,
  awaitCore: SOFTWARE,
  awaitBootstrap: SOFTWARE,
  awaitLogin: SOFTWARE,
  awaitBackground: SOFTWARE,
  finishInstall: /./,
};

/** Says whether what a step did is stale once this input is another. The one place that knows where that is written. */
export function dependsOn(name: string, key: string): boolean {
  const found = STEPS.find(({ step }) => step.name === name)?.step;
  return AT_LEAST[name]?.test(key) === true || (found?.dependsOn ?? []).some((one) => one === key);
}
