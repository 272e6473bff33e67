import { bootstrapJob, conditionOf, isComplete, podsOfJob } from '../diagnosis/findings/job-state.ts';
import { ruleOf } from '../diagnosis/rules/table.ts';
import { nameOf } from '../kubernetes/places.ts';
import type { FluxObject, Pod } from '../kubernetes/shapes.ts';
import { ms } from '../kubernetes/time.ts';
import type { View } from '../kubernetes/view.ts';
import { COMPONENTS, NAMESPACES } from '../model/appliance.ts';
import { BLOCKER_CODES } from '../model/blocker.ts';
import type { Blocker, BlockerCode } from '../model/blocker.ts';
import type { Remedy, Target } from '../model/repair.ts';
import { redact } from '../redaction/index.ts';

/** Of a HelmRelease that names none (helm-controller, `spec.timeout`). */
const HELM_TIMEOUT_MS = 5 * 60_000;
/** A source that failed is fetched again at growing intervals; a shorter failure is not worth a request. */
const SOURCE_FAILS_MS = 2 * 60_000;
/** Three intervals of the longest in the Flux tree: whatever is older by then was not asked for. */
const BEHIND_MS = 15 * 60_000;

/** An evidence text is kept with so many characters, on one line and without secrets. */
const MOST_TEXT = 500;

/** What a remedy is looked for in: the view, and what the diagnosis says about it. */
export interface Seen {
  readonly view: View;
  /** In the order of their weight. */
  readonly causes: readonly Cause[];
}

/** A root cause, and the object in which it was found. */
export interface Cause {
  readonly blocker: Blocker;
  /** `Kind namespace/name`. */
  readonly object: string;
}

/**
 * The remedies that an appliance calls for, in the order in which they are worth doing. Pure. Only for what the diagnosis reports as a
 * cause itself: a release that fails because of something else is not touched. ./hindrance.ts says whether any may be carried out.
 */
export function remediesFor(seen: Seen): readonly Remedy[] {
  if (!seen.view.current) return [];
  const found = [...seen.causes.flatMap((cause) => forCause(seen, cause) ?? []), ...kustomizationsBehind(seen.view)];
  const told = found.map((one) => ({ ...one, why: shortened(one.why) }));
  return [...new Map(told.map((one) => [`${one.object} ${one.action.do}`, one])).values()];
}

/**
 * What the repairs of a cause are counted by. A new pod has a new name where a Deployment makes it, so a pod counts as its controller;
 * missing objects as the release that brings them back.
 */
export function subjectOf(view: View, { blocker, object }: Cause): string {
  if (blocker.code === 'release-objects-missing') {
    const release = releaseOf(view, blocker.component);
    return release ? nameOf(release) : object;
  }
  const { namespace, ownerReferences } = view.pods.find((one) => nameOf(one) === object)?.metadata ?? {};
  const owner = ownerReferences?.find(({ controller }) => controller === true);
  return owner ? nameOf({ kind: owner.kind, metadata: { namespace, name: owner.name } }) : object;
}

/** For a record, a table or a document. */
export function shortened(text: string): string {
  return redact(text).replaceAll(/\s+/g, ' ').slice(0, MOST_TEXT);
}

function forCause(seen: Seen, cause: Cause): Remedy | null {
  const { view } = seen;
  switch (cause.blocker.code) {
    case 'helm-operation-in-progress':
      return stuckOperation(view, cause);
    case 'release-objects-missing':
      return lostObjects(view, cause);
    case 'image-pull-interrupted':
      return interruptedPull(view, cause);
    default:
      return failedSetup(seen, cause) ?? givenUp(seen, cause) ?? staleSource(seen, cause);
  }
}

/** Helm's record says that an operation runs, and it is older than every operation can be: the controller was ended in it. */
function stuckOperation(view: View, { blocker, object }: Cause): Remedy | null {
  const release = fluxOf(view, object);
  const newest = release?.status?.history?.[0];
  const begun = ms(newest?.lastDeployed);
  if (!release || !newest?.status?.startsWith('pending-') || begun === null || view.nodeNow === null) return null;
  const timeout = durationMs(release.spec?.timeout) ?? HELM_TIMEOUT_MS;
  if (view.nodeNow - begun < 2 * timeout + 60_000) return null;
  return reconciliation(view, release, blocker, {
    kind: 'helm-operation-stuck',
    force: true,
    reset: false,
    why: `The newest record of the release has the status ${newest.status} since ${newest.lastDeployed}`,
  });
}

/** Flux gave the release up, only the waiting had failed, and by now everything of the release is ready. */
function givenUp({ view, causes }: Seen, { blocker, object }: Cause): Remedy | null {
  const release = fluxOf(view, object);
  if (release?.kind !== 'HelmRelease' || !passes(blocker.code)) return null;
  const stalled = release.status?.conditions?.find(({ type, status }) => type === 'Stalled' && status === 'True');
  const others = causes.some((one) => one.blocker !== blocker && one.blocker.component === blocker.component);
  const own = view.workloads.filter(
    ({ metadata }) => metadata.labels?.['helm.toolkit.fluxcd.io/name'] === release.metadata.name,
  );
  if (!stalled || others || own.length === 0 || !own.every(isReady)) return null;
  return reconciliation(view, release, blocker, {
    kind: 'release-given-up',
    force: true,
    reset: true,
    why: `Flux gave up (${stalled.reason ?? 'Stalled'}), and all ${own.length} workloads of the release are ready now`,
  });
}

