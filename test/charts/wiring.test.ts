import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { mounts, ports, renderAppliance } from './appliance.ts';
import { environment, the, type Container, type Manifest, type Workload } from './objects.ts';
import { RELEASES } from './values.ts';

/**
 * What the objects say of one another, over all charts with the appliance's values: a name that leads nowhere renders, lints and
 * conforms, and fails on the node. The names are those of docs/contract.md.
 */
let manifests: readonly Manifest[];
let pods: readonly Workload[];
beforeAll(async () => {
  ({ manifests, pods } = await renderAppliance());
});

/** Keys of the Secrets (docs/contract.md, "Secrets"), those that the installer makes included. */
const SECRETS: Readonly<Record<string, readonly string[]>> = {
  'db-credentials': ['DB_PASSWORD_SUPERUSER', 'DB_PASSWORD_SERVER', 'DB_PASSWORD_PGBOUNCER', 'DB_PASSWORD_HOCUSPOCUS'],
  'redis-credentials': ['REDIS_PASSWORD'],
  'alga-core-sebastian-secrets': [
    'NEXTAUTH_SECRET',
    'CRYPTR_KEY',
    'TOKEN_SECRET_KEY',
    'IMAP_WEBHOOK_SECRET',
    'AI_DOCUMENT_API_KEY',
    'COLLAB_PERSIST_API_KEY',
    'HOCUSPOCUS_JWT_SECRET',
  ],
  'alga-psa-shared': ['ALGA_AUTH_KEY'],
  'appliance-initial-tenant': [
    'INITIAL_TENANT_NAME',
    'INITIAL_ADMIN_FIRST_NAME',
    'INITIAL_ADMIN_LAST_NAME',
    'INITIAL_ADMIN_EMAIL',
    'INITIAL_ADMIN_PASSWORD',
  ],
  'appliance-license-seed': ['EDITION_CHOICE', 'LICENSE_TOKEN'],
};
/** Those that no chart makes. */
const GIVEN = ['alga-psa-shared', 'appliance-initial-tenant', 'appliance-license-seed'];

const labels = z.record(z.string(), z.string());
const service = z.looseObject({
  clusterIP: z.string().optional(),
  selector: labels,
  ports: z.array(z.object({ name: z.string(), port: z.number(), targetPort: z.string() })),
});
const template = z.looseObject({
  selector: z.looseObject({ matchLabels: labels }).optional(),
  template: z.looseObject({ metadata: z.looseObject({ labels }) }),
});
const volume = z.looseObject({
  name: z.string(),
  configMap: z.object({ name: z.string() }).optional(),
  persistentVolumeClaim: z.object({ claimName: z.string() }).optional(),
});

const all = ({ pod }: Workload): Container[] => [...pod.initContainers, ...pod.containers];
const makers = () =>
  manifests
    .filter(({ kind }) => ['Deployment', 'StatefulSet', 'Job'].includes(kind))
    .map((each) => ({ each, ...template.parse(each.spec) }));

describe('services', () => {
  test('are those of the contract, each with its port', () => {
    const found = manifests
      .filter(({ kind }) => kind === 'Service')
      .map(({ metadata, spec }) => {
        const { clusterIP, ports: own } = service.parse(spec);
        return `${metadata.name}:${own.map(({ port }) => port).join()}${clusterIP === 'None' ? ' headless' : ''}`;
      });
    expect(found.toSorted()).toEqual([
      'alga-core-sebastian:3000',
      'appliance-status:8080',
      'db:5432 headless',
      'email-service:8080',
      'hocuspocus:1234',
      'pgbouncer:6432',
      'redis:6379 headless',
      'temporal-frontend:7233',
      'temporal-ui:8080',
      'temporal-worker:8080',
      'workflow-worker:4000',
    ]);
  });

  test('select the pods of one workload, and a port that one of its containers has', () => {
    for (const { metadata, spec } of manifests.filter(({ kind }) => kind === 'Service')) {
      const { selector, ports: own } = service.parse(spec);
      const selected = makers().filter(({ template: { metadata: pod } }) =>
        Object.entries(selector).every(([key, value]) => pod.labels[key] === value),
      );
      expect(selected, metadata.name).toHaveLength(1);
      const workload = pods.find(({ name }) => name === selected[0]?.each.metadata.name);
      const named = workload?.pod.containers.flatMap((each) => ports.parse(each['ports'])) ?? [];
      for (const { targetPort, port } of own)
        expect(named, metadata.name).toContainEqual(expect.objectContaining({ name: targetPort, containerPort: port }));
    }
  });
});

