import { FLUX, NAMESPACES } from '../../model/appliance.ts';
import { render } from '../appliance/charts.ts';
import { isRolledOut } from '../cluster/deployments.ts';
import { remove } from '../cluster/deletion.ts';
import { record } from '../cluster/events.ts';
import type { ApiObject, Condition, FluxObject, Workload } from '../cluster/objects.ts';
import { all, at, find, keyOfObject, memoryOf, put, putStatus, remember } from '../cluster/store.ts';
import { hexOf, timestamp } from '../world/stage.ts';
import type { Stage } from '../world/stage.ts';
import {
  goDuration,
  handled,
  handledForce,
  isControllerUp,
  isForced,
  marked,
  milliseconds,
  without,
} from './conditions.ts';
import { isReadyNow } from './kustomizations.ts';
import { artifactOf } from './source.ts';

const LOOK_AGAIN_MS = 5_000;
const DEFAULT_TIMEOUT_MS = 300_000;
const RETRY_MS = 120_000;
const CHART_VERSION = '1.0.0';
const LABELS = ['helm.toolkit.fluxcd.io/name', 'helm.toolkit.fluxcd.io/namespace'] as const;

interface Release {
  readonly key: string;
  readonly object: FluxObject;
  readonly name: string;
  readonly namespace: string;
}

/** helm-controller: installs the chart with its values, upgrades when they change, waits for the workloads, and says so. */
export function helmReleaseController(stage: Stage, key: string): number | null {
  const object = at<FluxObject>(stage, key);
  if (!object || object.spec.suspend) return null;
  if (!isControllerUp(stage, 'helm-controller')) return stage.now + LOOK_AGAIN_MS;
  const { namespace = NAMESPACES.releases, name } = object.metadata;
  const release: Release = {
    key,
    object,
    name: object.spec.releaseName ?? name,
    namespace: object.spec.targetNamespace ?? namespace,
  };
  const chart = artifactOf(stage, FLUX.source, NAMESPACES.flux);
  if (chart === null) return stage.now + LOOK_AGAIN_MS;
  putChart(stage, object, chart);
  const missing = object.spec.dependsOn?.find(
    (one) =>
      !isReadyNow(
        find<FluxObject>(stage, { kind: 'HelmRelease', namespace: one.namespace ?? namespace, name: one.name }),
      ),
  );
  if (missing && memoryOf(stage, key)['digest'] === undefined) {
    const message = `dependency '${missing.namespace ?? namespace}/${missing.name}' is not ready`;
    say(stage, release, [{ type: 'Ready', status: 'False', reason: 'DependencyNotReady', message }]);
    return stage.now + LOOK_AGAIN_MS;
  }
  const values = valuesOf(stage, object);
  if (values instanceof Error) {
    say(stage, release, [{ type: 'Ready', status: 'False', reason: 'ValuesError', message: values.message }]);
    return stage.now + LOOK_AGAIN_MS;
  }
  return reconcile(stage, release, values, chart);
}

/** A ConfigMap that bears this label is watched: a change of its values is taken up at once. */
const WATCHED = 'reconcile.fluxcd.io/watch';

export function valuesController(stage: Stage, key: string): number | null {
  const values = at(stage, key);
  if (values?.metadata.labels?.[WATCHED] !== 'Enabled') return null;
  for (const release of all<FluxObject>(stage, 'HelmRelease', values.metadata.namespace)) {
    const uses = release.spec.valuesFrom?.some(({ name }) => name === values.metadata.name) ?? false;
    if (uses) stage.touched.add(keyOfObject(release));
  }
  return null;
}

