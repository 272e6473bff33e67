import type { Domain } from '../rule.ts';
import type { ClusterEvent } from '../../kubernetes/events.ts';
import { componentNamed, type Place, tierOfNamespace } from '../../kubernetes/places.ts';
import type { View } from '../../kubernetes/view.ts';
import { meantHere } from './ended.ts';
import { decidedBy, emptyReport, finding, firstMatch, type Report, type Statement } from './finding.ts';
import { factsOfLog, readLog } from './log.ts';

function domainOf(event: ClusterEvent): Domain | null {
  const { kind, reason, message } = event;
  if (kind === 'Pod') {
    if (/^(?:Failed|BackOff|InspectFailed|ErrImageNeverPull)$/.test(reason) && /pull|image/i.test(message))
      return 'pull';
    if (reason === 'FailedScheduling') return 'schedule';
    if (/Mount|Volume/.test(reason)) return 'volume';
    if (/Sandbox|SandBox|NetworkNotReady/.test(reason)) return 'sandbox';
    if (reason === 'Evicted') return 'evict';
    return reason === 'Failed' ? 'config' : null;
  }
  if (/^(?:ReplicaSet|StatefulSet|DaemonSet|Job|Deployment)$/.test(kind))
    return /^FailedCreate|ReplicaSetCreateError/.test(reason) ? 'admission' : null;
  if (kind === 'PersistentVolumeClaim') return 'claim';
  if (kind === 'Node') return 'node';
  if (/^(?:GitRepository|OCIRepository|HelmRepository|Bucket)$/.test(kind)) return 'flux-source';
  if (kind === 'Kustomization') return 'flux-apply';
  return kind === 'HelmRelease' || kind === 'HelmChart' ? 'helm' : null;
}

function placeOfName(kind: string, namespace: string | null, name: string): Place {
  const component = componentNamed(namespace ?? undefined, name);
  return {
    component: component?.name ?? (kind === 'Node' ? 'node' : name),
    tier: component?.tier ?? (kind === 'Node' ? 'platform' : tierOfNamespace(namespace ?? undefined)),
    object: namespace ? `${kind} ${namespace}/${name}` : `${kind} ${name}`,
    above: [],
  };
}

/** A picture with nodes, pods and workloads is a cluster's whole one: a kind that is not in it has no objects any more. */
export function isWhole({ kinds, snapshot }: View): boolean {
  return (
    (snapshot.kubernetes?.error ?? null) === null &&
    (snapshot.kubernetes?.missing.length ?? 0) === 0 &&
    ['Node', 'Pod', 'Deployment'].every((kind) => kinds.has(kind))
  );
}

/**
 * Events and logs about kinds of which the snapshot has no object at all, such as a bundle without objects. If
 * objects of the kind exist, one that is missing among them was deleted.
 */
export function lookAtOrphans(view: View): Report {
  const report = emptyReport();
  const named = new Map<string, ClusterEvent[]>();
  const whole = isWhole(view);
  for (const event of view.events) {
    if (!event.warning || whole || view.kinds.has(event.kind)) continue;
    const key = `${event.kind} ${event.namespace}/${event.name}`;
    named.set(key, [...(named.get(key) ?? []), event]);
  }
  for (const events of named.values()) {
    const [any] = events;
    if (!any) continue;
    const place = placeOfName(any.kind, any.namespace, any.name);
    const byDomain = Map.groupBy(
      events.toSorted((a, b) => (b.last ?? 0) - (a.last ?? 0)),
      domainOf,
    );
    for (const [domain, group] of byDomain) {
      if (!domain) continue;
      const statements: Statement[] = group.map((event) => ({
        source: 'event',
        object: place.object,
        reason: event.reason,
        message: event.message,
        at: event.last,
        first: event.first,
        count: event.count,
      }));
      const found = firstMatch(domain, statements);
      if (!found) continue;
      report.findings.push(
        finding(found.match.rule.code, place, decidedBy(found.statement, statements), { facts: found.match.facts }),
      );
    }
  }
  if (view.kinds.has('Pod')) return report;
  for (const log of view.snapshot.logs ?? []) {
    const place = placeOfName('Pod', log.namespace, log.pod);
    const verdict = readLog(log.text, meantHere(place.component));
    if (!verdict.known) continue;
    const statement: Statement = {
      source: 'log',
      object: place.object,
      reason: 'log',
      message: verdict.known.line,
      at: view.takenAt,
    };
    report.findings.push(
      finding(verdict.known.match.rule.code, place, [statement], {
        facts: { ...factsOfLog(verdict), ...verdict.known.match.facts },
      }),
    );
  }
  return report;
}
