import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { fluxCrds } from '../flux/crds.ts';
import kubernetes from './schemas/kubernetes-1.31.json' with { type: 'json' };
import { run, type Outcome } from './programs.ts';
import { needs } from '../support/needs.ts';

needs('kubeconform');

export interface Conformance {
  /** Checks a stream of manifests: strictly, and every kind must be known. */
  check(manifests: string): Promise<Outcome>;
  remove(): void;
}

/** kubeconform with schemas of the appliance's Kubernetes minor and of Flux' CRDs, all from this machine. */
export async function createConformance(): Promise<Conformance> {
  const folder = mkdtempSync(join(tmpdir(), 'kubeconform-'));
  const write = (kind: string, group: string, version: string, schema: object) => {
    const suffix = group === '' ? version : `${group.split('.')[0]}-${version}`;
    writeFileSync(join(folder, `${kind.toLowerCase()}-${suffix}.json`), JSON.stringify(schema));
  };
  for (const name of Object.keys(kubernetes.definitions)) {
    const [, group, version, kind] = /^io\.k8s\.api\.(\w+)\.(v\w+)\.(\w+)$/.exec(name) ?? [];
    if (group === undefined || version === undefined || kind === undefined) continue;
    write(kind, group === 'core' ? '' : group, version, {
      $ref: `#/definitions/${name}`,
      definitions: kubernetes.definitions,
    });
  }
  for (const { spec } of await fluxCrds()) {
    for (const version of spec.versions)
      write(spec.names.kind, spec.group, version.name, strict(version.schema.openAPIV3Schema));
  }
  const location = join(folder, '{{ .ResourceKind }}{{ .KindSuffix }}.json');
  return {
    check: (manifests) =>
      run('kubeconform', ['-strict', '-summary', '-output', 'pretty', '-schema-location', location, '-'], {
        input: manifests,
      }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

const objectSchema = z.record(z.string(), z.json());

/** A CRD's schema prunes unknown keys in silence; a typo shall be an error. */
function strict(schema: Record<string, z.core.util.JSONType>, top = true): Record<string, z.core.util.JSONType> {
  const walked = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => {
      if (key === 'properties') {
        const properties = Object.entries(objectSchema.parse(value)).map(([name, item]) => [
          name,
          strict(objectSchema.parse(item), false),
        ]);
        return [key, Object.fromEntries(properties)];
      }
      return [key, key === 'items' ? strict(objectSchema.parse(value), false) : value];
    }),
  );
  const closed = 'properties' in walked && !('additionalProperties' in walked) && !top;
  const open = 'x-kubernetes-preserve-unknown-fields' in walked || (!top && isMetadata(walked));
  return closed && !open ? { ...walked, additionalProperties: false } : walked;
}

const isMetadata = (schema: object) => 'type' in schema && !('properties' in schema);
