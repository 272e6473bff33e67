import type { Domain } from '../rule.ts';
import { type ClusterEvent, lasting } from '../../kubernetes/events.ts';
import type { Pod } from '../../kubernetes/shapes.ts';
import type { Place } from '../../kubernetes/places.ts';
import { iso, ms } from '../../kubernetes/time.ts';
import type { View } from '../../kubernetes/view.ts';
import { decidedBy, finding, firstMatch, type Report, ruleOut, type Statement } from './finding.ts';
import type { Suspect } from './suspect.ts';

/** What the kubelet says before the first container runs, and where its words belong. */
function domainOf(event: ClusterEvent): Domain | null {
  switch (event.reason) {
    case 'FailedMount':
    case 'FailedAttachVolume':
    case 'FailedMapVolume':
    case 'VolumeFailed':
      return 'volume';
    case 'FailedCreatePodSandBox':
    case 'FailedCreatePodSandbox':
    case 'NetworkNotReady':
    case 'FailedPodSandBoxStatus':
    case 'FailedCreatePodContainer':
    case 'FailedSync':
      return /failed to (?:get|pull) .{0,20}(?:sandbox|pause) image|pull(?:ing)? image/i.test(event.message)
        ? 'pull'
        : 'sandbox';
    case 'Failed':
      return /pull|ErrImage/i.test(event.message) ? 'pull' : /subPath|mount/i.test(event.message) ? 'volume' : 'config';
    default:
      return null;
  }
}

/** When a container of the pod last ran: now, or when it ended; after a reboot of the node the pod is prepared again. */
function lastRun(suspects: readonly Suspect[]): number {
  const states = suspects.flatMap((one) => [one.status?.state, one.status?.lastState]);
  if (states.some((state) => state?.running)) return Number.POSITIVE_INFINITY;
  const ended = states.flatMap((state) => (state?.terminated ? [ms(state.terminated.finishedAt)] : []));
  return ended.includes(null) ? Number.POSITIVE_INFINITY : Math.max(0, ...ended.map(Number));
}

/** For a pod none of whose containers has failed: it may be waiting for a volume or a network, or is being prepared. */
export function preparing(view: View, pod: Pod, place: Place, suspects: readonly Suspect[], report: Report): void {
  const waits = suspects.filter((one) => one.status === null || one.status.state?.waiting !== undefined);
  if (waits.length === 0) return;
  const anyRan = suspects.some(
    (one) => one.status?.state?.running || one.status?.state?.terminated || one.status?.lastState?.terminated,
  );
  const ran = lastRun(suspects);
  const created = ms(pod.metadata.creationTimestamp);
  const events = view.eventsOf(pod).toSorted((a, b) => (b.last ?? 0) - (a.last ?? 0));
  const progress = Math.max(
    0,
    ...events
      .filter((event) => /^(?:Pulling|Pulled|Created|Started)$/.test(event.reason))
      .map((event) => event.last ?? 0),
  );
  for (const event of events) {
    const domain = event.warning ? domainOf(event) : null;
    if (!domain) continue;
    const statement: Statement = {
      source: 'event',
      object: place.object,
      reason: event.reason,
      message: event.message,
      at: event.last,
      first: event.first,
      count: event.count,
    };
    // The pod's volumes and network come before the first pull: once that has begun they were had. What is said of one
    // container is of its own start, and its state says it only when the kubelet looks again, ten seconds and more later.
    const isOfPod = event.container === null && domain !== 'config' && domain !== 'pull';
    if ((event.last ?? 0) < progress || (anyRan && isOfPod && (event.last ?? 0) <= ran)) {
      ruleOut(report, place, statement, 'the pod has progressed since');
      continue;
    }
    const found = firstMatch(domain, [statement]);
    const rule = found?.match.rule;
    if (!lasting(event, created) && (rule === undefined || rule.transient || domain === 'sandbox')) {
      ruleOut(report, place, statement, 'seen only once or twice while the pod is being prepared');
      continue;
    }
    const code = rule?.code ?? (domain === 'volume' ? 'volume-mount-failed' : 'unknown-failure');
    if (domain === 'volume' && !rule && /failed to sync|not registered/.test(event.message)) {
      ruleOut(report, place, statement, 'the node has not yet read what the volume needs');
      continue;
    }
    report.findings.push(finding(code, place, decidedBy(statement, []), { facts: found?.match.facts ?? {} }));
    return;
  }
  if (report.operations.some((one) => one.object === place.object)) return;
  const now = view.clockTrusted ? (view.nodeNow ?? view.takenAt) : Math.max(view.nodeNow ?? 0, view.takenAt);
  const started = ms(pod.status?.startTime) ?? created;
  report.operations.push({
    kind: 'container-creating',
    component: place.component,
    tier: place.tier,
    object: place.object,
    image: waits[0]?.image ?? null,
    startedAt: iso(started),
    elapsedSeconds: started === null ? null : Math.max(0, Math.round((now - started) / 1000)),
    sizeBytes: null,
    progressAvailable: false,
    progressReason: 'the node does not report progress',
    message: anyRan ? `Waiting for an earlier step of ${place.object}` : `Preparing ${place.object}`,
    above: [place.object, ...place.above],
  });
}