describe('workloads', () => {
  test('select their own pods and no others, of their own release', () => {
    for (const {
      each,
      selector,
      template: { metadata: pod },
    } of makers()) {
      if (!selector) continue;
      expect(pod.labels, each.metadata.name).toMatchObject(selector.matchLabels);
      const same = makers().filter((other) => JSON.stringify(other.selector) === JSON.stringify(selector));
      expect(same, each.metadata.name).toHaveLength(1);
      expect(Object.keys(RELEASES)).toContain(selector.matchLabels['app.kubernetes.io/instance']);
    }
  });

  test('mount volumes that the pod has, and every volume that it has', () => {
    for (const workload of pods) {
      const has = z
        .array(volume)
        .default([])
        .parse(workload.pod['volumes'])
        .map(({ name }) => name);
      const used = all(workload).flatMap((each) => mounts.parse(each['volumeMounts']).map(({ name }) => name));
      expect([...new Set(used)].toSorted(), workload.name).toEqual(has.toSorted());
    }
  });

  test('take claims, ConfigMaps and accounts that a chart or the tree makes', () => {
    const made = (kind: string) => manifests.filter((each) => each.kind === kind).map(({ metadata }) => metadata.name);
    for (const { name, pod } of pods) {
      for (const each of z.array(volume).default([]).parse(pod['volumes'])) {
        if (each.persistentVolumeClaim)
          expect(made('PersistentVolumeClaim'), name).toContain(each.persistentVolumeClaim.claimName);
        // Kustomize makes the page's program, from the built one.
        if (each.configMap)
          expect([...made('ConfigMap'), 'appliance-status-program'], name).toContain(each.configMap.name);
      }
      if (pod.serviceAccountName) expect(made('ServiceAccount')).toContain(pod.serviceAccountName);
    }
    expect(made('PersistentVolumeClaim').toSorted()).toEqual([
      'alga-core-sebastian-postgres-data',
      'alga-core-sebastian-redis-data',
      'alga-core-sebastian-storage',
      'alga-core-sebastian-tenant-secrets',
    ]);
  });

  test('read keys that their Secrets have', () => {
    const known = Object.entries(SECRETS).flatMap(([name, keys]) => keys.map((key) => `${name}/${key}`));
    const reference = z.object({ secretKeyRef: z.object({ name: z.string(), key: z.string() }) });
    for (const workload of pods) {
      for (const { name, valueFrom } of all(workload).flatMap(({ env }) => env)) {
        const { success, data } = reference.safeParse(valueFrom);
        if (success)
          expect(known, `${workload.name} ${name}`).toContain(`${data.secretKeyRef.name}/${data.secretKeyRef.key}`);
      }
    }
    for (const [name, keys] of Object.entries(SECRETS).filter(([secret]) => !GIVEN.includes(secret)))
      expect(Object.keys(the(manifests, 'Secret', name).data ?? {}).toSorted()).toEqual([...keys].toSorted());
  });

  test('are probed at a port that they have', () => {
    const handler = z.looseObject({
      httpGet: z.looseObject({ port: z.string(), path: z.string() }).optional(),
      tcpSocket: z.object({ port: z.string() }).optional(),
    });
    const paths: Record<string, Set<string>> = {};
    for (const { name, pod } of pods.filter(({ kind }) => kind !== 'Job')) {
      for (const container of pod.containers) {
        for (const probe of [container.startupProbe, container.readinessProbe, container.livenessProbe]) {
          const { httpGet, tcpSocket } = handler.parse(probe);
          const port = httpGet?.port ?? tcpSocket?.port;
          if (port)
            expect(
              ports.parse(container['ports']).map((each) => each.name),
              name,
            ).toContain(port);
          if (httpGet) (paths[name] ??= new Set()).add(httpGet.path);
        }
      }
    }
    expect(Object.fromEntries(Object.entries(paths).map(([name, set]) => [name, [...set]]))).toEqual({
      'appliance-status': ['/healthz'],
      'alga-core-sebastian': ['/'],
      'workflow-worker': ['/health'],
      'email-service': ['/health'],
      'temporal-worker': ['/health'],
    });
  });
});