function reconcile(stage: Stage, release: Release, values: string, chart: string): number | null {
  const { key, object } = release;
  const memory = memoryOf(stage, key);
  const digest = hexOf(`${values} ${chart} ${JSON.stringify(object.spec)}`, 64);
  const retryAt = Number(memory['retryAt'] ?? 0);
  const isNew = memory['digest'] !== digest;
  const mayRetry = memory['state'] === 'failed' && stage.now >= retryAt;
  const forced = isForced(object) && memory['state'] !== 'acting';
  if (isNew || mayRetry || forced) {
    const revision = Number(memory['revision'] ?? 0) + 1;
    remember(stage, key, {
      digest,
      revision,
      state: 'acting',
      action: revision === 1 ? 'install' : 'upgrade',
      since: stage.now,
    });
    applyChart(stage, release, values);
    beginAction(stage, release);
    return stage.now + LOOK_AGAIN_MS;
  }
  if (memory['state'] === 'done') {
    const status = at<FluxObject>(stage, key)?.status;
    const { lastHandledReconcileAt } = handled(object);
    if (status && lastHandledReconcileAt !== status.lastHandledReconcileAt)
      putStatus(stage, object, { ...status, ...handled(object) });
    return null;
  }
  if (memory['state'] === 'failed') return retryAt;
  const waits = object.spec.install?.disableWait !== true;
  const isReady = !waits || workloadsOf(stage, release).every(isRolledOut);
  const timeout = milliseconds(object.spec.timeout, DEFAULT_TIMEOUT_MS);
  if (isReady) return endAction(stage, release, null);
  if (stage.now < Number(memory['since']) + timeout) return stage.now + LOOK_AGAIN_MS;
  return endAction(stage, release, 'context deadline exceeded');
}

/** Says that the action runs, as helm-controller does before it begins. */
function beginAction(stage: Stage, release: Release): void {
  const { key, object } = release;
  const { action } = memoryOf(stage, key);
  const timeout = goDuration(milliseconds(object.spec.timeout, DEFAULT_TIMEOUT_MS));
  const message = `Running '${action}' action with timeout of ${timeout}`;
  say(stage, release, [
    { type: 'Reconciling', status: 'True', reason: 'Progressing', message },
    { type: 'Ready', status: 'Unknown', reason: 'Progressing', message },
  ]);
  writeHistory(stage, release, `pending-${action}`);
}

/** Says how the action ended: null is success, a text why it failed. */
function endAction(stage: Stage, release: Release, failure: string | null): number | null {
  const { key, object, name, namespace } = release;
  const { action, revision } = memoryOf(stage, key);
  const noun = action === 'install' ? 'Install' : 'Upgrade';
  const reason = `${noun}${failure === null ? 'Succeeded' : 'Failed'}`;
  const message =
    failure === null
      ? `Helm ${action} succeeded for release ${namespace}/${name}.v${revision} with chart ${name}@${CHART_VERSION}`
      : `Helm ${action} failed for release ${namespace}/${name} with chart ${name}@${CHART_VERSION}: ${failure}`;
  const status = failure === null ? 'True' : 'False';
  remember(stage, key, failure === null ? { state: 'done' } : { state: 'failed', retryAt: stage.now + RETRY_MS });
  const settled = at<FluxObject>(stage, key);
  if (settled?.status)
    putStatus(stage, settled, { ...settled.status, conditions: without(settled.status.conditions, 'Reconciling') });
  say(stage, release, [
    { type: 'Released', status, reason, message },
    { type: 'Ready', status, reason, message },
  ]);
  writeHistory(stage, release, failure === null ? 'deployed' : 'failed');
  const ended = at<FluxObject>(stage, key);
  if (ended?.status) {
    putStatus(stage, ended, {
      ...ended.status,
      ...handled(object),
      ...handledForce(object),
      observedGeneration: object.metadata.generation ?? 1,
    });
  }
  record(stage, object, {
    from: 'helm-controller',
    type: failure === null ? 'Normal' : 'Warning',
    reason,
    message,
  });
  return failure === null ? null : stage.now + RETRY_MS;
}

function writeHistory(stage: Stage, release: Release, status: string): void {
  const object = at<FluxObject>(stage, release.key);
  if (!object) return;
  const { revision, digest } = memoryOf(stage, release.key);
  const earlier = (object.status?.history ?? []).filter((entry) => entry['version'] !== revision);
  const same = object.status?.history?.find((entry) => entry['version'] === revision);
  const entry = {
    digest: `sha256:${digest}`,
    name: release.name,
    namespace: release.namespace,
    version: revision,
    status,
    chartName: release.name,
    chartVersion: CHART_VERSION,
    configDigest: `sha256:${digest}`,
    firstDeployed: same?.['firstDeployed'] ?? timestamp(stage),
    lastDeployed: timestamp(stage),
  };
  const superseded = earlier.map((one) =>
    one['status'] === 'deployed' && status === 'deployed' ? { ...one, status: 'superseded' } : one,
  );
  putStatus(stage, object, {
    ...object.status,
    history: [entry, ...superseded].slice(0, 5),
    lastAttemptedRevision: CHART_VERSION,
    lastAttemptedGeneration: object.metadata.generation ?? 1,
    lastAttemptedReleaseAction: memoryOf(stage, release.key)['action'],
    storageNamespace: object.metadata.namespace,
  });
}

