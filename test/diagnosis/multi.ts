import { ago, appliance, type Change, imageOf } from './appliance.ts';
import {
  apiDown,
  bootstrapFailed,
  broken,
  changed,
  crashing,
  evicted,
  fluxFailed,
  login,
  nodeCondition,
  probing,
  pulling,
  refused,
  talos,
  unbound,
  unplaced,
} from './faults.ts';
import type { Snapshot } from '../../model/snapshot.ts';

const gone = (name: string): Change =>
  pulling(name, 'ImagePullBackOff', `Back-off pulling image "${imageOf(name)}"`, [
    [
      'Failed',
      `Failed to pull image "${imageOf(name)}": rpc error: code = NotFound desc = failed to pull and unpack image "${imageOf(name)}": failed to resolve reference "${imageOf(name)}": ${imageOf(name)}: not found`,
      { count: 5 },
    ],
  ]);
const unresolved = (name: string): Change =>
  pulling(
    name,
    'ErrImagePull',
    `failed to pull and unpack image "${imageOf(name)}": failed to do request: Head "https://ghcr.io/v2/": dial tcp: lookup ghcr.io on 192.168.64.1:53: connection refused`,
    [],
  );
const released = (name: string, message = 'context deadline exceeded'): Change =>
  fluxFailed(
    'HelmRelease',
    name,
    'InstallFailed',
    `Helm install failed for release msp/${name} with chart ${name}@0.1.0: ${message}`,
    'Released',
  );
const waits = (name: string, object: string): Change =>
  fluxFailed(
    'Kustomization',
    name,
    'HealthCheckFailed',
    `health check failed after 9m30s: timeout waiting for: [${object} status: 'Failed']`,
  );
const noDatabase = 'Error: connect ECONNREFUSED 10.96.14.3:6432';
const subPath = (name: string): Change =>
  broken(name, {
    state: {
      waiting: {
        reason: 'CreateContainerConfigError',
        message: `failed to create subPath directory for volumeMount "db-data" of container "${name}"`,
      },
    },
  });
const noPage = login(null, null, 'connect ECONNREFUSED 192.0.2.10:3000');
const rateLimited = (name: string): Change =>
  pulling(
    name,
    'ImagePullBackOff',
    `Back-off pulling image "${imageOf(name)}": ErrImagePull: toomanyrequests: You have reached your pull rate limit.`,
    [],
  );
const noNetwork = (name: string): Change =>
  broken(name, { state: { waiting: { reason: 'ContainerCreating' } } }, [
    [
      'FailedCreatePodSandBox',
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "a1": plugin type="flannel" failed (add): open /run/flannel/subnet.env: no such file or directory',
      { count: 30 },
    ],
  ]);
const schema =
  'sql schema version compatibility check failed: version mismatch for keyspace/database: "temporal". Expected version: 1.14 cannot be greater than Actual version: 0.0';
const link = 'yaml: unmarshal errors:\n  line 3: cannot unmarshal !!str `tcp://1...` into int';

