import type { KubernetesObject } from '../model/snapshot.ts';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * Takes an object as the API server gives it, gives it without what no diagnosis reads and what weighs most: the field
 * managers' bookkeeping and kubectl's copy of the whole object. Changes the object that it was given.
 */
export function slim(object: KubernetesObject): KubernetesObject {
  delete object.metadata['managedFields'];
  if (object.metadata.annotations && LAST_APPLIED in object.metadata.annotations) {
    delete object.metadata.annotations[LAST_APPLIED];
  }
  return object;
}
