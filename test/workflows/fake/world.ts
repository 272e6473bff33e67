import { stringify } from 'yaml';
import type { PhaseContext } from '../../../activities/phase-context.ts';
import type { bootstrapModeFor } from '../../../activities/phases/release/selection.ts';
import type { Cluster } from '../../../activities/ports/kubernetes.ts';
import type { Blocker, BlockerCode } from '../../../model/blocker.ts';
import type { InstallOrder, OrderFacts } from '../../../model/order.ts';
import type { InstallFacts, InstallObservation } from '../../../model/progress.ts';
import { STEPS } from '../../../model/steps/index.ts';
import type { PhaseInput, PhaseOutcome } from '../../../model/workflow-contract.ts';
import { testBlocker } from '../../support/blockers.ts';
import { testOrder } from '../../support/orders.ts';
import { testSpec } from '../../support/spec.ts';
import type { Scenario, Token } from './scenario.ts';

/** What an attempt does on its way: it looks, it rests, it signals, it waits for its own work. */
export type Move =
  | { readonly kind: 'look' }
  | { readonly kind: 'rest'; readonly ms: number }
  | { readonly kind: 'signal'; readonly observation: InstallObservation }
  | { readonly kind: 'work'; readonly done: Promise<unknown> };

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
  /** What of this happened that must not: the rule, and how it was broken. */
  readonly wrong: (readonly [rule: string, detail: string])[] = [];
  looks = 0;
  /** Of each step: when it last came to an end, and when it last had its effect with another value of an input. */
  readonly #ranAt = new Map<string, number>();
  readonly #changedAt = new Map<string, Map<string, number>>();
  #effects = 0;
  /** With what the database setup may run. */
  #bootstrap: { readonly mode: string; readonly installId: string | undefined } | null = null;
  #isPromoted = false;
  readonly #left: Map<string, Token[]>;
  readonly #warnings: Map<string, (readonly BlockerCode[])[]>;
  readonly #scenario: Scenario;
  readonly #now: () => number;
  readonly #modeFor: typeof bootstrapModeFor;

  constructor(scenario: Scenario, now: () => number, modeFor: typeof bootstrapModeFor) {
    this.#scenario = scenario;
    this.#now = now;
    this.#modeFor = modeFor;
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
        if (token.acted) yield* this.#act(step, digest, input);
        return token;
      }
      if (token?.kind === 'failed') return token;
      if (token?.kind === 'maintenance' && input.facts.alreadyInstalled === true) {
        this.wrong.push(['a node that returns empty is configured again', 'it is said to have lost its disk']);
        continue;
      }
      if (token?.kind === 'warns')
        yield {
          kind: 'signal',
          observation: { ...attempt, warnings: this.#blockers(token.codes, 'background', step) },
        };
      if (token?.kind === 'blocked') {
        const blockers = this.#blockers(token.codes, token.tier, step);
        const known = blockers.map(({ code, component }) => `${code}/${component}`);
        const isKnown = looking && known.toSorted().join() === looking.known.toSorted().join();
        if (!isKnown || (looking?.patienceMs !== undefined && (same += 1) > LOOKS_OF_PATIENCE)) {
          this.#ranAt.set(step, (this.#effects += 1));
          return { kind: 'blocked', blockers, facts: this.#facts(step) };
        }
        yield { kind: 'rest', ms: LOOK_AGAIN_MS };
        continue;
      }
      if (looking) yield { kind: 'signal', observation: { ...attempt, unblocked: true } };
      looking = undefined;
      if (token && token.kind !== 'done') continue;
      const facts = this.#facts(step);
      yield* this.#act(step, digest, input);
      // Its report is written after the promotion.
      if (step === 'finishInstall') yield { kind: 'look' };
      const warnings = this.#blockers(this.#warnings.get(step)?.shift() ?? [], 'background', step);
      return { kind: 'done', outcome: { did: 'acted', detail: `${step} is done`, facts, warnings } };
    }
  }

  /** The step has its effect. */
  *#act(step: string, digest: string, { facts }: PhaseInput): Generator<Move, void> {
    if (step === 'selectRelease') {
      let mode = '';
      const { mode: ordered } = this.#scenario;
      const context = { facts, spec: { mode: ordered }, signal: new AbortController().signal };
      const decided = this.#modeFor(context as unknown as PhaseContext, this.#cluster());
      yield { kind: 'work', done: decided.then((found) => (mode = found)) };
      if (this.#isPromoted && mode === 'fresh')
        this.wrong.push(['a promoted mode never becomes fresh again', 'the database setup may begin anew']);
      this.#bootstrap = { mode, installId: facts.installId };
    }
    if (step === 'finishInstall') {
      this.#isPromoted = true;
      this.#bootstrap = { mode: 'recover', installId: this.#bootstrap?.installId };
    }
    this.#effects += 1;
    const before = this.files.get(this.applied.get(step) ?? '');
    const changed = this.#changedAt.get(step) ?? new Map<string, number>();
    for (const [key, value] of Object.entries(this.files.get(digest) ?? {}))
      if (before?.[key] !== value) changed.set(key, this.#effects);
    this.#changedAt.set(step, changed);
    this.#ranAt.set(step, this.#effects);
    this.applied.set(step, digest);
  }

  /** A step that looks at what an earlier one has changed must look after it: the pairs that it was otherwise for, in words. */
  get outOfOrder(): string[] {
    const ran = STEPS.map(({ step }) => step.name).filter((name) => this.#ranAt.has(name));
    return ran.flatMap((name, index) =>
      [...(this.#changedAt.get(name) ?? [])].flatMap(([key, at]) =>
        dependsOn(name, key)
          ? ran
              .slice(index + 1)
              .filter((later) => dependsOn(later, key) && (this.#ranAt.get(later) ?? 0) < at)
              .map((later) => `${later} ran before ${name}, and not again after ${key} had changed`)
          : [],
      ),
    );
  }

  /** As far as the release's selection reads it. */
  #cluster(): Cluster {
    const data = { 'values.yaml': stringify({ bootstrap: this.#bootstrap }) };
    const get = async (): Promise<unknown> => (this.#bootstrap ? { data } : null);
    return { get } as unknown as Cluster;
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