/** The Job that sets up the database failed for good, and nothing of it runs (lesson 6). */
function failedSetup({ view, causes }: Seen, { blocker, object }: Cause): Remedy | null {
  const job = bootstrapJob(view);
  const failed = job && conditionOf(job, 'Failed');
  if (!failed || (nameOf(job) !== object && !podsOfJob(view, job).some((pod) => nameOf(pod) === object))) return null;
  if ((job.status?.active ?? 0) > 0 || podsOfJob(view, job).some(isAlive)) return null;
  const release = view.flux.find(({ kind, metadata }) => kind === 'HelmRelease' && metadata.name === SETTING_UP);
  const target = targetOf(view, 'Job', job.metadata);
  if (!release || !target) return null;
  const database = view.workloads.filter(({ metadata, kind }) =>
    COMPONENTS.some(
      (one) =>
        DATABASE.has(one.name) &&
        one.kind === kind &&
        one.namespace === metadata.namespace &&
        one.object === metadata.name,
    ),
  );
  const isGone =
    database.length > 0 &&
    database.every(isReady) &&
    causes.every((one) => one.blocker === blocker || !isOfCore(one.blocker));
  return {
    kind: 'setup-job-failed',
    target,
    object: nameOf(job),
    subject: nameOf(job),
    component: blocker.component,
    action: { do: 'renew-setup', release: release.metadata.name },
    does: 'delete the failed Job; Helm creates it again',
    why: `${failed.reason ?? 'Failed'}: ${blocker.reason}`,
    automatic: passes(blocker.code) && isGone,
  };
}

/** A source could not be fetched, which may have passed: Flux itself tries at growing intervals. */
function staleSource({ view, causes }: Seen, { blocker, object }: Cause): Remedy | null {
  const source = fluxOf(view, object);
  if (!source || !SOURCES.has(source.kind) || !passes(blocker.code) || view.nodeNow === null) return null;
  if (view.nodeNow - (ms(blocker.since) ?? view.nodeNow) < SOURCE_FAILS_MS) return null;
  if (causes.some((one) => one.blocker !== blocker && one.blocker.tier === 'platform')) return null;
  return reconciliation(view, source, blocker, {
    kind: 'source-stale',
    force: false,
    reset: false,
    why: blocker.reason,
  });
}

/** A Kustomization that is Ready at a revision that its source replaced long ago: nobody has asked it to go on. */
function kustomizationsBehind(view: View): Remedy[] {
  return view.flux.flatMap((one) => {
    if (one.kind !== 'Kustomization' || one.metadata.deletionTimestamp || one.spec?.suspend || view.nodeNow === null)
      return [];
    const { sourceRef } = one.spec ?? {};
    const source = view.flux.find(
      ({ kind, metadata }) => kind === sourceRef?.kind && metadata.name === sourceRef?.name,
    );
    const held = source?.status?.artifact;
    const isReadyAtOld =
      one.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
    const since = ms(held?.lastUpdateTime);
    if (!held?.revision || !isReadyAtOld || since === null || view.nodeNow - since < BEHIND_MS) return [];
    if (one.status?.lastAppliedRevision === undefined || one.status.lastAppliedRevision === held.revision) return [];
    const made = reconciliation(
      view,
      one,
      { component: one.metadata.name },
      {
        kind: 'source-stale',
        force: false,
        reset: false,
        why: `${nameOf(one)} has applied ${one.status.lastAppliedRevision}; its source holds ${held.revision} since ${held.lastUpdateTime}`,
      },
    );
    return made ?? [];
  });
}

/** A release is Ready, and an object of it was deleted. */
function lostObjects(view: View, { blocker }: Cause): Remedy | null {
  const release = releaseOf(view, blocker.component);
  if (!release) return null;
  return reconciliation(view, release, blocker, {
    kind: 'release-objects-missing',
    force: true,
    reset: false,
    why: blocker.reason,
  });
}

/** A pod that never ran waits for the next try of a pull that was cut: a new pod pulls at once. A Job counts its pods, so not those. */
function interruptedPull(view: View, { blocker, object }: Cause): Remedy | null {
  const pod = view.pods.find((one) => nameOf(one) === object);
  const owner = pod?.metadata.ownerReferences?.find(({ controller }) => controller === true);
  if (!pod || pod.metadata.deletionTimestamp || !owner || !OWNERS.has(owner.kind) || !neverRan(pod)) return null;
  const isWaiting = statusesOf(pod).some(({ state }) => state?.waiting?.reason === 'ImagePullBackOff');
  const target = targetOf(view, 'Pod', pod.metadata);
  if (!isWaiting || !target) return null;
  return {
    kind: 'pull-interrupted',
    target,
    object: nameOf(pod),
    subject: subjectOf(view, { blocker, object }),
    component: blocker.component,
    action: { do: 'recreate-pod' },
    does: `delete the pod, which never ran; its ${owner.kind} creates it again, and the pull starts at once`,
    why: blocker.evidence[0]?.message ?? blocker.reason,
    automatic: true,
  };
}

