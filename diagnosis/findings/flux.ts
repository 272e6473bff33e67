import type { BlockerCode } from '../../model/blocker.ts';
import { NAMESPACES } from '../../model/appliance.ts';
import type { TierId } from '../../model/tiers.ts';
import type { Domain } from '../rule.ts';
import type { Condition, FluxObject } from '../../kubernetes/shapes.ts';
import {
  aboveKustomization,
  aboveRelease,
  nameOf,
  type Place,
  tierOfKustomization,
  tierOfRelease,
} from '../../kubernetes/places.ts';
import { iso, ms } from '../../kubernetes/time.ts';
import type { View } from '../../kubernetes/view.ts';
import { decidedBy, emptyReport, finding, firstMatch, type Report, ruleOut, type Statement } from './finding.ts';
import { isOlderThanRestart, isRestarting, RESTARTING } from './restart.ts';

const SOURCES = new Set(['GitRepository', 'OCIRepository', 'HelmRepository', 'Bucket']);

/** Only if it is about the current generation. */
export function currentCondition(object: FluxObject, type: string): Condition | null {
  const condition = object.status?.conditions?.find((one) => one.type === type);
  if (!condition) return null;
  const generation = object.metadata.generation ?? 0;
  const seen = condition.observedGeneration ?? object.status?.observedGeneration ?? generation;
  return seen < generation ? null : condition;
}

/** Says whether an object of Flux is Ready at the generation that is asked for. */
export function isReady(object: FluxObject): boolean {
  return currentCondition(object, 'Ready')?.status === 'True' && object.spec?.suspend !== true;
}

function usersOf(view: View, source: FluxObject): FluxObject[] {
  return view.flux.filter((one) => {
    const chart = one.spec?.chart;
    const reference = one.spec?.sourceRef ?? (typeof chart === 'object' ? chart.spec?.sourceRef : undefined);
    return reference?.name === source.metadata.name && (reference.kind ?? source.kind) === source.kind;
  });
}

/** Releases are below their Kustomization, sources below everything that uses them. */
export function placeOfFlux(view: View, object: FluxObject): Place {
  const { name } = object.metadata;
  const place = (component: string, tier: TierId, above: readonly string[]): Place => ({
    component,
    tier,
    object: nameOf(object),
    above,
  });
  if (object.kind === 'HelmRelease') return place(name, tierOfRelease(name), aboveRelease(view, name));
  if (object.kind === 'Kustomization')
    return place(name, tierOfKustomization(name), aboveKustomization(view, name).slice(1));
  if (object.kind === 'HelmChart') {
    const release = name.replace(new RegExp(`^${NAMESPACES.releases}-`), '');
    return place(release, tierOfRelease(release), [
      `HelmRelease ${NAMESPACES.releases}/${release}`,
      ...aboveRelease(view, release),
    ]);
  }
  const users = usersOf(view, object).map((one) => placeOfFlux(view, one));
  const shared = object.kind === 'GitRepository' || users.length === 0;
  return place(name, shared ? 'platform' : (users[0]?.tier ?? 'platform'), [
    ...new Set(users.flatMap((one) => [one.object, ...one.above])),
  ]);
}

/** What Flux itself says is only waiting for another of its objects. */
const WAITS =
  /^(?:DependencyNotReady|SourceNotReady|Progressing|ProgressingWithRetry|NoArtifact|AwaitingDependencies|Init)$/;