function applyChart(stage: Stage, release: Release, values: string): void {
  const { namespace = NAMESPACES.releases, name } = release.object.metadata;
  const labels = { [LABELS[0]]: name, [LABELS[1]]: namespace, 'app.kubernetes.io/managed-by': 'Helm' };
  const wanted = render(release.name, release.namespace, values).map<ApiObject>((object) => ({
    ...object,
    metadata: { ...object.metadata, labels: { ...object.metadata.labels, ...labels } },
  }));
  const keys = new Set(wanted.map(keyOfObject));
  for (const object of broughtBy(stage, release)) {
    if (!keys.has(keyOfObject(object)) && !isKept(object)) remove(stage, keyOfObject(object));
  }
  for (const object of wanted) {
    const before = at(stage, keyOfObject(object));
    // What Helm keeps is made once: a claim's spec and a generated secret never change.
    if (before && isKept(object)) continue;
    put(stage, { ...(before?.['status'] !== undefined && { status: before['status'] }), ...object });
  }
}

function isKept(object: ApiObject): boolean {
  return object.metadata.annotations?.['helm.sh/resource-policy'] === 'keep';
}

function broughtBy(stage: Stage, release: Release): ApiObject[] {
  const { namespace, name } = release.object.metadata;
  return Object.values(stage.state.objects).filter(
    ({ metadata }) => metadata.labels?.[LABELS[0]] === name && metadata.labels?.[LABELS[1]] === namespace,
  );
}

function workloadsOf(stage: Stage, release: Release): Workload[] {
  return broughtBy(stage, release).filter((object): object is Workload =>
    ['Deployment', 'StatefulSet'].includes(object.kind),
  );
}

/** The text of all values, in order; an error in the controller's words when a ConfigMap is missing. */
function valuesOf(stage: Stage, object: FluxObject): string | Error {
  const { namespace = NAMESPACES.releases } = object.metadata;
  const texts: string[] = [];
  for (const { kind, name } of object.spec.valuesFrom ?? []) {
    const found = find(stage, { kind, namespace, name });
    if (!found) {
      return new Error(
        `could not resolve ${kind} chart values reference '${namespace}/${name}' with key 'values.yaml': ${kind.toLowerCase()}s "${name}" not found`,
      );
    }
    texts.push((found['data'] as Record<string, string> | undefined)?.['values.yaml'] ?? '');
  }
  return texts.join('\n---\n');
}

function putChart(stage: Stage, object: FluxObject, revision: string): void {
  const { namespace, name } = object.metadata;
  const chart: ApiObject = {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'HelmChart',
    metadata: { name: `${namespace}-${name}`, namespace: NAMESPACES.flux },
    spec: { chart: `./charts/${name}`, interval: '10m0s', sourceRef: { kind: 'GitRepository', name: FLUX.source } },
  };
  if (all(stage, 'HelmChart').some((one) => one.metadata.name === chart.metadata.name)) return;
  const message = `packaged '${name}' chart with version '${CHART_VERSION}'`;
  const made = put(stage, chart);
  const condition: Condition = {
    type: 'Ready',
    status: 'True',
    reason: 'ChartPackageSucceeded',
    message,
    lastTransitionTime: timestamp(stage),
    observedGeneration: 1,
  };
  const artifact = {
    revision: CHART_VERSION,
    lastUpdateTime: timestamp(stage),
    digest: `sha256:${hexOf(`${name} ${revision}`, 64)}`,
  };
  putStatus(stage, made, { observedGeneration: 1, conditions: [condition], artifact });
}

function say(
  stage: Stage,
  release: Release,
  conditions: readonly Pick<Condition, 'type' | 'status' | 'reason' | 'message'>[],
): void {
  const object = at<FluxObject>(stage, release.key);
  if (!object) return;
  const marks = conditions.reduce<readonly Condition[] | undefined>(
    (before, condition) => marked(stage, object, before, condition),
    object.status?.conditions,
  );
  putStatus(stage, object, { observedGeneration: -1, ...object.status, conditions: marks });
}
