import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';

const TARGET = resolve(import.meta.dirname, '../test/charts/schemas/kubernetes-1.31.json');

/** Kinds that charts and tree make, by the name of their definition in Kubernetes' own OpenAPI document. */
const KINDS = [
  'io.k8s.api.apps.v1.Deployment',
  'io.k8s.api.apps.v1.StatefulSet',
  'io.k8s.api.batch.v1.Job',
  'io.k8s.api.core.v1.ConfigMap',
  'io.k8s.api.core.v1.Namespace',
  'io.k8s.api.core.v1.PersistentVolumeClaim',
  'io.k8s.api.core.v1.Secret',
  'io.k8s.api.core.v1.Service',
  'io.k8s.api.core.v1.ServiceAccount',
  'io.k8s.api.rbac.v1.ClusterRole',
  'io.k8s.api.rbac.v1.ClusterRoleBinding',
  'io.k8s.api.rbac.v1.Role',
  'io.k8s.api.rbac.v1.RoleBinding',
  'io.k8s.api.storage.v1.StorageClass',
];

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
const swagger = z.object({ definitions: z.record(z.string(), z.json()) });

/**
 * Cuts Kubernetes' OpenAPI document down to what the tests check against: the kinds above and what they refer to, without prose,
 * unknown keys refused.
 * @param document api/openapi-spec/swagger.json of the Go module k8s.io/kubernetes, at the appliance's minor version
 */
export function kubernetesSchemas(document: unknown): { definitions: Record<string, Json> } {
  const all = swagger.parse(document).definitions;
  const kept = new Map<string, Json>();
  const take = (name: string): void => {
    if (kept.has(name)) return;
    const found = all[name];
    if (found === undefined) throw new Error(`Kubernetes' OpenAPI document has no ${name}`);
    const schema = strict(name, found);
    kept.set(name, schema);
    for (const [, reference] of JSON.stringify(schema).matchAll(/"#\/definitions\/([^"]+)"/g)) take(reference ?? '');
  };
  for (const kind of KINDS) take(kind);
  return { definitions: Object.fromEntries([...kept].toSorted(([one], [other]) => one.localeCompare(other))) };
}

function strict(name: string, schema: Json): Json {
  // A quantity may be written as a number, a port as either: the document's own types know neither.
  if (name.endsWith('.Quantity')) return { type: ['string', 'number'] };
  if (name.endsWith('.IntOrString')) return { type: ['string', 'integer'] };
  const bare = withoutProse(schema);
  if (typeof bare !== 'object' || bare === null || Array.isArray(bare) || !('properties' in bare)) return bare;
  return { ...bare, additionalProperties: false };
}

/** Annotations go, properties that happen to be called `description` stay. */
function withoutProse(value: Json, isProperties = false): Json {
  if (Array.isArray(value)) return value.map((item) => withoutProse(item));
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(
    ([key]) => isProperties || (key !== 'description' && !key.startsWith('x-kubernetes-')),
  );
  return Object.fromEntries(
    kept.map(([key, item]) => [key, withoutProse(item, !isProperties && key === 'properties')]),
  );
}

/** `node scripts/kubernetes-schemas.ts <swagger.json>` writes test/charts/schemas/. */
if (import.meta.main) {
  const file = process.argv[2];
  if (!file) throw new Error('usage: node scripts/kubernetes-schemas.ts <swagger.json of k8s.io/kubernetes 1.31>');
  writeFileSync(TARGET, `${JSON.stringify(kubernetesSchemas(JSON.parse(readFileSync(file, 'utf8'))), null, 1)}\n`);
}
