import { COMPONENTS } from '../../model/appliance.ts';
import type { LoginProbe } from '../../model/status.ts';
import { ms } from '../view/time.ts';
import type { View } from '../view/view.ts';
import { emptyReport, finding, type Report, ruleOut, type Statement } from './finding.ts';
import { isReady } from './suspect.ts';
import { placeOf } from '../view/places.ts';
import { matchText } from '../classify.ts';

/** A page that still does not answer so long after its pod became Ready does not answer at all. */
const ANSWER_WITHIN_MS = 3 * 60_000;

const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];
const LOGIN_PATH = /^\/(?:msp\/dashboard|(?:[\w.-]+\/)*(?:login|signin|sign-in|auth\/\S+))\/?(?:[?#]|$)/i;

/**
 * Takes the answer of the login probe, says whether people can log in: 2xx, or a redirect to the dashboard or to a login page
 * (appliance contract, installer facts). Null when nobody asked.
 */
export function canLogIn(probe: LoginProbe | null | undefined): boolean | null {
  if (!probe || (probe.status === null && !probe.error)) return null;
  if (probe.status === null) return false;
  if (probe.status >= 200 && probe.status < 300) return true;
  if (!REDIRECTS.includes(probe.status) || !probe.location) return false;
  const path = URL.canParse(probe.location) ? new URL(probe.location).pathname : probe.location;
  return LOGIN_PATH.test(path);
}

/** Takes the answer of the login probe, gives it in a few words. */
export function probeWords(probe: LoginProbe | null | undefined): string {
  if (!probe || (probe.status === null && !probe.error)) return 'the application’s page was not asked for';
  if (probe.status === null) return `the application’s page does not answer: ${probe.error ?? 'no reason given'}`;
  return `the application’s page answers ${probe.status}${probe.location ? ` to ${probe.location}` : ''}`;
}

/** Takes the view, gives a finding when the application's pod has long been Ready and its page still gives no login. */
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
    ruleOut(report, place, statement, 'the application has only just become Ready');
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
