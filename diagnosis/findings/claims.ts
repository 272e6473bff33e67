import { lasting } from '../../kubernetes/events.ts';
import { placeOfClaim } from '../../kubernetes/places.ts';
import { ms } from '../../kubernetes/time.ts';
import type { View } from '../../kubernetes/view.ts';
import { decidedBy, emptyReport, finding, firstMatch, type Report, ruleOut, type Statement } from './finding.ts';

/** A claim that has waited for its provisioner this long never gets a volume (the provisioner answers within seconds). */
const WAITS_IN_VAIN_MS = 5 * 60_000;

/** Claims that cannot be bound. One that is waiting for its first consumer is in order. */
export function lookAtClaims(view: View): Report {
  const report = emptyReport();
  for (const claim of view.claims) {
    if (claim.metadata.deletionTimestamp || claim.status?.phase === 'Bound') continue;
    const place = placeOfClaim(view, claim.metadata.namespace, claim.metadata.name);
    const created = ms(claim.metadata.creationTimestamp);
    const wanted = claim.spec?.storageClassName;
    const facts = { claim: claim.metadata.name, ...(wanted ? { detail: wanted } : {}) };
    const events = view.eventsOf(claim).toSorted((a, b) => (b.last ?? 0) - (a.last ?? 0));
    const statements: Statement[] = events.map((event) => ({
      source: 'event',
      object: place.object,
      reason: event.reason,
      message: event.message,
      at: event.last,
      first: event.first,
      count: event.count,
    }));
    const state: Statement = {
      source: 'claim',
      object: place.object,
      reason: claim.status?.phase ?? 'Pending',
      message: `the claim is ${claim.status?.phase ?? 'Pending'}`,
      at: created,
    };

    if (claim.status?.phase === 'Lost') {
      report.findings.push(
        finding('pvc-unbound', place, decidedBy(statements.find((one) => /Lost/.test(one.reason)) ?? state, [state]), {
          facts: { claim: claim.metadata.name },
        }),
      );
      continue;
    }
    const failed = statements.filter((one) =>
      /^(?:ProvisioningFailed|FailedBinding|FailedVolume|ProvisioningCleanupFailed|VolumeMismatch|VolumeResizeFailed)/.test(
        one.reason,
      ),
    );
    const found = firstMatch('claim', failed);
    if (found) {
      report.findings.push(
        finding(found.match.rule.code, place, decidedBy(found.statement, failed), {
          facts: { claim: claim.metadata.name, ...found.match.facts },
        }),
      );
      continue;
    }
    if (failed[0]) {
      const code = failed[0].reason === 'ProvisioningFailed' ? 'storage-provisioner-failed' : 'pvc-unbound';
      report.findings.push(finding(code, place, decidedBy(failed[0], failed), { facts }));
      continue;
    }
    if (wanted && view.storageClasses.length > 0 && !view.storageClasses.some((one) => one.metadata.name === wanted)) {
      report.findings.push(
        finding('pvc-unbound', place, [{ ...state, message: `storage class ${wanted} does not exist` }], { facts }),
      );
      continue;
    }
    const waiting = events.find((event) => event.reason === 'ExternalProvisioning' || event.reason === 'Provisioning');
    const inVain =
      waiting &&
      lasting(waiting, created, WAITS_IN_VAIN_MS) &&
      (waiting.last ?? 0) - (created ?? waiting.first ?? waiting.last ?? 0) >= WAITS_IN_VAIN_MS;
    if (inVain) {
      const statement = statements.find((one) => one.reason === waiting.reason) ?? state;
      report.findings.push(
        finding('pvc-unbound', place, decidedBy(statement, statements), { facts: { claim: claim.metadata.name } }),
      );
    } else if (statements[0]) {
      ruleOut(report, place, statements[0], 'the claim is waiting for its first pod or its volume is being created');
    }
  }
  return report;
}
