import { FLUX, NAMESPACES } from '../../model/appliance.ts';
import { TIER_CONTENT, treeAt } from '../appliance/tree.ts';
import { record } from '../cluster/events.ts';
import { isTrue } from '../cluster/objects.ts';
import type { ApiObject, Condition, FluxObject } from '../cluster/objects.ts';
import { at, find, keyOfObject, memoryOf, put, putStatus, remember } from '../cluster/store.ts';
import { isRolledOut } from '../cluster/deployments.ts';
import type { Workload } from '../cluster/objects.ts';
import type { Stage } from '../world/stage.ts';
import { goDuration, handled, isControllerUp, marked, milliseconds, without } from './conditions.ts';
import { artifactOf } from './source.ts';

const LOOK_AGAIN_MS = 5_000;
const BUILD_MS = 2_000;
const DEFAULT_TIMEOUT_MS = 600_000;

/** kustomize-controller: applies what its path holds, waits for its health when it should, and says so. */
export function kustomizationController(stage: Stage, key: string): number | null {
  const object = at<FluxObject>(stage, key);
  if (!object || object.spec.suspend) return null;
  if (!isControllerUp(stage, 'kustomize-controller')) return stage.now + LOOK_AGAIN_MS;
  const { namespace = NAMESPACES.flux } = object.metadata;
  const revision = artifactOf(stage, object.spec.sourceRef?.name ?? FLUX.source, namespace);
  if (revision === null) {
    say(stage, object, 'False', 'ArtifactFailed', 'Source artifact not found, retrying in 30s');
    return stage.now + LOOK_AGAIN_MS;
  }
  const waitingFor = object.spec.dependsOn?.find(
    (one) => !isReadyNow(find<FluxObject>(stage, { kind: 'Kustomization', namespace, name: one.name })),
  );
  const wanted = `${object.metadata.generation} ${revision} ${handled(object).lastHandledReconcileAt ?? ''}`;
  const memory = memoryOf(stage, key);
  if (memory['done'] === wanted) return null;
  if (waitingFor) {
    say(stage, object, 'False', 'DependencyNotReady', `dependency '${namespace}/${waitingFor.name}' is not ready`);
    return stage.now + LOOK_AGAIN_MS;
  }
  if (memory['doing'] !== wanted) {
    remember(stage, key, { doing: wanted, since: stage.now, failed: '' });
    progress(stage, object, `Fetching manifests for revision ${revision} with a timeout of ${timeoutOf(object)}`);
    return stage.now + BUILD_MS;
  }
  if (stage.now < Number(memory['since']) + BUILD_MS) return Number(memory['since']) + BUILD_MS;
  const brought = apply(stage, object);
  return judge(stage, object, { revision, brought, wanted });
}

