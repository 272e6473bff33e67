import { COMPONENTS } from '../../model/appliance.ts';
import { canLogIn } from '../../kubernetes/login.ts';
import { ms } from '../../kubernetes/time.ts';
import type { View } from '../../kubernetes/view.ts';
import { emptyReport, finding, type Report, ruleOut, type Statement } from './finding.ts';
import { isRestarting, RESTARTING } from './restart.ts';
import { isReady } from './suspect.ts';
import { placeOf } from '../../kubernetes/places.ts';
import { matchText } from '../classify.ts';

/** A page that still does not answer so long after its pod became Ready does not answer at all. */
const ANSWER_WITHIN_MS = 3 * 60_000;

/** A finding if the application's pod has been Ready for some time and its page still gives no login. */
export function lookAtLogin(view: View): Report {
  const report = emptyReport();
  const probe = view.snapshot.loginProbe;
  if (!view.current || canLogIn(probe) !== false) return report;
  const application = COMPONENTS.find((one) => one.name === 'alga-core');
  const pod = view.pods.find((one) => isReady(one) && placeOf(view, one).component === application?.name);
  if (!pod) return report;
  const place = placeOf(view, pod);
  const readySince = ms(pod.status?.conditions?.find((one) => one.type === 'Ready')?.lastTransitionTime);
  const statement: Statement = {
    source: 'login',
    object: view.snapshot.site?.appUrl ?? 'the application’s page',
    reason: probe?.status ? `HTTP ${probe.status}` : 'NoAnswer',
    message: probe?.error ?? `HTTP ${probe?.status}${probe?.location ? `, Location: ${probe.location}` : ''}`,
    at: view.takenAt,
  };
  if (readySince === null || view.nodeNow === null || view.nodeNow - readySince < ANSWER_WITHIN_MS) {
    ruleOut(report, place, statement, 'the application became Ready only recently');
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
