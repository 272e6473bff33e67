import { randomUUID } from 'node:crypto';
import { ClusterError } from '../../../activities/ports/kubernetes.ts';
import type { Cluster } from '../../../activities/ports/kubernetes.ts';
import type { KubernetesObject } from '../../../model/snapshot.ts';
import type { ClusterReader, ListRequest, LogRequest, ReadError } from '../../../observation/index.ts';
import { forget, note } from '../../../simulation/cluster/history.ts';
import { at, drop, isClusterScoped, keyOf, keyOfObject, put } from '../../../simulation/cluster/store.ts';
import type { Access } from '../../../simulation/ports/access.ts';
import { clusterOf } from '../../../simulation/ports/kubernetes.ts';
import { fluxDefinitions } from '../../../simulation/ports/manifests.ts';
import type { World } from '../../../simulation/world/index.ts';
import { timestamp } from '../../../simulation/world/stage.ts';
import type { Stage } from '../../../simulation/world/stage.ts';
import { worldInMemory } from '../world.ts';

/**
 * The API server of the simulation with nothing behind it: no controller, no kubelet, no machine. A test puts objects there in
 * any state, and has switches for what goes wrong on the way. What it answers is tested against a real kube-apiserver in
 * test/simulation/.
 */
export interface FakeKubernetes {
  readonly cluster: Cluster;
  /** The same for one who is impersonated: its writes need a binding that makes it administrator. */
  readonly as: (user: string) => Cluster;
  /** The same as `cluster.reader`. */
  readonly reader: ClusterReader;
  /** What was asked of the reader. */
  readonly lists: ListRequest[];
  readonly logs: LogRequest[];
  /** Plural names that the reader's lists answer with this error. */
  readonly refused: Map<string, ReadError>;
  /** What a container printed, by `pod/container` and `pod/container/previous`. */
  readonly logTexts: Map<string, string>;
  /** What every other container printed; null: it was never started. */
  logText: string | null;
  /** Nothing answers at its address. */
  isAway: boolean;
  /** Puts an object there as it is, its status included, in a namespace that is made for it. */
  put(object: KubernetesObject): void;
  /** Removes an object at once, regardless of finalizers. */
  remove(object: KubernetesObject): void;
  /** Ends every watch with this error, or quietly. */
  endWatches(error?: ReadError): void;
  /** Forgets all changes so far: a watch from an older version is refused. */
  forgetChanges(): void;
}

/** An API server with these objects; it serves Flux's kinds in addition to its own. */
export function fakeKubernetes(objects: readonly KubernetesObject[] = []): FakeKubernetes {
  const world = emptyWorld();
  const lists: ListRequest[] = [];
  const logs: LogRequest[] = [];
  const refused = new Map<string, ReadError>();
  const logTexts = new Map<string, string>();
  let ending = new AbortController();

  const access: Access = {
    assertReachable: (_, object) => {
      if (fake.isAway) throw new ClusterError('unreachable', object, 'connect ECONNREFUSED 192.0.2.10:6443');
    },
    isReady: () => !fake.isAway,
    logOf: (_, { metadata: { name } }, container, previous) =>
      logTexts.get(`${name}/${container}${previous ? '/previous' : ''}`) ?? (previous ? null : fake.logText),
  };
  const cluster = clusterOf(world, access);
  const reader: ClusterReader = {
    ...cluster.reader,
    list: async (request) => {
      lists.push(request);
      request.signal.throwIfAborted();
      const error = refused.get(request.resource.plural);
      if (error) throw error;
      return cluster.reader.list(request);
    },
    podLog: async (request) => {
      logs.push(request);
      return cluster.reader.podLog(request);
    },
    watch: async function* watch(request) {
      const { signal: ended } = ending;
      try {
        yield* cluster.reader.watch({ ...request, signal: AbortSignal.any([request.signal, ended]) });
      } catch (error) {
        if (!ended.aborted || request.signal.aborted) throw error;
        if (ended.reason !== null) throw ended.reason;
      }
    },
  };

  const fake: FakeKubernetes = {
    cluster: { ...cluster, reader },
    as: (user) => ({ ...clusterOf(world, access, user), reader }),
    reader,
    lists,
    logs,
    refused,
    logTexts,
    logText: null,
    isAway: false,
    put: (object) => world.enter((stage) => hold(stage, object)),
    remove: (object) => world.enter((stage) => drop(stage, keyOfObject(object))),
    endWatches: (error) => {
      ending.abort(error ?? null);
      ending = new AbortController();
    },
    forgetChanges: () => world.enter(({ history }) => forget(history)),
  };
  for (const object of objects) fake.put(object);
  fake.forgetChanges();
  return fake;
}

function emptyWorld(): World {
  const world = worldInMemory(() => null);
  world.enter((stage) => {
    for (const name of ['default', 'kube-system']) putNamespace(stage, name);
    for (const definition of fluxDefinitions()) put(stage, definition);
  });
  return world;
}

function putNamespace(stage: Stage, name: string): void {
  if (at(stage, keyOf({ kind: 'Namespace', name }))) return;
  put(stage, { apiVersion: 'v1', kind: 'Namespace', metadata: { name }, status: { phase: 'Active' } });
}

/** Writes what an API server has, its uid, age and generation included, where `put` would give new ones. */
function hold(stage: Stage, object: KubernetesObject): void {
  const { kind, metadata } = object;
  if (!isClusterScoped(kind)) putNamespace(stage, metadata.namespace ?? 'default');
  const key = keyOfObject(object);
  const before = at(stage, key);
  stage.state.resourceVersion += 1;
  const version = stage.state.resourceVersion;
  const held = structuredClone({
    ...object,
    metadata: {
      uid: before?.metadata.uid ?? randomUUID(),
      creationTimestamp: timestamp(stage),
      ...(!isClusterScoped(kind) && { namespace: 'default' }),
      ...metadata,
      resourceVersion: String(version),
    },
  });
  stage.state.objects[key] = held;
  note(stage.history, { version, type: before ? 'MODIFIED' : 'ADDED', object: held, before });
}
