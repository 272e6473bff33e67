import { COMPONENTS, NAMESPACES } from '../../model/appliance.ts';
import { aboveRelease } from '../../kubernetes/places.ts';
import { ms } from '../../kubernetes/time.ts';
import type { View } from '../../kubernetes/view.ts';
import { emptyReport, finding, type Report } from './finding.ts';
import { isWhole } from './orphans.ts';
import { currentCondition, isReady } from './flux.ts';

/** Lists of different kinds are not of the same instant: a workload that was just made may be in none of them yet. */
const SETTLED_MS = 10_000;

const LISTS: Readonly<Record<string, string>> = { Deployment: 'deployments', StatefulSet: 'statefulsets' };

/** Workloads that do not exist although the release that creates them is Ready at its generation. */
export function lookAtMissing(view: View): Report {
  const report = emptyReport();
  if (!view.current) return report;
  const isPartial = !isWhole(view);
  for (const component of COMPONENTS) {
    const { name, tier, kind, namespace, object, helmRelease, optional } = component;
    const list = LISTS[kind];
    if (helmRelease === undefined || optional || list === undefined || view.missing.has(list)) continue;
    const release = view.flux.find(
      ({ kind: is, metadata }) =>
        is === 'HelmRelease' && metadata.name === helmRelease && metadata.namespace === NAMESPACES.releases,
    );
    if (!release || release.metadata.deletionTimestamp || !isReady(release)) continue;
    const since = ms(currentCondition(release, 'Ready')?.lastTransitionTime);
    if (since !== null && view.takenAt - since < SETTLED_MS) continue;
    if (view.controller(kind, namespace, object)) continue;
    const place = {
      component: name,
      tier,
      object: `${kind} ${namespace}/${object}`,
      above: aboveRelease(view, helmRelease),
    };
    const message = `HelmRelease ${NAMESPACES.releases}/${helmRelease} is Ready, and ${kind} ${object} does not exist`;
    const statement = { source: 'flux', object: place.object, reason: 'Missing', message, at: null } as const;
    report.findings.push(
      finding('release-objects-missing', place, [statement], {
        facts: { release: helmRelease, ...(isPartial && { isPartial }) },
      }),
    );
  }
  return report;
}
