import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { ref } from '../../kubernetes/addresses.ts';
import type { KubernetesObject } from '../../model/snapshot.ts';
import type { FakeKubernetes } from './fake-kubernetes/index.ts';

const NAMESPACE = 'msp';
const NAME = 'appliance-admin';

/** What the Job's one container has when it starts. */
export interface Started {
  readonly env: Readonly<Record<string, string>>;
  /** What is mounted beside the program, by name. */
  readonly files: Readonly<Record<string, string>>;
}

/** How a container ends: what it printed, or why it never did. */
export type Ending =
  | { readonly printed: string; readonly exitCode?: number }
  | { readonly waiting: { readonly reason: string; readonly message: string } };

/** The Deployment of the server as the chart makes it, as far as the Job takes from it. */
export function serverDeployment(env: readonly unknown[] = []): KubernetesObject {
  const container = {
    name: 'alga-core',
    image: 'ghcr.io/nine-minds/alga-psa-ee:eaec6253',
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'], add: ['CHOWN'] } },
    env: [
      { name: 'NEXTAUTH_SECRET', valueFrom: { secretKeyRef: { name: 'secrets-of-server', key: 'NEXTAUTH_SECRET' } } },
      { name: 'REDIS_PASSWORD', value: 'not-for-this-job' },
      ...env,
    ],
  };
  const spec = { template: { spec: { hostNetwork: true, containers: [container] } } };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'alga-core-sebastian', namespace: NAMESPACE },
    spec,
  };
}

const job = z.object({
  metadata: z.object({ uid: z.string(), labels: z.record(z.string(), z.string()) }),
  spec: z.object({
    suspend: z.boolean().optional(),
    template: z.object({
      spec: z.object({
        containers: z.tuple([
          z.object({
            env: z.array(
              z.object({
                name: z.string(),
                value: z.string().optional(),
                valueFrom: z.object({ secretKeyRef: z.object({ name: z.string(), key: z.string() }) }).optional(),
              }),
            ),
          }),
        ]),
        volumes: z.tuple([z.object({ secret: z.object({ secretName: z.string() }) })]),
      }),
    }),
  }),
});
const secret = z.object({ data: z.record(z.string(), z.string()) });

/**
 * Job controller and kubelet for the one Job of `admin`: makes its pod once it is no longer suspended, with the values of the Secrets
 * that it names, runs `run` and keeps what that printed. Ends with the signal.
 */
export async function playAdminKubelet(
  fake: FakeKubernetes,
  run: (started: Started) => Promise<Ending>,
  signal: AbortSignal,
): Promise<void> {
  const seen = new Set<string>();
  const forever = new AbortController().signal;
  while (!signal.aborted) {
    await setImmediate();
    if (fake.isAway) continue;
    const found = job.safeParse(await fake.cluster.get(ref.job(NAMESPACE, NAME), forever)).data;
    if (!found || found.spec.suspend || seen.has(found.metadata.uid)) continue;
    seen.add(found.metadata.uid);
    const name = `${NAME}-${seen.size}`;
    const { env, files } = await startedOf(fake, found.spec.template.spec, forever);
    const ending = await run({ env, files });
    if (signal.aborted) return;
    const printed = 'printed' in ending ? ending.printed : null;
    if (printed !== null) fake.logTexts.set(`${name}/admin`, printed);
    const exitCode = 'printed' in ending ? (ending.exitCode ?? 0) : null;
    const state =
      'waiting' in ending
        ? { waiting: ending.waiting }
        : { terminated: { exitCode, reason: exitCode ? 'Error' : 'Completed' } };
    fake.put({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name,
        namespace: NAMESPACE,
        labels: found.metadata.labels,
        ownerReferences: [
          { apiVersion: 'batch/v1', kind: 'Job', name: NAME, uid: found.metadata.uid, controller: true },
        ],
      },
      spec: { containers: [{ name: 'admin', image: 'ghcr.io/nine-minds/alga-psa-ee:eaec6253' }] },
      status: {
        phase: exitCode === null ? 'Pending' : exitCode === 0 ? 'Succeeded' : 'Failed',
        containerStatuses: [{ name: 'admin', ready: false, restartCount: 0, image: 'x', state }],
      },
    });
  }
}

async function startedOf(
  { cluster }: FakeKubernetes,
  { containers: [container], volumes: [volume] }: z.infer<typeof job>['spec']['template']['spec'],
  signal: AbortSignal,
): Promise<Started> {
  const valuesOf = async (name: string): Promise<Record<string, string>> => {
    const { data } = secret.parse(await cluster.get(ref.secret(NAMESPACE, name), signal));
    return Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]),
    );
  };
  const env: Record<string, string> = {};
  for (const { name, value, valueFrom } of container.env) {
    const { secretKeyRef } = valueFrom ?? {};
    env[name] = secretKeyRef ? ((await valuesOf(secretKeyRef.name))[secretKeyRef.key] ?? '') : (value ?? '');
  }
  return { env, files: await valuesOf(volume.secret.secretName) };
}

/** A Secret as a chart keeps it. */
export function secretNamed(name: string, values: Readonly<Record<string, string>>): KubernetesObject {
  const data = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
  );
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: NAMESPACE }, data };
}
