import type { KubernetesObject } from '../model/snapshot.ts';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * Removes what no diagnosis reads and what is largest: the bookkeeping of field managers and kubectl's copy of the
 * whole object. Changes the given object.
 */
export function slim(object: KubernetesObject): KubernetesObject {
  delete object.metadata['managedFields'];
  if (object.metadata.annotations && LAST_APPLIED in object.metadata.annotations) {
    delete object.metadata.annotations[LAST_APPLIED];
  }
  return object;
}