const OWNERS: ReadonlySet<string> = new Set(['ReplicaSet', 'StatefulSet', 'DaemonSet']);
const SOURCES: ReadonlySet<string> = new Set([
  'GitRepository',
  'OCIRepository',
  'HelmRepository',
  'HelmChart',
  'Bucket',
]);
/** The release to which the Job that sets up the database belongs. */
const SETTING_UP = 'alga-core';
const DATABASE: ReadonlySet<string> = new Set(['db', 'pgbouncer']);
/** Not transient by their rules, which are about what to say; but all that failed was a wait, or a transfer. */
const WAITS_FAILED: ReadonlySet<string> = new Set<BlockerCode>(['helm-timeout', 'helm-chart-unavailable']);
const KNOWN: ReadonlySet<string> = new Set(Object.values(BLOCKER_CODES).flat());

/** Whether a failure of this code can pass without a change. */
function passes(code: string): boolean {
  return WAITS_FAILED.has(code) || (isCode(code) && ruleOf(code).transient === true);
}

function isCode(code: string): code is BlockerCode {
  return KNOWN.has(code);
}

function isOfCore({ tier, severity }: Blocker): boolean {
  return severity === 'error' && (tier === 'platform' || tier === 'core');
}

function isReady({ spec, status }: View['workloads'][number]): boolean {
  const wanted = spec?.replicas ?? status?.desiredNumberScheduled ?? 1;
  return (status?.readyReplicas ?? status?.numberReady ?? 0) >= wanted;
}

function isAlive({ status }: Pod): boolean {
  return status?.phase !== 'Failed' && status?.phase !== 'Succeeded';
}

function statusesOf({ status }: Pod) {
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
}

function neverRan(pod: Pod): boolean {
  const statuses = statusesOf(pod);
  return (
    statuses.length > 0 &&
    statuses.every(({ state, lastState, restartCount }) => {
      const hasRun = state?.running ?? state?.terminated ?? lastState?.terminated;
      return !hasRun && (restartCount ?? 0) === 0;
    })
  );
}

function releaseOf(view: View, component: string): FluxObject | undefined {
  const name = COMPONENTS.find((one) => one.name === component)?.helmRelease;
  return view.flux.find(({ kind, metadata }) => kind === 'HelmRelease' && metadata.name === name);
}

/** The Job that sets up the database works, or is about to. */
function isSettingUp(view: View): boolean {
  const job = bootstrapJob(view);
  if (!job || isComplete(job)) return false;
  return !conditionOf(job, 'Failed') || (job.status?.active ?? 0) > 0 || podsOfJob(view, job).some(isAlive);
}

function fluxOf(view: View, object: string): FluxObject | undefined {
  return view.flux.find((one) => nameOf(one) === object && !one.metadata.deletionTimestamp);
}

/** Of the object as it was seen; null where the picture does not say which one it is. */
function targetOf(
  view: View,
  kind: string,
  { namespace, name }: { readonly namespace?: string | undefined; readonly name: string },
): Target | null {
  const item = view.snapshot.kubernetes?.items.find(
    (one) => one.kind === kind && one.metadata.namespace === namespace && one.metadata.name === name,
  );
  const { uid, resourceVersion } = item?.metadata ?? {};
  if (!item || namespace === undefined || uid === undefined || resourceVersion === undefined) return null;
  return { apiVersion: item.apiVersion, kind, namespace, name, uid, resourceVersion };
}

interface Reconciliation {
  readonly kind: Remedy['kind'];
  readonly force: boolean;
  readonly reset: boolean;
  readonly why: string;
}

function reconciliation(
  view: View,
  object: FluxObject,
  { component }: Pick<Blocker, 'component'>,
  { kind, force, reset, why }: Reconciliation,
): Remedy | null {
  const target = targetOf(view, object.kind, object.metadata);
  if (!target || target.namespace === NAMESPACES.workloads) return null;
  // An upgrade may replace the Job, and an install that is repeated begins with an uninstall: neither in the middle of a migration.
  if (object.kind === 'HelmRelease' && object.metadata.name === SETTING_UP && isSettingUp(view)) return null;
  const how = reset ? ', although it gave up' : force ? ', with force' : '';
  return {
    kind,
    target,
    object: nameOf(object),
    subject: nameOf(object),
    component,
    action: { do: 'reconcile', force, reset },
    does: `ask Flux to reconcile it now${how}`,
    why,
    automatic: true,
  };
}

/** Of a Go duration such as `1h2m30s`; null for any other text. */
function durationMs(text: string | undefined): number | null {
  const match = /^(?:(\d{1,5})h)?(?:(\d{1,5})m)?(?:(\d{1,5})s)?$/.exec(text ?? '');
  const [hours, minutes, seconds] = [match?.[1], match?.[2], match?.[3]].map((part) => Number(part ?? 0));
  const total = ((hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0)) * 1000;
  return total > 0 ? total : null;
}
