import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { chartFolder, helm } from './programs.ts';
import { RELEASES, valuesArguments } from './values.ts';
import { needs } from '../support/needs.ts';

needs('helm');

const container = z.looseObject({
  name: z.string(),
  image: z.string(),
  command: z.array(z.string()).optional(),
  args: z.array(z.string()).optional(),
  env: z
    .array(z.looseObject({ name: z.string(), value: z.string().optional(), valueFrom: z.unknown().optional() }))
    .default([]),
  securityContext: z.looseObject({
    allowPrivilegeEscalation: z.boolean(),
    readOnlyRootFilesystem: z.boolean(),
    runAsNonRoot: z.boolean().optional(),
    capabilities: z.looseObject({ drop: z.array(z.string()) }),
  }),
  resources: z.looseObject({ requests: z.record(z.string(), z.unknown()), limits: z.record(z.string(), z.unknown()) }),
  startupProbe: z.looseObject({ periodSeconds: z.number(), failureThreshold: z.number() }).optional(),
  readinessProbe: z.unknown().optional(),
  livenessProbe: z.unknown().optional(),
});
export type Container = z.infer<typeof container>;

const podSpec = z.looseObject({
  enableServiceLinks: z.boolean().optional(),
  automountServiceAccountToken: z.boolean().optional(),
  imagePullSecrets: z.array(z.looseObject({ name: z.string() })).optional(),
  serviceAccountName: z.string().optional(),
  securityContext: z.looseObject({
    runAsNonRoot: z.boolean().optional(),
    seccompProfile: z.looseObject({ type: z.string() }),
  }),
  initContainers: z.array(container).default([]),
  containers: z.array(container),
});

const object = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
    annotations: z.record(z.string(), z.string()).optional(),
  }),
  spec: z.looseObject({ replicas: z.number().optional() }).optional(),
  data: z.record(z.string(), z.string()).optional(),
});
export type Manifest = z.infer<typeof object>;

export interface Workload {
  readonly kind: string;
  readonly name: string;
  readonly replicas: number | undefined;
  readonly pod: z.infer<typeof podSpec>;
}

export function parseManifests(text: string): Manifest[] {
  return parseAllDocuments(text).flatMap((document) =>
    document.contents === null ? [] : [object.parse(document.toJS())],
  );
}

/** Those of the objects that make pods, with the pod that they make. */
export function workloads(manifests: readonly Manifest[]): Workload[] {
  const withTemplate = z.looseObject({ template: z.looseObject({ spec: podSpec }) });
  return manifests
    .filter(({ kind }) => ['Deployment', 'StatefulSet', 'Job', 'DaemonSet'].includes(kind))
    .map(({ kind, metadata, spec }) => ({
      kind,
      name: metadata.name,
      replicas: spec?.replicas,
      pod: withTemplate.parse(spec).template.spec,
    }));
}

/** Renders a chart with the appliance's values and more of them; gives its objects. */
export async function rendered(
  chart: string,
  more: readonly string[] = [],
  which: 'defaults' | 'appliance' = 'appliance',
): Promise<Manifest[]> {
  const { args, input } = valuesArguments(chart, which);
  return parseManifests(
    await helm(['template', chart, chartFolder(chart), '-n', RELEASES[chart] ?? 'msp', ...args, ...more], { input }),
  );
}

/** The one object of that kind and name (or beginning of a name). */
export function the(manifests: readonly Manifest[], kind: string, name: string): Manifest {
  const found = manifests.find((candidate) => candidate.kind === kind && candidate.metadata.name.startsWith(name));
  if (!found)
    throw new Error(
      `no ${kind} ${name} among ${manifests.map((each) => `${each.kind}/${each.metadata.name}`).join(', ')}`,
    );
  return found;
}

/** The environment of a container: its plain values, and for the others the key of the Secret. */
export function environment({ env }: Container): Record<string, string> {
  const reference = z.object({ secretKeyRef: z.object({ name: z.string(), key: z.string() }) });
  return Object.fromEntries(
    env.map(({ name, value, valueFrom }) => {
      const secret = reference.safeParse(valueFrom);
      return [
        name,
        value ?? (secret.success ? `${secret.data.secretKeyRef.name}/${secret.data.secretKeyRef.key}` : ''),
      ];
    }),
  );
}
