import type { Condition, Node } from '../../kubernetes/shapes.ts';
import type { Place } from '../../kubernetes/places.ts';
import { nameOf } from '../../kubernetes/places.ts';
import { ms } from '../../kubernetes/time.ts';
import type { View } from '../../kubernetes/view.ts';
import { isShuttingDown, RESTARTING } from './restart.ts';
import { decidedBy, emptyReport, finding, firstMatch, type Report, ruleOut, type Statement } from './finding.ts';

/** A node that boots is NotReady for about this long, every time. */
const BOOT_MS = 60_000;
/** A disk that was found full is still called full for this long after the last word of it. */
const FILLING_MS = 15 * 60_000;

export function conditionOf(node: Node, type: string) {
  return node.status?.conditions?.find((one) => one.type === type);
}

/** Says whether the kubelet's words about its pods can be trusted: the node is Ready. */
export function isReady(node: Node): boolean {
  return conditionOf(node, 'Ready')?.status === 'True';
}

/** Pods that Kubernetes leaves on a node whatever becomes of it. */
const STAYS: ReadonlySet<string> = new Set(['DaemonSet', 'Node']);

/**
 * The Node object of a machine that is no more, as of a former host name: it is not Ready, no pod is on it, and another node is Ready.
 * What is said of it concerns nobody.
 */
export function isGhost(view: View, node: Node): boolean {
  if (isReady(node) || !view.nodes.some((other) => other !== node && isReady(other))) return false;
  return !view.pods.some(
    ({ spec, metadata }) =>
      spec?.nodeName === node.metadata.name && !metadata.ownerReferences?.some(({ kind }) => STAYS.has(kind)),
  );
}

/** A machine that is restarted or upgraded is cordoned for about this long (Talos drains its node for at most five minutes). */
const MAINTENANCE_MS = 10 * 60_000;

/** A node that takes no pods: a warning by itself; pods that wait for it are the error. */
function cordoned(view: View, node: Node, place: Place, report: Report): void {
  if (node.spec?.unschedulable !== true) return;
  const taint = node.spec.taints?.find(({ key }) => key === 'node.kubernetes.io/unschedulable');
  const at = ms(taint?.timeAdded);
  const message = `${place.object} is unschedulable: it takes no new pods`;
  const statement: Statement = { source: 'node', object: place.object, reason: 'Unschedulable', message, at };
  if (at !== null && (view.nodeNow ?? view.takenAt) - at < MAINTENANCE_MS)
    return ruleOut(report, place, statement, 'it has only just been cordoned, as for a restart or an upgrade');
  const facts = { node: node.metadata.name };
  report.findings.push(finding('node-cordoned', place, [statement], { severity: 'warning', facts }));
}

function stated(place: Place, condition: Condition): Statement {
  return {
    source: 'node',
    object: place.object,
    reason: condition.reason ?? condition.type,
    message: condition.message || `${condition.type} is ${condition.status}`,
    at: ms(condition.lastTransitionTime),
  };
}

function notReady(view: View, node: Node, place: Place, report: Report): void {
  const ready = conditionOf(node, 'Ready');
  if (!ready || ready.status === 'True') return;
  const statement = stated(place, ready);
  const since = ms(ready.lastTransitionTime);
  const boots = view.clockTrusted && view.nodeNow !== null && since !== null && view.nodeNow - since < BOOT_MS;
  if (isShuttingDown(view, node)) return ruleOut(report, place, statement, RESTARTING);
  if (ready.status === 'False' && boots) {
    ruleOut(report, place, statement, 'the node started only recently');
    return;
  }
  const found = firstMatch('node', [{ ...statement, message: `${statement.reason}: ${statement.message}` }]);
  report.findings.push(
    finding(found?.match.rule.code ?? 'node-not-ready', place, [statement], { facts: found?.match.facts ?? {} }),
  );
}

/** Nodes that are not ready, under pressure, or running out of disk. */
export function lookAtNodes(view: View): Report {
  const report = emptyReport();
  for (const node of view.nodes) {
    const place: Place = { component: 'node', tier: 'platform', object: nameOf(node), above: [] };
    if (isGhost(view, node)) {
      const why = `no pod is on it and another node is Ready: it is what is left of a former machine (kubectl delete node ${node.metadata.name})`;
      ruleOut(report, place, stated(place, conditionOf(node, 'Ready') ?? { type: 'Ready', status: 'Unknown' }), why);
      continue;
    }
    notReady(view, node, place, report);
    cordoned(view, node, place, report);
    const pressure = conditionOf(node, 'DiskPressure');
    // What the kubelet said before it saw the pressure go is history.
    const clearedAt = pressure?.status === 'False' ? ms(pressure.lastTransitionTime) : null;
    const full = view
      .eventsOf(node)
      .filter(
        (event) =>
          event.warning &&
          (clearedAt === null || event.last === null || event.last > clearedAt) &&
          /^(?:FreeDiskSpaceFailed|ImageGCFailed|EvictionThresholdMet|ContainerGCFailed|NodeHasDiskPressure)$/.test(
            event.reason,
          ),
      )
      .toSorted((a, b) => (b.last ?? 0) - (a.last ?? 0));
    const told: Statement[] = full.map((event) => ({
      source: 'event',
      object: place.object,
      reason: event.reason,
      message: event.message,
      at: event.last,
      first: event.first,
      count: event.count,
    }));
    const recent = firstMatch(
      'node',
      told
        .filter((one) => one.at === null || view.nodeNow === null || view.nodeNow - one.at < FILLING_MS)
        .map((one) => ({ ...one, message: `${one.reason}: ${one.message}` })),
    );
    if (pressure?.status === 'True')
      report.findings.push(finding('disk-pressure', place, decidedBy(stated(place, pressure), told)));
    else if (recent?.match.rule.code === 'disk-pressure') {
      report.findings.push(
        finding('disk-pressure', place, decidedBy(told[0] ?? recent.statement, told), { severity: 'warning' }),
      );
    }
    for (const type of ['MemoryPressure', 'PIDPressure']) {
      const condition = conditionOf(node, type);
      if (condition?.status !== 'True') continue;
      const detail = type === 'MemoryPressure' ? 'memory' : 'process ids';
      report.findings.push(
        finding('insufficient-resources', place, [stated(place, condition)], {
          severity: 'warning',
          facts: { detail },
        }),
      );
    }
    const network = conditionOf(node, 'NetworkUnavailable');
    if (network?.status === 'True') report.findings.push(finding('cni-failure', place, [stated(place, network)]));
  }
  return report;
}
