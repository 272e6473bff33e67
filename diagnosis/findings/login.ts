import { COMPONENTS } from '../../model/appliance.ts';
import { canLogIn } from '../../kubernetes/login.ts';
import type { Pod } from '../../kubernetes/shapes.ts';
import { ms, newest } from '../../kubernetes/time.ts';
import type { View } from '../../kubernetes/view.ts';
import { emptyReport, finding, type Report, ruleOut, type Statement } from './finding.ts';
import { isRestarting, RESTARTING } from './restart.ts';
import { isReady } from './suspect.ts';
import { placeOf } from '../../kubernetes/places.ts';
import { matchText } from '../classify.ts';
import { needsOf } from '../needs.ts';

/** A page that still does not answer so long after its pod, and those that it needs, became Ready does not answer at all. */
const ANSWER_WITHIN_MS = 3 * 60_000;
const APPLICATION = 'alga-core';

/** A finding if the application's pod has been Ready for some time and its page still gives no login. */
export function lookAtLogin(view: View): Report {
  const report = emptyReport();
  const probe = view.snapshot.loginProbe;
  if (!view.current || canLogIn(probe) !== false) return report;
  // One that is being deleted may still be Ready, and answers no more.
  const pod = view.pods.find(
    (one) => isReady(one) && !one.metadata.deletionTimestamp && placeOf(view, one).component === APPLICATION,
  );
  if (!pod) return report;
  const place = placeOf(view, pod);
  const needed = needsOf(APPLICATION).filter((name) => name !== 'bootstrap');
  const readySince = newest(
    readyAt(pod),
    ...view.pods.filter((one) => isReady(one) && needed.includes(placeOf(view, one).component)).map(readyAt),
  );
  const statement: Statement = {
    source: 'login',
    object: view.snapshot.site?.appUrl ?? 'the application’s page',
    reason: probe?.status ? `HTTP ${probe.status}` : 'NoAnswer',
    message: probe?.error ?? `HTTP ${probe?.status}${probe?.location ? `, Location: ${probe.location}` : ''}`,
    at: view.takenAt,
  };
  const away = needed.find((name) => isAway(view, name));
  if (away !== undefined) {
    ruleOut(report, place, statement, `${away} is not ready, and the page needs it`);
    return report;
  }
  if (readySince === null || view.nodeNow === null || view.nodeNow - readySince < ANSWER_WITHIN_MS) {
    ruleOut(report, place, statement, 'the application, or what it needs, became Ready only recently');
    return report;
  }
  if (isRestarting(view)) {
    ruleOut(report, place, statement, RESTARTING);
    return report;
  }
  const match = matchText('probe', statement.message);
  report.findings.push(
    finding(match?.rule.code ?? 'probe-failing', { ...place, object: statement.object }, [statement], {
      facts: match?.facts ?? {},
    }),
  );
  return report;
}

function readyAt(pod: Pod): number | null {
  return ms(pod.status?.conditions?.find((one) => one.type === 'Ready')?.lastTransitionTime);
}

/** Its workload is there and has no pod that is Ready: why is said of that component, once its own grace is over. */
function isAway(view: View, name: string): boolean {
  const component = COMPONENTS.find((one) => one.name === name);
  const workload = component && view.controller(component.kind, component.namespace, component.object);
  return workload !== undefined && workload.kind !== 'Job' && (workload.status?.readyReplicas ?? 0) === 0;
}