const WAITING_WORDS =
  /dependency '[^']+' is not ready|dependencies do not meet ready condition|\bsource (?:artifact )?(?:is )?not (?:ready|found)|Source is not ready|reconciliation in progress|artifact not found, retrying|HelmChart '[^']+' is not ready: (?:latest generation|stale|no artifact)/i;

function codeByReason(object: FluxObject, reason: string): BlockerCode {
  if (SOURCES.has(object.kind))
    return object.kind === 'HelmRepository' ? 'helm-chart-unavailable' : 'flux-source-unreachable';
  if (object.kind === 'HelmChart') return 'helm-chart-unavailable';
  if (object.kind === 'Kustomization') {
    if (/^BuildFailed$/.test(reason)) return 'flux-build-failed';
    if (/^HealthCheckFailed$/.test(reason)) return 'flux-health-timeout';
    if (/^(?:ReconciliationFailed|PruneFailed)$/.test(reason)) return 'flux-apply-rejected';
  }
  if (object.kind === 'HelmRelease' && reason === 'DriftCorrectionFailed') return 'flux-apply-rejected';
  return 'unknown-failure';
}

/** What Flux says while it cannot fetch: from the network, or from its own source-controller. */
const FETCHES: ReadonlySet<BlockerCode> = new Set([
  'flux-source-unreachable',
  'helm-chart-unavailable',
  'flux-build-failed',
  'dns-resolution-failure',
]);

/** What helm-controller says between two tries of the strategy RetryOnFailure; why the last one failed stands in an event only. */
const ONLY_THAT_IT_RETRIES = /^RetryAfterInterval$/;
/** The try that failed ended at most so long before its condition was written. */
const LAST_TRY_MS = 60_000;

/** The warnings of the last try, newest first. */
function warningsOf(view: View, object: FluxObject, place: Place, { at }: Statement): Statement[] {
  return view
    .eventsOf(object)
    .filter(({ warning, last }) => warning && (at === null || last === null || last >= at - LAST_TRY_MS))
    .toSorted((a, b) => (b.last ?? 0) - (a.last ?? 0) || Number(isOutcome(b.reason)) - Number(isOutcome(a.reason)))
    .map(({ reason, message, last, first, count }) => ({
      source: 'event',
      object: place.object,
      reason,
      message,
      at: last,
      first,
      count,
    }));
}

/** An event that says how a step ended, and not what was found before it. */
function isOutcome(reason: string): boolean {
  return reason.endsWith('Failed');
}

/** The steps of a Kustomization; each ends in a reason of its own. */
const STEPS: ReadonlySet<BlockerCode> = new Set(['flux-build-failed', 'flux-apply-rejected', 'flux-health-timeout']);

const domainOf = (object: FluxObject): Domain =>
  SOURCES.has(object.kind) ? 'flux-source' : object.kind === 'Kustomization' ? 'flux-apply' : 'helm';

function failing(object: FluxObject): Condition | null {
  const stalled = currentCondition(object, 'Stalled');
  const failed = ['FetchFailed', 'BuildFailed', 'StorageOperationFailed', 'IncludeUnavailable']
    .map((type) => currentCondition(object, type))
    .find((one) => one?.status === 'True');
  const released = currentCondition(object, 'Released');
  const ready = currentCondition(object, 'Ready');
  if (ready?.status === 'True') return null;
  if (failed) return failed;
  // Released says how the release's own operation ended; Ready may only repeat that no retries are left.
  if (released?.status === 'False' && ready?.status === 'False') return released;
  if (ready?.status === 'False') return ready;
  return stalled?.status === 'True' ? stalled : null;
}

function stated(place: Place, condition: Condition): Statement {
  return {
    source: 'flux',
    object: place.object,
    reason: condition.reason ?? condition.type,
    message: condition.message ?? condition.type,
    at: ms(condition.lastTransitionTime),
  };
}

function asksAgain(object: FluxObject, condition: Condition): boolean {
  const asked = object.metadata.annotations?.['reconcile.fluxcd.io/requestedAt'];
  const handled = object.status?.lastHandledReconcileAt;
  return asked !== undefined && handled !== undefined && asked !== handled && condition.status !== 'True';
}

function locked(object: FluxObject): Statement | null {
  const pending = object.status?.history?.[0];
  if (!pending?.status?.startsWith('pending-')) return null;
  return {
    source: 'flux',
    object: nameOf(object),
    reason: pending.status,
    message: `the newest record of the release has the status ${pending.status}`,
    at: ms(pending.lastDeployed),
  };
}

function lookAtOne(view: View, object: FluxObject, report: Report): void {
  if (object.metadata.deletionTimestamp) return;
  const place = placeOfFlux(view, object);
  if (object.spec?.suspend === true) {
    const statement: Statement = {
      source: 'flux',
      object: place.object,
      reason: 'Suspended',
      message: 'spec.suspend is true',
      at: null,
    };
    report.findings.push(finding('flux-suspended', place, [statement]));
    return;
  }
  const condition = failing(object);
  if (!condition) {
    const ready = currentCondition(object, 'Ready');
    if (object.kind === 'HelmRelease' && ready?.status === 'Unknown') {
      const started = ms(ready.lastTransitionTime);
      report.operations.push({
        kind: 'helm',
        component: place.component,
        tier: place.tier,
        object: place.object,
        image: null,
        startedAt: iso(started),
        elapsedSeconds:
          started === null
            ? null
            : Math.max(
                0,
                Math.round((Math.max(view.nodeNow ?? 0, view.clockTrusted ? 0 : view.takenAt) - started) / 1000),
              ),
        sizeBytes: null,
        progressAvailable: false,
        progressReason: 'Helm does not report progress',
        message: ready.message ?? 'A Helm operation is running',
        above: place.above,
      });
    }
    return;
  }
  const statement = stated(place, condition);
  const others = ['Ready', 'Released', 'Stalled'].flatMap((type) => {
    const one = currentCondition(object, type);
    return one && one !== condition && (one.status === 'False' || type === 'Stalled') ? [stated(place, one)] : [];
  });
  if (asksAgain(object, condition))
    return ruleOut(report, place, statement, 'a new reconciliation was requested and has not started');
  if (
    (WAITS.test(statement.reason) || WAITING_WORDS.test(statement.message)) &&
    !/dial tcp|lookup |x509|denied|unauthorized/i.test(statement.message)
  ) {
    return ruleOut(report, place, statement, 'it is waiting for another Flux object');
  }
  const events = ONLY_THAT_IT_RETRIES.test(statement.reason) ? warningsOf(view, object, place, statement) : [];
  const found = firstMatch(domainOf(object), [...events, statement, ...others]);
  const lock = found ? null : locked(object);
  const told =
    found?.match.rule.code ??
    (lock ? 'helm-operation-in-progress' : codeByReason(object, (events[0] ?? statement).reason));
  // The controller itself says at which of its steps it failed: where words would name another step of it, it knows better.
  const step = object.kind === 'Kustomization' ? codeByReason(object, statement.reason) : 'unknown-failure';
  const code = STEPS.has(told) && STEPS.has(step) ? step : told;
  if (FETCHES.has(code) && isRestarting(view) && !isOlderThanRestart(view, statement.at))
    return ruleOut(report, place, statement, RESTARTING);
  const url = object.spec?.url;
  const facts = {
    release: object.metadata.name,
    ...(url ? { url } : {}),
    ...(object.spec?.ref?.branch ? { branch: object.spec.ref.branch } : {}),
    ...found?.match.facts,
  };
  report.findings.push(
    finding(code, place, decidedBy(found?.statement ?? lock ?? events[0] ?? statement, [statement, ...others]), {
      facts,
    }),
  );
}

/** What Flux reports as failed at the current generation. */
export function lookAtFlux(view: View): Report {
  const report = emptyReport();
  for (const object of view.flux) lookAtOne(view, object, report);
  return report;
}
