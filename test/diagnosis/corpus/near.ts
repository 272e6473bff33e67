import { type Case, said } from './case.ts';

/**
 * Near misses: words that look like a code and mean something else. Each names the code it must not be taken for, and what
 * it is; a program that ended with just these words in its log is a crash loop that nothing explains.
 */
export const NEAR_MISSES: readonly (readonly [not: Case['code'], one: Case])[] = [
  ...not('pull', [
    [
      'image-tag-missing',
      'image-pull-unauthorized',
      '401 whose words end in “not found”',
      'Failed to pull image "x/y:1": failed to authorize: failed to fetch oauth token: unexpected status from POST request to https://auth.docker.io/token: 401 Unauthorized: repository not found',
    ],
    [
      'image-tag-missing',
      'image-architecture-mismatch',
      '“not found”, of the platform',
      'Failed to pull image "x:1": failed to pull and unpack image "x:1": no match for platform in manifest: not found',
    ],
    [
      'image-tag-missing',
      'image-pull-interrupted',
      '“not found”, of a layer in the store',
      'Failed to pull image "x:1": failed to extract layer sha256:aa: failed to get reader from content store: content digest sha256:bb: not found',
    ],
    [
      'image-name-invalid',
      'image-tag-missing',
      'a tag that is called invalid-tag',
      'Failed to pull image "ghcr.io/nine-minds/invalid-tag:1": ghcr.io/nine-minds/invalid-tag:1: not found',
    ],
    [
      'image-rate-limited',
      'image-registry-unreachable',
      'a rate limiter of the client, not of the registry',
      'Failed to pull image "x:1": client rate limiter Wait returned an error: context deadline exceeded',
    ],
    [
      'image-pull-unauthorized',
      'image-registry-unreachable',
      'a token server that refuses the connection, not the login',
      'Failed to pull image "x:1": Get "https://auth.example/token": dial tcp 192.0.2.7:443: connect: connection refused',
    ],
    [
      'image-registry-unreachable',
      'dns-resolution-failure',
      'a registry whose name cannot be looked up',
      'Failed to pull image "x:1": dial tcp: lookup registry-1.docker.io on 10.0.0.1:53: read udp 10.0.0.2:4->10.0.0.1:53: i/o timeout',
    ],
    [
      'image-pull-interrupted',
      'image-registry-unreachable',
      'a handshake that times out before anything is pulled',
      'Failed to pull image "x:1": failed to do request: Head "https://ghcr.io/v2/x/manifests/1": net/http: TLS handshake timeout',
    ],
    [
      'image-pull-interrupted',
      'disk-pressure',
      'a pull that stops because the disk is full',
      'Failed to pull image "x:1": failed to copy: write /var/lib/containerd/ingest/data: no space left on device',
    ],
    [
      'certificate-expired',
      'clock-skew',
      'a certificate that has not begun, by a clock of 2019',
      'Failed to pull image "x:1": x509: certificate has expired or is not yet valid: current time 2019-01-01T00:00:00Z is before 2026-01-01T00:00:00Z',
    ],
    [
      'clock-skew',
      'certificate-expired',
      'a certificate that is over',
      'Failed to pull image "x:1": x509: certificate has expired or is not yet valid: current time 2026-06-01T00:00:00Z is after 2026-05-01T00:00:00Z',
    ],
  ]),
  ...not('run', [
    [
      'start-command-failed',
      'image-architecture-mismatch',
      'an entrypoint for another architecture',
      'failed to create containerd task: exec /usr/local/bin/docker-entrypoint.sh: exec format error: unknown',
    ],
    [
      'permission-denied',
      'start-command-failed',
      'an entrypoint that may not be executed',
      'failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/app/run.sh": permission denied: unknown',
    ],
  ]),
  ...not('mount', [
    [
      'volume-mount-failed',
      'config-missing',
      'a volume whose secret is not found',
      'MountVolume.SetUp failed for volume "x" : secret "redis-credentials" not found',
    ],
    [
      'volume-mount-failed',
      'disk-pressure',
      'a volume for which there is no space',
      'MountVolume.SetUp failed for volume "x" : mkdir /var/lib/kubelet/pods/1: no space left on device',
    ],
  ]),
  ...not('sandbox', [
    [
      'cni-failure',
      'port-conflict',
      'a network plugin that finds the host port taken',
      'failed to setup network for sandbox "a": plugin type="portmap" failed (add): cannot open hostport 3000 for pod: listen tcp4 :3000: bind: address already in use',
    ],
    [
      'cni-failure',
      'image-registry-unreachable',
      'a sandbox whose image cannot be pulled',
      'Failed to create pod sandbox: failed to get sandbox image "registry.k8s.io/pause:3.10": failed to pull image "registry.k8s.io/pause:3.10": failed to do request: Head "https://registry.k8s.io/v2/pause/manifests/3.10": dial tcp 192.0.2.7:443: i/o timeout',
    ],
  ]),
  ...not('schedule', [
    [
      'insufficient-resources',
      'port-conflict',
      'no node with free ports',
      "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.",
    ],
    [
      'insufficient-resources',
      'disk-pressure',
      'no node without disk pressure',
      '0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/disk-pressure: }.',
    ],
    [
      'pvc-unbound',
      'volume-mount-failed',
      'a volume that belongs to another node',
      '0/1 nodes are available: 1 node(s) had volume node affinity conflict.',
    ],
  ]),
  ...not('admission', [
    [
      'pod-security-violation',
      'quota-exceeded',
      'a quota that is called privileged-pods',
      'Error creating: pods "x" is forbidden: exceeded quota: privileged-pods, requested: pods=1, used: pods=1, limited: pods=1',
    ],
    [
      'quota-exceeded',
      'pod-security-violation',
      'a pod that is forbidden for its host network',
      'Error creating: pods "x" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostNetwork=true)',
    ],
  ]),
  ...not('evict', [
    [
      'disk-pressure',
      'evicted',
      'a pod that is evicted for memory',
      'The node was low on resource: memory. Threshold quantity: 100Mi, available: 90Mi. ',
    ],
  ]),
  ...not('probe', [
    [
      'port-conflict',
      'probe-failing',
      'a readiness probe to a port on which nothing listens',
      'Readiness probe failed: dial tcp 10.244.0.9:3000: connect: connection refused',
    ],
    [
      'redis-auth-failed',
      'probe-failing',
      'a liveness probe to a Redis that does not answer',
      'Liveness probe failed: Could not connect to Redis at 127.0.0.1:6379: Connection refused',
    ],
  ]),
  ...not('claim', [
    [
      'storage-provisioner-failed',
      'pvc-unbound',
      'a storage class that is not there',
      'storageclass.storage.k8s.io "local-path" not found',
    ],
  ]),
  ...not('log', [
    [
      'database-auth-failed',
      'crash-loop',
      'a line that says how it will log in',
      'Using password authentication for user app_user',
    ],
    [
      'database-auth-failed',
      'redis-auth-failed',
      'Redis that refuses a password',
      'ReplyError: WRONGPASS invalid username-password pair or user is disabled.',
    ],
    [
      'database-auth-failed',
      'crash-loop',
      'a person who mistypes a password',
      'Login page: invalid password for admin@example.com',
    ],
    [
      'database-unreachable',
      'temporal-unreachable',
      'Temporal that refuses the connection',
      'Error: connect ECONNREFUSED 10.96.8.8:7233',
    ],
    [
      'database-unreachable',
      'crash-loop',
      'Postgres that is connected, before a TypeError',
      'Connected to postgres at db:5432\nTypeError: x is not a function',
    ],
    [
      'database-missing',
      'crash-loop',
      'a database that was created, before a TypeError',
      'Created database "server"\nTypeError: x is not a function',
    ],
    [
      'database-corrupt',
      'redis-data-broken',
      'a Redis dump of a newer version',
      "# Can't handle RDB format version 15\n# Fatal error loading the DB, check server logs. Exiting.",
    ],
    [
      'database-disk-full',
      'disk-pressure',
      'a disk that is full for uploads',
      "Error: ENOSPC: no space left on device, write '/data/files/upload'",
    ],
    [
      'database-version-mismatch',
      'crash-loop',
      'a version of Postgres that was found, before a TypeError',
      'PostgreSQL version 16.3 found\nTypeError: x is not a function',
    ],
    [
      'migration-failed',
      'crash-loop',
      'migrations of which none failed, before a TypeError',
      'Migrations: 212 applied, 0 failed\nTypeError: x is not a function',
    ],
    [
      'migration-failed',
      'database-unreachable',
      'migrations that do not reach Postgres',
      'Knex: error running migrations: connect ECONNREFUSED 10.96.0.4:5432',
    ],
    [
      'bootstrap-existing-data',
      'crash-loop',
      'seeds that are skipped, before a TypeError',
      'usersCount: 3, skipping seeds\nTypeError: x is not a function',
    ],
    [
      'temporal-schema-missing',
      'crash-loop',
      'a Temporal schema that is up to date, before a panic',
      'Temporal schema version 1.16 is up to date\npanic: runtime error: index out of range',
    ],
    [
      'service-link-collision',
      'crash-loop',
      'a program that says where it listens',
      'listening on tcp://0.0.0.0:8080\nTypeError: x is not a function',
    ],
    [
      'port-conflict',
      'crash-loop',
      'a port that is in use by the program itself',
      'Server listens on port 3000, which is in use by this process\nTypeError: x is not a function',
    ],
    [
      'permission-denied',
      'database-auth-failed',
      'rights that are missing in a schema',
      'error: permission denied for schema public',
    ],
    [
      'start-command-failed',
      'crash-loop',
      'a module that is not found, and is no start command',
      "Error: Cannot find module 'left-pad'\nRequire stack:\n- /app/dist/index.js",
    ],
    [
      'dns-resolution-failure',
      'crash-loop',
      'a name that was resolved, before a TypeError',
      'resolved db.msp.svc.cluster.local to 10.96.0.4\nTypeError: x is not a function',
    ],
    [
      'out-of-memory',
      'crash-loop',
      'memory of which much is free, before a TypeError',
      'Memory: 310 MB of 512 MB used\nTypeError: x is not a function',
    ],
    [
      'certificate-expired',
      'crash-loop',
      'a session that has expired, before a TypeError',
      'session expired for user 7\nTypeError: x is not a function',
    ],
    ['image-architecture-mismatch', 'crash-loop', 'a format error of a date', 'Unsupported date format error in row 3'],
    [
      'pgbouncer-auth-failed',
      'crash-loop',
      'a login that succeeded, before a TypeError',
      'INFO login of admin@example.com succeeded\nTypeError: x is not a function',
    ],
  ]),
  ...not('git', [
    [
      'flux-source-unreachable',
      'flux-source-ref-missing',
      'a branch that is called network',
      'failed to checkout and determine revision: couldn\'t find remote ref "refs/heads/network"',
    ],
    [
      'flux-source-ref-missing',
      'flux-source-auth',
      'a repository that is not found, for want of a login',
      'failed to checkout and determine revision: unable to clone: authentication required: Repository not found.',
    ],
    [
      'flux-source-auth',
      'dns-resolution-failure',
      'a Git server whose name begins with auth',
      'failed to checkout and determine revision: unable to list remote: Get "https://auth.example/x": dial tcp: lookup auth.example on 10.96.0.10:53: no such host',
    ],
  ]),
  ...not('kustomization HealthCheckFailed', [
    [
      'flux-apply-rejected',
      'flux-health-timeout',
      'a job that is called immutable',
      "health check failed after 5m: timeout waiting for: [Job/msp/immutable status: 'Current']",
    ],
  ]),
  ...not('helm InstallFailed', [
    [
      'helm-timeout',
      'helm-render-failed',
      'a template that asks for a time-out',
      'Helm install failed: execution error at (x/templates/a.yaml:3:4): timeout must be set',
    ],
    [
      'helm-operation-in-progress',
      'helm-timeout',
      'a release that timed out, with no other operation',
      'Helm install failed: timed out waiting for the condition',
    ],
    [
      'helm-render-failed',
      'flux-apply-rejected',
      'a kind that is called Template',
      'Helm install failed: unable to build kubernetes objects from release manifest: no matches for kind "Template" in version "v1"',
    ],
    [
      'config-missing',
      'helm-chart-unavailable',
      'a chart that is called secret-store',
      'chart pull error: chart "secret-store" version "1.0" not found',
    ],
  ]),
  ...not('talos talosctl version', [
    [
      'talos-etcd-unhealthy',
      'talos-api-unreachable',
      'a Talos API that refuses the connection',
      'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 192.0.2.10:50000: connect: connection refused"',
    ],
    [
      'talos-tls-mismatch',
      'certificate-expired',
      'a certificate of Talos that is over',
      'rpc error: code = Unavailable desc = connection error: desc = "transport: authentication handshake failed: tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2027-05-01T00:00:00Z is after 2027-03-01T00:00:00Z"',
    ],
  ]),
  ...not('talos talosctl apply-config --insecure', [
    [
      'talos-config-invalid',
      'talos-disk-not-found',
      'an install disk that is not there',
      'error applying new configuration: rpc error: code = InvalidArgument desc = configuration validation failed: 1 error occurred:\n\t* specified install disk does not exist: "/dev/sda"',
    ],
    [
      'talos-maintenance-unreachable',
      'talos-already-configured',
      'a node that asks for a certificate',
      'error applying new configuration: rpc error: code = Unavailable desc = connection error: desc = "error reading server preface: remote error: tls: certificate required"',
    ],
  ]),
  ...not('api', [
    [
      'kubernetes-unreachable',
      'talos-etcd-unhealthy',
      'etcd that does not answer the API server',
      'etcdserver: request timed out',
    ],
  ]),
];

/** Gives near misses of one place: `[not this code, but this, title, message]`. */
function not(where: Case['where'], rows: readonly (readonly [Case['code'], Case['code'], string, string])[]) {
  return rows.flatMap(([wrong, code, title, message]) =>
    said(where, [[code, title, message, 'made from a wording of the corpus', componentOf(wrong, where)]]).map(
      (one) => [wrong, one] as const,
    ),
  );
}

/** What a code is about decides where its near miss is most easily taken for it. */
function componentOf(code: Case['code'], where: Case['where']): string {
  if (where !== 'log') return 'workflow-worker';
  if (code === 'database-corrupt') return 'redis';
  return code.startsWith('temporal') ? 'temporal' : 'alga-core';
}
