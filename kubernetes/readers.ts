import type { z } from 'zod';
import type { KubernetesObject } from '../model/snapshot.ts';
import * as shapes from './shapes.ts';

/** Reads one kind of object: all that the diagnosis asks of it, and nothing else. */
export interface ShapeReader<T> {
  /** Null for an object that cannot be read. */
  read(item: object): T | null;
  /** A smaller object that says the same, and that is read without any work. Null as for `read`. */
  trim(item: KubernetesObject): (T & KubernetesObject) | null;
}

/** Annotations that only their own tools read, and that may be as large as the object itself. */
const MOST_ANNOTATION = 256;

function shapeReader<T extends object>(shape: z.ZodType<T>): ShapeReader<T> {
  // Objects that are what is read of them: a diagnosis at every change need not copy them all again.
  const trimmed = new WeakMap<object, T>();
  return {
    read: (item) => trimmed.get(item) ?? shape.safeParse(item).data ?? null,
    trim: (item) => {
      const parsed = shape.safeParse(item);
      if (!parsed.success) return null;
      const { apiVersion, kind } = item;
      const { managedFields: _bookkeeping, ...metadata } = item.metadata;
      const short = Object.entries(metadata.annotations ?? {}).filter(([, value]) => value.length <= MOST_ANNOTATION);
      const annotations = short.length > 0 ? Object.fromEntries(short) : undefined;
      const whole = { ...parsed.data, apiVersion, kind, metadata: { ...metadata, annotations } };
      // The way through text leaves out what is undefined: each such key would take room.
      const small: T & KubernetesObject = JSON.parse(JSON.stringify(whole));
      trimmed.set(small, small);
      return small;
    },
  };
}

export const readers = {
  pod: shapeReader(shapes.pod),
  workload: shapeReader(shapes.workload),
  job: shapeReader(shapes.job),
  claim: shapeReader(shapes.claim),
  node: shapeReader(shapes.node),
  storageClass: shapeReader(shapes.storageClass),
  flux: shapeReader(shapes.fluxObject),
  event: shapeReader(shapes.rawEvent),
  lease: shapeReader(shapes.lease),
  configMap: shapeReader(shapes.configMap),
} as const;
