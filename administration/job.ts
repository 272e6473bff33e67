import { z } from 'zod';
import { NAMESPACES, OBJECTS } from '../model/appliance.ts';
import type { KubernetesObject } from '../model/snapshot.ts';

/** The cluster ends a Job that is still running by then, whether a client waits or not. */
export const JOB_PATIENCE_SECONDS = 120;
/** The cluster deletes what a client that died left behind, so long after the Job's end: the Job, its pod and its Secret. */
const KEPT_SECONDS = 60;

/** The server's variables that the program reads: the database, and how passwords are hashed. */
const VARIABLES = new Set([
  'DB_HOST',
  'DB_PORT',
  'DB_NAME_SERVER',
  'DB_USER_ADMIN',
  'DB_PASSWORD_ADMIN',
  'NEXTAUTH_SECRET',
  'SALT_BYTES',
  'ITERATIONS',
  'KEY_LENGTH',
  'ALGORITHM',
]);

const container = z.object({
  name: z.string(),
  image: z.string(),
  env: z.array(z.looseObject({ name: z.string() })).default([]),
  securityContext: z.looseObject({}).default({}),
});
const server = z.object({
  spec: z.object({
    template: z.object({
      spec: z.object({
        containers: z.array(container),
        securityContext: z.looseObject({}).optional(),
        imagePullSecrets: z.array(z.unknown()).optional(),
        tolerations: z.array(z.unknown()).optional(),
        nodeSelector: z.record(z.string(), z.string()).optional(),
      }),
    }),
  }),
});

const LABELS = {
  'app.kubernetes.io/name': OBJECTS.administration,
  'app.kubernetes.io/managed-by': 'appliance-client',
};
const PROGRAM = '/opt/appliance-admin';

/**
 * The Job that runs the program with the image, settings and Secret references of the server's Deployment in the cluster: whichever
 * chart created them, the hash is one that this server accepts, and no secret leaves the cluster. Null if the Deployment has no
 * container of the server. Suspended, so that its Secret exists before its pod.
 */
export function administrationJob(deployment: KubernetesObject): KubernetesObject | null {
  const parsed = server.safeParse(deployment);
  if (!parsed.success) return null;
  const { containers, securityContext, imagePullSecrets, tolerations, nodeSelector } = parsed.data.spec.template.spec;
  const [first] = containers;
  const alga = containers.find(({ name }) => name === 'alga-core') ?? first;
  if (!alga) return null;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: OBJECTS.administration, namespace: NAMESPACES.workloads, labels: LABELS },
    spec: {
      suspend: true,
      backoffLimit: 0,
      activeDeadlineSeconds: JOB_PATIENCE_SECONDS,
      ttlSecondsAfterFinished: KEPT_SECONDS,
      template: {
        metadata: { labels: LABELS },
        spec: {
          restartPolicy: 'Never',
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          terminationGracePeriodSeconds: 5,
          ...(securityContext && { securityContext }),
          ...(imagePullSecrets && { imagePullSecrets }),
          ...(tolerations && { tolerations }),
          ...(nodeSelector && { nodeSelector }),
          containers: [
            {
              name: 'admin',
              image: alga.image,
              // The image is on the node, unless the server was never started: there is no wait for 1.8 GB here.
              imagePullPolicy: 'Never',
              command: ['node', `${PROGRAM}/program.mjs`],
              workingDir: '/tmp',
              env: alga.env.filter(({ name }) => VARIABLES.has(name)),
              resources: { requests: { cpu: '10m', memory: '64Mi' }, limits: { cpu: '1', memory: '256Mi' } },
              securityContext: {
                ...alga.securityContext,
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ['ALL'] },
              },
              volumeMounts: [{ name: 'program', mountPath: PROGRAM, readOnly: true }],
            },
          ],
          volumes: [{ name: 'program', secret: { secretName: OBJECTS.administration } }],
        },
      },
    },
  };
}

/** The Secret with the program and its request. The Job as the cluster created it owns it, so it is deleted with the Job. */
export function administrationSecret(job: KubernetesObject, program: string, request: unknown): KubernetesObject {
  const { name, uid } = job.metadata;
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: OBJECTS.administration,
      namespace: NAMESPACES.workloads,
      labels: LABELS,
      ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name, uid }],
    },
    type: 'Opaque',
    data: { 'program.mjs': base64(program), 'request.json': base64(JSON.stringify(request)) },
  };
}