function judge(
  stage: Stage,
  object: FluxObject,
  { revision, brought, wanted }: { revision: string; brought: readonly ApiObject[]; wanted: string },
): number | null {
  const key = keyOfObject(object);
  const checks = object.spec.healthChecks ?? [];
  const unready = checks.filter((check) => !isHealthy(find<Workload>(stage, check)));
  const since = Number(memoryOf(stage, key)['since']);
  const took = goDuration(stage.now - since);
  const attempted = { lastAttemptedRevision: revision, ...handled(object) };
  if (unready.length === 0) {
    remember(stage, key, { done: wanted });
    const message = `Applied revision: ${revision}`;
    const conditions = marked(stage, object, without(current(stage, object), 'Reconciling'), {
      type: 'Ready',
      status: 'True',
      reason: 'ReconciliationSucceeded',
      message,
    });
    const healthy = {
      type: 'Healthy',
      status: 'True',
      reason: 'Succeeded',
      message: `Health check passed in ${took}`,
    } as const;
    putStatus(stage, object, {
      ...attempted,
      observedGeneration: object.metadata.generation ?? 1,
      lastAppliedRevision: revision,
      conditions: checks.length > 0 ? marked(stage, object, conditions, healthy) : conditions,
      inventory: {
        entries: brought.map(({ metadata, kind }) => ({
          id: `${metadata.namespace ?? ''}_${metadata.name}_${kind}`,
          v: 'v1',
        })),
      },
    });
    record(stage, object, {
      from: 'kustomize-controller',
      reason: 'ReconciliationSucceeded',
      message: `Reconciliation finished in ${took}, next run in 10m0s`,
    });
    return null;
  }
  const timeout = milliseconds(object.spec.timeout, DEFAULT_TIMEOUT_MS);
  if (stage.now < since + timeout) {
    if (memoryOf(stage, key)['failed'] === '') {
      progress(
        stage,
        object,
        `Running health checks for revision ${revision} with a timeout of ${goDuration(timeout)}`,
        { lastAttemptedRevision: revision },
      );
    }
    return stage.now + LOOK_AGAIN_MS;
  }
  const names = unready.map((one) => `${one.kind}/${one.namespace ?? ''}/${one.name} status: 'InProgress'`);
  const message = `health check failed after ${goDuration(timeout)}: timeout waiting for: [${names.join(', ')}]`;
  if (memoryOf(stage, key)['failed'] !== message) {
    record(stage, object, { from: 'kustomize-controller', type: 'Warning', reason: 'HealthCheckFailed', message });
  }
  remember(stage, key, { failed: message });
  const conditions = marked(stage, object, without(current(stage, object), 'Reconciling'), {
    type: 'Ready',
    status: 'False',
    reason: 'HealthCheckFailed',
    message,
  });
  putStatus(stage, object, {
    ...attempted,
    observedGeneration: object.metadata.generation ?? 1,
    conditions: marked(stage, object, conditions, {
      type: 'Healthy',
      status: 'False',
      reason: 'HealthCheckFailed',
      message,
    }),
  });
  return stage.now + LOOK_AGAIN_MS;
}

function apply(stage: Stage, object: FluxObject): ApiObject[] {
  const { namespace = NAMESPACES.flux, name } = object.metadata;
  const labels = { 'kustomize.toolkit.fluxcd.io/name': name, 'kustomize.toolkit.fluxcd.io/namespace': namespace };
  const tier = TIER_CONTENT.find((one) => one.name === name);
  return treeAt(tier?.name ?? FLUX.rootKustomization).map((one) => {
    const before = at(stage, keyOfObject(one));
    return put(stage, {
      ...before,
      ...one,
      metadata: {
        ...before?.metadata,
        ...one.metadata,
        labels: { ...before?.metadata.labels, ...one.metadata.labels, ...labels },
      },
    });
  });
}

function isHealthy(object: Workload | null): boolean {
  return object !== null && isRolledOut(object);
}

/** True when a Flux object is Ready at the generation that is asked for. */
export function isReadyNow(object: FluxObject | null): boolean {
  return object !== null && isTrue(object, 'Ready') && object.status?.observedGeneration === object.metadata.generation;
}

function current(stage: Stage, object: FluxObject): readonly Condition[] | undefined {
  return at<FluxObject>(stage, keyOfObject(object))?.status?.conditions;
}

function timeoutOf(object: FluxObject): string {
  return goDuration(milliseconds(object.spec.timeout, DEFAULT_TIMEOUT_MS));
}

function progress(stage: Stage, object: FluxObject, message: string, more: Record<string, unknown> = {}): void {
  const ready = {
    type: 'Ready',
    status: 'Unknown',
    reason: 'Progressing',
    message: 'Reconciliation in progress',
  } as const;
  const reconciling = { type: 'Reconciling', status: 'True', reason: 'Progressing', message } as const;
  putStatus(stage, object, {
    observedGeneration: -1,
    ...at<FluxObject>(stage, keyOfObject(object))?.status,
    ...more,
    conditions: marked(stage, object, marked(stage, object, current(stage, object), ready), reconciling),
  });
}

function say(stage: Stage, object: FluxObject, status: Condition['status'], reason: string, message: string): void {
  putStatus(stage, object, {
    observedGeneration: -1,
    ...object.status,
    conditions: marked(stage, object, object.status?.conditions, { type: 'Ready', status, reason, message }),
  });
}
