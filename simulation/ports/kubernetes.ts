import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Cluster, KubernetesPort } from '../../activities/ports/kubernetes.ts';
import { FIELD_MANAGER } from '../../model/appliance.ts';
import {
  applyObject,
  assertAllowed,
  createObject,
  deleteObject,
  getObject,
  isKnownKind,
  listObjects,
  nameOf,
  patchObject,
} from '../cluster/api.ts';
import { readLog } from '../cluster/logs.ts';
import type { Stage } from '../world/stage.ts';
import type { World } from '../world/index.ts';
import { accessBy } from './access.ts';
import type { Access } from './access.ts';
import { createReader } from './reader.ts';

const kubeconfig = z.object({
  clusters: z
    .array(z.object({ cluster: z.object({ server: z.string(), 'certificate-authority-data': z.string().optional() }) }))
    .min(1),
});

/** The cluster on the simulated node. A kubeconfig of another cluster is refused as TLS refuses it. */
export function kubernetesPort(world: World): KubernetesPort {
  return {
    connect: async (path, as) => {
      const [first] = kubeconfig.parse(parse(await readFile(path, 'utf8'))).clusters;
      const server = first?.cluster.server ?? '';
      const ca = first?.cluster['certificate-authority-data'] ?? '';
      return clusterOf(world, accessBy({ server, ca }), as);
    },
  };
}

/** The cluster whose objects a world holds. Writes go out as that user, or as the administrator whom nothing is refused. */
export function clusterOf(world: World, access: Access, as?: string): Cluster {
  /** One request: what it gives is a copy, as if it had come over the network. */
  const ask = async <T>(object: string, signal: AbortSignal, act: (stage: Stage) => T): Promise<T> => {
    signal.throwIfAborted();
    return world.enter((stage) => {
      access.assertReachable(stage, object);
      return structuredClone(act(stage));
    });
  };
  const write = <T>(object: string, signal: AbortSignal, act: (stage: Stage) => T): Promise<T> =>
    ask(object, signal, (stage) => {
      if (as !== undefined) assertAllowed(stage, as, object);
      return act(stage);
    });
  return {
    get: (ref, signal) => ask(nameOf(ref), signal, (stage) => getObject(stage, ref)),
    list: (kind, query, signal) =>
      ask(`every ${kind.kind}`, signal, (stage) =>
        isKnownKind(stage, kind) ? listObjects(stage, kind.kind, query) : [],
      ),
    apply: (object, signal, { force = false } = {}) =>
      write(nameOf({ ...object, ...object.metadata }), signal, (stage) =>
        applyObject(stage, object, FIELD_MANAGER, force),
      ),
    create: (object, signal) =>
      write(nameOf({ ...object, ...object.metadata }), signal, (stage) => createObject(stage, object, FIELD_MANAGER)),
    patch: (ref, patch, signal) => write(nameOf(ref), signal, (stage) => patchObject(stage, ref, patch, FIELD_MANAGER)),
    delete: (ref, preconditions, signal) =>
      write(nameOf(ref), signal, (stage) => deleteObject(stage, ref, preconditions)),
    ready: async (signal) => {
      signal.throwIfAborted();
      return world.enter(access.isReady);
    },
    podLog: ({ namespace, name, container, tailLines }, signal) =>
      ask(`the log of Pod ${namespace}/${name}`, signal, (stage) =>
        readLog(stage, { namespace, name, container, tailLines }, access.logOf),
      ),
    reader: createReader(world, access),
  };
}
