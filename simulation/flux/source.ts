import { timestamp, hexOf } from '../world/stage.ts';
import type { Stage } from '../world/stage.ts';
import { record } from '../cluster/events.ts';
import type { FluxObject } from '../cluster/objects.ts';
import { all, at, find, keyOfObject, memoryOf, putStatus, remember } from '../cluster/store.ts';
import { revisionOf } from '../ports/git.ts';
import { handled, isControllerUp, marked, without } from './conditions.ts';
import { NAMESPACES } from '../../model/appliance.ts';

const FETCH_MS = 4_000;
const LOOK_AGAIN_MS = 3_000;

/** source-controller: fetches the branch and offers it as an artifact; again when it is asked to or when the spec changed. */
export function sourceController(stage: Stage, key: string): number | null {
  const source = at<FluxObject>(stage, key);
  if (!source || source.spec.suspend) return null;
  if (!isControllerUp(stage, 'source-controller')) return stage.now + LOOK_AGAIN_MS;
  const { generation = 1 } = source.metadata;
  const { lastHandledReconcileAt } = handled(source);
  const wanted = `${generation} ${lastHandledReconcileAt ?? ''}`;
  const memory = memoryOf(stage, key);
  if (memory['done'] === wanted) return null;
  if (memory['doing'] !== wanted) {
    remember(stage, key, { doing: wanted, until: stage.now + FETCH_MS });
    const message = 'building artifact';
    const progress = { reason: 'Progressing', message };
    putStatus(stage, source, {
      observedGeneration: -1,
      ...source.status,
      conditions: marked(
        stage,
        source,
        marked(stage, source, source.status?.conditions, { type: 'Reconciling', status: 'True', ...progress }),
        { type: 'Ready', status: 'Unknown', ...progress },
      ),
    });
    return stage.now + FETCH_MS;
  }
  if (stage.now < Number(memory['until'])) return Number(memory['until']);
  remember(stage, key, { done: wanted });
  store(stage, source);
  return null;
}

function store(stage: Stage, source: FluxObject): void {
  const branch = source.spec.ref?.branch ?? 'master';
  const sha = revisionOf(source.spec.url ?? '', branch);
  const revision = `${branch}@sha1:${sha}`;
  const message = `stored artifact for revision '${revision}'`;
  const done = { status: 'True', reason: 'Succeeded', message } as const;
  const { namespace, name } = source.metadata;
  const path = `gitrepository/${namespace}/${name}/${sha}.tar.gz`;
  putStatus(stage, source, {
    ...source.status,
    ...handled(source),
    observedGeneration: source.metadata.generation ?? 1,
    conditions: marked(
      stage,
      source,
      marked(stage, source, without(source.status?.conditions, 'Reconciling'), { type: 'Ready', ...done }),
      { type: 'ArtifactInStorage', ...done },
    ),
    artifact: {
      revision,
      digest: `sha256:${hexOf(revision, 64)}`,
      lastUpdateTime: timestamp(stage),
      path,
      url: `http://source-controller.${NAMESPACES.flux}.svc.cluster.local./${path}`,
      size: 148_213,
    },
  });
  record(stage, source, {
    from: 'source-controller',
    reason: 'NewArtifact',
    message: `stored artifact for commit 'simulated commit'`,
  });
  for (const kind of ['Kustomization', 'HelmRelease']) {
    for (const follower of all(stage, kind)) stage.touched.add(keyOfObject(follower));
  }
}

/** Gives the revision that a Flux object's source offers; null when there is none yet. */
export function artifactOf(stage: Stage, name: string, namespace: string): string | null {
  const source = find<FluxObject>(stage, { kind: 'GitRepository', namespace, name });
  return source?.status?.artifact?.revision ?? null;
}