/** Several faults at once, and the root causes that must be told apart, the most login-blocking first. */
export const MULTI: readonly (readonly [name: string, snapshot: () => Snapshot, roots: readonly string[]])[] = [
  [
    'two missing images of background services',
    () => appliance(gone('workflow-worker'), gone('email-service')),
    ['image-tag-missing/email-service', 'image-tag-missing/workflow-worker'],
  ],
  [
    'the application image missing for job and application alike',
    () => appliance(gone('alga-core'), gone('bootstrap'), noPage),
    ['image-tag-missing/alga-core'],
  ],
  [
    'one name server that answers nobody',
    () => appliance(unresolved('alga-core'), unresolved('email-service'), unresolved('temporal-worker'), noPage),
    ['dns-resolution-failure/alga-core'],
  ],
  [
    'DNS, and a tag that is missing besides',
    () => appliance(unresolved('email-service'), gone('workflow-worker')),
    ['dns-resolution-failure/email-service', 'image-tag-missing/workflow-worker'],
  ],
  [
    'a database that cannot start and all that needs it',
    () =>
      appliance(
        subPath('db'),
        crashing('pgbouncer', 'pgbouncer cannot connect to server'),
        crashing('workflow-worker', noDatabase),
        crashing('alga-core', 'Error: connect ECONNREFUSED 10.96.14.3:5432'),
        released('alga-core'),
        noPage,
      ),
    ['volume-subpath-failed/db'],
  ],
  [
    'a release and a Kustomization that gave up on a missing image',
    () =>
      appliance(
        gone('email-service'),
        released('email-service'),
        waits('alga-background', 'HelmRelease/alga-system/email-service'),
      ),
    ['image-tag-missing/email-service'],
  ],
  [
    'Temporal without schema and the workers that need it',
    () =>
      appliance(
        crashing('temporal', schema),
        crashing('temporal-worker', 'Error: Failed to connect to Temporal at temporal-frontend:7233: 14 UNAVAILABLE'),
        crashing('workflow-worker', 'TransportError: tonic::transport::Error connecting temporal-frontend.msp:7233'),
      ),
    ['temporal-schema-missing/temporal'],
  ],
  [
    'Temporal without schema and a service link beside it',
    () => appliance(crashing('temporal', schema), crashing('temporal-ui', link)),
    ['temporal-schema-missing/temporal', 'service-link-collision/temporal-ui'],
  ],
  [
    'a wrong password in the job and the release that waited for it',
    () =>
      appliance(
        bootstrapFailed('error: password authentication failed for user "postgres"'),
        released('alga-core', 'failed post-install: 1 error occurred:\n\t* job failed: BackoffLimitExceeded'),
        waits('alga-core', 'HelmRelease/alga-system/alga-core'),
        noPage,
      ),
    ['database-auth-failed/bootstrap'],
  ],
  [
    'a job that failed and an application that waits for it',
    () =>
      appliance(
        bootstrapFailed('ERROR: Configured seed directory does not exist: /app/ee/server/seeds/onboarding'),
        crashing('alga-core', 'Error: bootstrap has not finished: relation "users" does not exist'),
        noPage,
      ),
    ['bootstrap-job-failed/bootstrap'],
  ],
  [
    'a full disk, evictions and images that cannot be unpacked',
    () =>
      appliance(
        nodeCondition('DiskPressure', 'True', 'KubeletHasDiskPressure', 'kubelet has disk pressure'),
        evicted('workflow-worker', 'The node was low on resource: ephemeral-storage. '),
        pulling(
          'email-service',
          'ErrImagePull',
          'failed to extract layer: write /var/lib/containerd/x: no space left on device',
          [],
        ),
      ),
    ['disk-pressure/node'],
  ],
  [
    'a full disk and a missing tag',
    () =>
      appliance(
        nodeCondition('DiskPressure', 'True', 'KubeletHasDiskPressure', 'kubelet has disk pressure'),
        gone('email-service'),
      ),
    ['disk-pressure/node', 'image-tag-missing/email-service'],
  ],
  [
    'no network for any pod',
    () => appliance(noNetwork('alga-core'), noNetwork('redis'), noNetwork('email-service'), noPage),
    ['cni-failure/redis'],
  ],
  [
    'no network on the node and for its pods',
    () =>
      appliance(
        nodeCondition(
          'Ready',
          'False',
          'KubeletNotReady',
          'container runtime network not ready: cni plugin not initialized',
        ),
        noNetwork('alga-core'),
        noPage,
      ),
    ['cni-failure/node'],
  ],
  [
    'a claim that its provisioner cannot serve and the pod that waits for it',
    () =>
      appliance(
        unbound(
          'alga-core-sebastian-postgres-data',
          'ProvisioningFailed',
          'failed to provision volume with StorageClass "local-path": failed to create volume pvc-1: create process timeout after 120 seconds',
        ),
        unplaced('db', '0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.'),
        noPage,
      ),
    ['storage-provisioner-failed/db'],
  ],
  [
    'a provisioner whose image is missing and the claims that wait for it',
    () =>
      appliance(
        gone('local-path-provisioner'),
        unbound(
          'alga-core-sebastian-postgres-data',
          'ExternalProvisioning',
          "Waiting for a volume to be created either by the external provisioner 'rancher.io/local-path' or manually by the system administrator.",
        ),
        unplaced('db', '0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.'),
        noPage,
      ),
    ['image-tag-missing/local-path-provisioner'],
  ],
  [
    'a source that Flux cannot reach, with nothing else wrong',
    () =>
      appliance(
        fluxFailed(
          'GitRepository',
          'alga-appliance',
          'GitOperationFailed',
          "failed to checkout and determine revision: unable to clone 'https://github.com/Nine-Minds/alga-psa': context deadline exceeded",
        ),
      ),
    ['flux-source-unreachable/alga-appliance'],
  ],
  [
    'a source that is refused and a Kustomization that has no artifact',
    () =>
      appliance(
        fluxFailed(
          'GitRepository',
          'alga-appliance',
          'GitOperationFailed',
          "unable to list remote for 'https://github.com/x': authorization failed",
        ),
        fluxFailed('Kustomization', 'alga-platform', 'ArtifactFailed', 'Source is not ready, artifact not found'),
      ),
    ['flux-source-auth/alga-appliance'],
  ],
  [
    'a build that fails and a release that is locked',
    () =>
      appliance(
        fluxFailed('Kustomization', 'alga-background', 'BuildFailed', 'kustomize build failed: accumulating resources'),
        released('pgbouncer', 'another operation (install/upgrade/rollback) is in progress'),
      ),
    ['helm-operation-in-progress/pgbouncer', 'flux-build-failed/alga-background'],
  ],
  [
    'a locked release above a missing image',
    () =>
      appliance(
        gone('temporal-worker'),
        released('temporal-worker', 'another operation (install/upgrade/rollback) is in progress'),
      ),
    ['helm-operation-in-progress/temporal-worker', 'image-tag-missing/temporal-worker'],
  ],
  [
    'a chart that does not render, and an unrelated crash',
    () =>
      appliance(
        released(
          'email-service',
          'execution error at (email-service/templates/deployment.yaml:3:4): image.tag is required',
        ),
        crashing('temporal-ui', link),
      ),
    ['helm-render-failed/email-service', 'service-link-collision/temporal-ui'],
  ],
  [
    'credentials lost, with nothing running',
    () =>
      appliance(
        released(
          'alga-core',
          'execution error at (alga-core/templates/db.yaml:1:1): PersistentVolumeClaim alga-core-sebastian-postgres-data exists but Secret db-credentials does not',
        ),
        waits('alga-core', 'HelmRelease/alga-system/alga-core'),
      ),
    ['credentials-lost/alga-core'],
  ],
  [
    'Redis refuses one and the database another',
    () =>
      appliance(
        crashing('alga-core', 'ReplyError: WRONGPASS invalid username-password pair or user is disabled.'),
        crashing('email-service', 'error: password authentication failed for user "app_user_pgbouncer"'),
        noPage,
      ),
    ['redis-auth-failed/alga-core', 'database-auth-failed/email-service'],
  ],
  [
    'one user of the database refused in three programs',
    () =>
      appliance(
        crashing('alga-core', 'error: password authentication failed for user "app_user"'),
        crashing('email-service', 'error: password authentication failed for user "app_user"'),
        crashing('workflow-worker', 'error: password authentication failed for user "app_user"'),
        noPage,
      ),
    ['database-auth-failed/alga-core'],
  ],
  [
    'two users of the database refused',
    () =>
      appliance(
        crashing('alga-core', 'error: password authentication failed for user "app_user"'),
        crashing('temporal', 'pq: password authentication failed for user "temporal"'),
        noPage,
      ),
    ['database-auth-failed/alga-core', 'database-auth-failed/temporal'],
  ],
  [
    'PgBouncer that cannot log in and the workers behind it',
    () =>
      appliance(
        crashing(
          'pgbouncer',
          'WARNING server login failed: FATAL password authentication failed for user "app_user_pgbouncer"',
        ),
        crashing('workflow-worker', noDatabase),
        crashing('email-service', noDatabase),
      ),
    ['pgbouncer-auth-failed/pgbouncer'],
  ],
  [
    'a port that is taken and a worker out of memory',
    () =>
      appliance(
        unplaced('alga-core', "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports."),
        crashing('temporal-worker', '', { exitCode: 137, reason: 'OOMKilled' }),
        noPage,
      ),
    ['port-conflict/alga-core', 'out-of-memory/temporal-worker'],
  ],
  [
    'no room on the node for three',
    () =>
      appliance(
        unplaced('alga-core', '0/1 nodes are available: 1 Insufficient memory.'),
        unplaced('temporal', '0/1 nodes are available: 1 Insufficient memory.'),
        unplaced('redis', '0/1 nodes are available: 1 Insufficient memory.'),
        noPage,
      ),
    ['insufficient-resources/redis'],
  ],
  [
    'security settings refused and a quota besides',
    () =>
      appliance(
        refused('alga-core', 'Error creating: pods "a" is forbidden: violates PodSecurity "baseline:latest": hostPort'),
        refused(
          'temporal',
          'Error creating: pods "b" is forbidden: exceeded quota: q, requested: pods=1, used: pods=20, limited: pods=20',
        ),
        noPage,
      ),
    ['pod-security-violation/alga-core', 'quota-exceeded/temporal'],
  ],
  [
    'data of another Postgres version, and the job that cannot reach it',
    () =>
      appliance(
        crashing(
          'db',
          'FATAL:  database files are incompatible with server\nDETAIL:  The data directory was initialized by PostgreSQL version 15, which is not compatible with this version 16.2.',
        ),
        bootstrapFailed('Error: connect ECONNREFUSED 10.96.14.3:5432'),
        noPage,
      ),
    ['database-version-mismatch/db'],
  ],
  [
    'a database without space and an application that cannot write to it',
    () =>
      appliance(
        crashing('db', 'PANIC:  could not write to file "pg_wal/xlogtemp.66": No space left on device'),
        crashing('alga-core', 'Error: Connection terminated unexpectedly'),
        noPage,
      ),
    ['database-disk-full/db'],
  ],
  [
    'Talos refuses the files of this machine while the appliance is well',
    () =>
      appliance(
        talos(
          'talosctl -n 192.0.2.10 version',
          'rpc error: code = Unavailable desc = connection error: desc = "transport: authentication handshake failed: tls: failed to verify certificate: x509: certificate signed by unknown authority"',
        ),
      ),
    ['talos-tls-mismatch/talos'],
  ],
  [
    'the machine is off',
    () =>
      appliance(
        apiDown('connect EHOSTUNREACH 192.0.2.10:6443'),
        talos(
          'talosctl -n 192.0.2.10 version',
          'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 192.0.2.10:50000: connect: no route to host"',
        ),
        noPage,
      ),
    ['talos-api-unreachable/talos'],
  ],
  [
    'etcd has lost its data',
    () =>
      appliance(
        apiDown('connect ECONNREFUSED 192.0.2.10:6443'),
        talos(
          'talosctl -n 192.0.2.10 health',
          'waiting for etcd to be healthy: service "etcd" not in expected state "Running": current state [Preparing] Running pre state',
        ),
      ),
    ['talos-etcd-unhealthy/talos'],
  ],
  [
    'clocks that differ, seen by Flux and by the kubelet',
    () =>
      appliance(
        fluxFailed(
          'GitRepository',
          'alga-appliance',
          'GitOperationFailed',
          'unable to clone: x509: certificate has expired or is not yet valid: current time 2026-05-01T10:00:00Z is before 2026-05-01T11:39:56Z',
        ),
        pulling(
          'email-service',
          'ErrImagePull',
          'tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-05-01T10:00:00Z is before 2026-05-01T11:39:56Z',
          [],
        ),
      ),
    ['clock-skew/alga-appliance'],
  ],
  [
    'a registry with too many pulls for two',
    () => appliance(rateLimited('temporal'), rateLimited('temporal-ui')),
    ['image-rate-limited/temporal'],
  ],
  [
    'a registry with too many pulls, and another that wants a password',
    () =>
      appliance(
        rateLimited('temporal'),
        pulling(
          'email-service',
          'ErrImagePull',
          'failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://ghcr.io/token: 403 Forbidden',
          [],
        ),
      ),
    ['image-pull-unauthorized/email-service', 'image-rate-limited/temporal'],
  ],
  [
    'a fault hidden behind twenty newer events',
    () =>
      appliance(gone('alga-core'), noPage, (items) => {
        for (let n = 0; n < 25; n += 1)
          items.push({
            apiVersion: 'v1',
            kind: 'Event',
            metadata: { name: `noise.${n}`, namespace: 'msp' },
            involvedObject: { kind: 'Pod', namespace: 'msp', name: 'temporal-7d9c5b8f6d-q4z8w' },
            type: 'Warning',
            reason: 'Unhealthy',
            message: `Readiness probe failed: attempt ${n}`,
            count: 1,
            firstTimestamp: ago(0.3),
            lastTimestamp: ago(0.1),
          });
      }),
    ['image-tag-missing/alga-core'],
  ],
  [
    'a suspended Kustomization and a probe that fails',
    () =>
      appliance(
        changed('Kustomization', 'alga-background', (object) => {
          object['spec'] = { suspend: true };
        }),
        probing('email-service', 'Readiness probe failed: HTTP probe failed with statuscode: 503'),
      ),
    ['flux-suspended/alga-background', 'probe-failing/email-service'],
  ],
  [
    'CoreDNS without image and pods that find no names',
    () =>
      appliance(
        gone('coredns'),
        crashing('alga-core', 'Error: getaddrinfo EAI_AGAIN db'),
        crashing('email-service', 'Error: getaddrinfo EAI_AGAIN pgbouncer'),
        noPage,
      ),
    ['image-tag-missing/coredns'],
  ],
  [
    'a node that is gone and the pods on it',
    () =>
      appliance(
        nodeCondition('Ready', 'Unknown', 'NodeStatusUnknown', 'Kubelet stopped posting node status.'),
        probing('alga-core', 'Readiness probe failed: timeout'),
      ),
    ['node-not-ready/node'],
  ],
  [
    'a migration that failed and a worker image that is missing',
    () =>
      appliance(
        bootstrapFailed(
          'migration file "20240301_add_tags.cjs" failed\nmigration failed with error: column "tags" of relation "tickets" already exists',
        ),
        gone('workflow-worker'),
        noPage,
      ),
    ['migration-failed/bootstrap', 'image-tag-missing/workflow-worker'],
  ],
  [
    'existing data in a fresh install, beside a registry that cannot be reached',
    () =>
      appliance(
        bootstrapFailed('ERROR: BOOTSTRAP_MODE=fresh but the database already contains application data'),
        pulling(
          'temporal-ui',
          'ImagePullBackOff',
          'Back-off pulling image "temporalio/ui:2.30.0": ErrImagePull: failed to do request: Head "https://registry-1.docker.io/v2/": dial tcp 31.13.95.34:443: i/o timeout',
          [],
        ),
        noPage,
      ),
    ['bootstrap-existing-data/bootstrap', 'image-registry-unreachable/temporal-ui'],
  ],
];
