import { matchText } from '../classify.ts';
import type { Place } from '../../kubernetes/places.ts';
import { emptyReport, finding, type Report } from './finding.ts';
import type { View } from '../../kubernetes/view.ts';

/** Why the Kubernetes API could not be asked. */
export function lookAtApi(view: View): Report {
  const report = emptyReport();
  const error = view.snapshot.kubernetes?.error;
  if (!error) return report;
  const place: Place = { component: 'kubernetes', tier: 'platform', object: 'Kubernetes API', above: [] };
  const match = matchText('kube-api', error);
  const statement = {
    source: 'kubernetes',
    object: place.object,
    reason: 'NoAnswer',
    message: error,
    at: view.takenAt,
  };
  report.findings.push(
    finding(match?.rule.code ?? 'kubernetes-unreachable', place, [statement], { facts: match?.facts ?? {} }),
  );
  return report;
}