describe('addresses', () => {
  /** What programs are told to talk to, as host:port, with the cluster's own suffix taken off. */
  const told = () =>
    pods.flatMap((workload) =>
      all(workload)
        .map(environment)
        .flatMap((env) => [
          env['DB_HOST'] && `${env['DB_HOST']}:${env['DB_PORT']}`,
          env['DB_HOST_ADMIN'] && `${env['DB_HOST_ADMIN']}:${env['DB_PORT_ADMIN']}`,
          env['POSTGRES_SEEDS'] && `${env['POSTGRES_SEEDS']}:${env['DB_PORT']}`,
          env['REDIS_HOST'] && `${env['REDIS_HOST']}:${env['REDIS_PORT']}`,
          env['TEMPORAL_ADDRESS'],
          env['PATIENCE'] && `${env['HOST']}:${env['PORT']}`,
          env['IMAP_WEBHOOK_URL'] && new URL(env['IMAP_WEBHOOK_URL']).host,
          env['HOCUSPOCUS_URL'] && new URL(env['HOCUSPOCUS_URL']).host,
          env['HOCUSPOCUS_INTERNAL_URL'] && new URL(env['HOCUSPOCUS_INTERNAL_URL']).host,
          env['HOCUSPOCUS_HOST'] && `${env['HOCUSPOCUS_HOST']}:${env['HOCUSPOCUS_PORT']}`,
          env['COLLAB_PERSIST_API_URL'] && new URL(env['COLLAB_PERSIST_API_URL']).host,
          env['AI_DOCUMENT_API_URL'] && new URL(env['AI_DOCUMENT_API_URL']).host,
        ])
        .filter((address) => address !== undefined && address !== '')
        .map(
          (address) =>
            `${workload.name.replace(/-bootstrap-.*/, '-bootstrap')} → ${address?.replace('.msp.svc.cluster.local', '')}`,
        ),
    );

  test('lead to a service and its port', () => {
    const there = manifests
      .filter(({ kind }) => kind === 'Service')
      .flatMap(({ metadata, spec }) => service.parse(spec).ports.map(({ port }) => `${metadata.name}:${port}`));
    for (const each of told()) expect(there, each).toContain(each.split(' → ')[1]);
  });

  test('are those of the contract; these images go to Postgres directly, all of them', () => {
    expect([...new Set(told())].toSorted()).toMatchInlineSnapshot(`
      [
        "alga-core-sebastian → db:5432",
        "alga-core-sebastian → hocuspocus:1234",
        "alga-core-sebastian → redis:6379",
        "alga-core-sebastian → temporal-frontend:7233",
        "alga-core-sebastian-bootstrap → db:5432",
        "email-service → alga-core-sebastian:3000",
        "email-service → db:5432",
        "email-service → redis:6379",
        "hocuspocus → alga-core-sebastian:3000",
        "hocuspocus → db:5432",
        "hocuspocus → redis:6379",
        "temporal → db:5432",
        "temporal-ui → temporal-frontend:7233",
        "temporal-worker → db:5432",
        "temporal-worker → redis:6379",
        "temporal-worker → temporal-frontend:7233",
        "workflow-worker → db:5432",
        "workflow-worker → redis:6379",
        "workflow-worker → temporal-frontend:7233",
      ]
    `);
  });
});
