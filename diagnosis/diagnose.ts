import { type Blocker, blockerKey, LAYERS } from '../model/blocker.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { ActiveOperation, StatusDocument } from '../model/status.ts';
import { TIERS, type TierStates } from '../model/tiers.ts';
import { makeBlocker } from './blockers.ts';
import { bootstrapOf } from './bootstrap.ts';
import { componentsOf } from './components.ts';
import { explain, type Root } from './explain.ts';
import { lookAtAll } from './findings/all.ts';
import { type Finding, signalOf, type Statement } from './findings/finding.ts';
import type { Cause, ExplanationGraph, Signal } from './graph.ts';
import { keepsPeopleOut } from './login-blocking.ts';
import type { DiagnoseOptions } from './options.ts';
import { providerRank } from './provides.ts';
import { rollupOf } from './rollup.ts';
import { tiersOf, withSince } from './tiers.ts';
import { iso } from '../kubernetes/time.ts';
import { type View, viewOf } from '../kubernetes/view.ts';

/** What a picture of the cluster means: tiers, components, every root cause in order (warnings included), and how it was found. */
export interface Diagnosis extends Readonly<Pick<StatusDocument, 'tiers' | 'rollup' | 'components' | 'bootstrap'>> {
  readonly view: View;
  readonly operations: readonly ActiveOperation[];
  readonly blockers: readonly Blocker[];
  readonly graph: ExplanationGraph;
}

/** So many messages go into a blocker as evidence; the graph has them all. */
const MOST_EVIDENCE = 5;

function blockerOf(view: View, root: Root, tiers: TierStates, previous: StatusDocument | null): Blocker {
  const { finding } = root;
  const all = [finding, ...root.consequences.map((one) => one.finding)];
  const known = previous?.topBlockers.find((one) => blockerKey(one) === `${finding.code}/${finding.component}`);
  const at = known?.since ?? iso(finding.since) ?? iso(view.takenAt) ?? new Date(0).toISOString();
  const statements: readonly Statement[] = [
    ...finding.statements,
    ...root.consequences.flatMap((one) => one.finding.statements.slice(0, 1)),
  ];
  return makeBlocker(finding.code, {
    component: finding.component,
    tier: finding.tier,
    object: finding.object,
    at,
    ...(view.snapshot.site ? { siteId: view.snapshot.site.siteId, nodeIp: view.snapshot.site.nodeIp } : {}),
    facts: finding.facts,
    severity: all.some((one) => one.severity === 'error') ? 'error' : 'warning',
    loginBlocking: !tiers.login.ready && all.some((one) => keepsPeopleOut(view, one)),
    evidence: statements
      .slice(0, MOST_EVIDENCE)
      .map((one) => ({ source: one.source, object: one.object, message: one.message, at: iso(one.at) })),
  });
}

/** A word of a newer client's comes first: this client cannot know that it weighs less. */
function rank(known: readonly string[], word: string): number {
  return known.indexOf(word);
}

function byWeight(a: Blocker, b: Blocker): number {
  return (
    Number(b.loginBlocking) - Number(a.loginBlocking) ||
    Number(a.severity === 'warning') - Number(b.severity === 'warning') ||
    rank(TIERS, a.tier) - rank(TIERS, b.tier) ||
    providerRank(a.component) - providerRank(b.component) ||
    rank(LAYERS, a.layer) - rank(LAYERS, b.layer) ||
    a.component.localeCompare(b.component) ||
    a.code.localeCompare(b.code)
  );
}

/** Collects signals as they are named, so that each statement is one signal however often it is used. */
function signalBook() {
  const signals: Signal[] = [];
  const known = new Map<string, string>();
  return {
    signals,
    note: (statement: Statement, place: Pick<Finding, 'component' | 'tier'>): string => {
      const key = `${statement.source}|${statement.object}|${statement.reason}|${statement.message}`;
      const id = known.get(key);
      if (id) return id;
      const signal = signalOf(statement, signals.length + 1, place.component, place.tier);
      signals.push(signal);
      known.set(key, signal.id);
      return signal.id;
    },
  };
}

/**
 * Pure: the same snapshot and options give the same answer, in whatever order the objects are. Never throws on what a
 * snapshot lacks: what is missing is unknown.
 */
export function diagnose(snapshot: Snapshot, options: DiagnoseOptions): Diagnosis {
  const view = viewOf(snapshot);
  const previous = options.previous ?? null;
  const report = lookAtAll(view);
  const { roots, waiting } = explain(report);

  const failing = new Set(
    roots.flatMap((root) => [root.finding, ...root.consequences.map((one) => one.finding)]).map((one) => one.component),
  );
  const components = componentsOf(view, failing);
  const bootstrap = bootstrapOf(view);
  const all = roots.flatMap((root) => [root.finding, ...root.consequences.map((one) => one.finding)]);
  const tiers = withSince(
    tiersOf(view, components, bootstrap, all),
    previous?.tiers ?? null,
    iso(view.takenAt) ?? options.now.toISOString(),
    { components, findings: all },
  );

  const judged = roots
    .map((root) => ({ root, blocker: blockerOf(view, root, tiers, previous) }))
    .toSorted((a, b) => byWeight(a.blocker, b.blocker));
  const blockers = judged.map((one) => one.blocker);
  const operations = report.operations
    .map(({ above: _above, ...operation }) => operation)
    .toSorted(
      (a, b) =>
        rank(TIERS, a.tier) - rank(TIERS, b.tier) || a.kind.localeCompare(b.kind) || a.object.localeCompare(b.object),
    );
  const rollup = rollupOf(tiers, blockers, operations, {
    cluster: view.current,
    loginAsked: Boolean(snapshot.loginProbe),
  });

  const book = signalBook();
  const causes: Cause[] = judged.map(({ root, blocker }) => ({
    id: blockerKey(blocker),
    blocker,
    object: root.finding.object,
    signals: root.finding.statements.map((one) => book.note(one, root.finding)),
    consequences: root.consequences.map(({ finding, why }) => ({
      code: finding.code,
      component: finding.component,
      object: finding.object,
      why,
      signals: finding.statements.map((one) => book.note(one, finding)),
    })),
  }));
  const ruledOut = [
    ...report.ruledOut.map((one) => ({
      signal: book.note(one.statement, one),
      object: one.object,
      message: one.message,
      why: one.why,
    })),
    ...waiting.map(({ finding, why }) => ({
      signal: finding.statements[0] ? book.note(finding.statements[0], finding) : '',
      object: finding.object,
      message: finding.statements[0]?.message ?? finding.code,
      why,
    })),
  ].toSorted((a, b) => a.object.localeCompare(b.object) || a.message.localeCompare(b.message));

  const graph = { signals: book.signals, causes, ruledOut };
  return { view, tiers, rollup, components, bootstrap, operations, blockers, graph };
}
