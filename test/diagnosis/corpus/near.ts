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
      'Failed to pull image "x/y:1": failed to authorize: failed to fetch oauth token: unexpected status from POST request to https://auth.docker.io/token: 401 Unauthorized: repository not found',
    ],
    [
      'image-tag-missing',
      'image-architecture-mismatch',
      'Failed to pull image "x:1": failed to pull and unpack image "x:1": no match for platform in manifest: not found',
    ],
    [
      'image-tag-missing',
      'image-pull-interrupted',
      'Failed to pull image "x:1": failed to extract layer sha256:aa: failed to get reader from content store: content digest sha256:bb: not found',
    ],
    [
      'image-name-invalid',
      'image-tag-missing',
      'Failed to pull image "ghcr.io/nine-minds/invalid-tag:1": ghcr.io/nine-minds/invalid-tag:1: not found',
    ],
    [
      'image-rate-limited',
      'image-registry-unreachable',
      'Failed to pull image "x:1": client rate limiter Wait returned an error: context deadline exceeded',
    ],
    [
      'image-pull-unauthorized',
      'image-registry-unreachable',
      'Failed to pull image "x:1": Get "https://auth.example/token": dial tcp 192.0.2.7:443: connect: connection refused',
    ],
    [
      'image-registry-unreachable',
      'dns-resolution-failure',
      'Failed to pull image "x:1": dial tcp: lookup registry-1.docker.io on 10.0.0.1:53: read udp 10.0.0.2:4->10.0.0.1:53: i/o timeout',
    ],
    [
      'image-pull-interrupted',
      'image-registry-unreachable',
      'Failed to pull image "x:1": failed to do request: Head "https://ghcr.io/v2/x/manifests/1": net/http: TLS handshake timeout',
    ],
    [
      'image-pull-interrupted',
      'disk-pressure',
      'Failed to pull image "x:1": failed to copy: write /var/lib/containerd/ingest/data: no space left on device',
    ],
    [
      'certificate-expired',
      'clock-skew',
      'Failed to pull image "x:1": x509: certificate has expired or is not yet valid: current time 2019-01-01T00:00:00Z is before 2026-01-01T00:00:00Z',
    ],
    [
      'clock-skew',
      'certificate-expired',
      'Failed to pull image "x:1": x509: certificate has expired or is not yet valid: current time 2026-06-01T00:00:00Z is after 2026-05-01T00:00:00Z',
    ],
  ]),
  ...not('run', [
    [
      'start-command-failed',
      'image-architecture-mismatch',
      'failed to create containerd task: exec /usr/local/bin/docker-entrypoint.sh: exec format error: unknown',
    ],
    [
      'permission-denied',
      'start-command-failed',
      'failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/app/run.sh": permission denied: unknown',
    ],
  ]),
  ...not('mount', [
    [
      'volume-mount-failed',
      'config-missing',
      'MountVolume.SetUp failed for volume "x" : secret "redis-credentials" not found',
    ],
    [
      'volume-mount-failed',
      'disk-pressure',
      'MountVolume.SetUp failed for volume "x" : mkdir /var/lib/kubelet/pods/1: no space left on device',
    ],
  ]),
  ...not('sandbox', [
    [
      'cni-failure',
      'port-conflict',
      'failed to setup network for sandbox "a": plugin type="portmap" failed (add): cannot open hostport 3000 for pod: listen tcp4 :3000: bind: address already in use',
    ],
    [
      'cni-failure',
      'image-registry-unreachable',
      'Failed to create pod sandbox: failed to get sandbox image "registry.k8s.io/pause:3.10": failed to pull image "registry.k8s.io/pause:3.10": failed to do request: Head "https://registry.k8s.io/v2/pause/manifests/3.10": dial tcp 192.0.2.7:443: i/o timeout',
    ],
  ]),
  ...not('schedule', [
    [
      'insufficient-resources',
      'port-conflict',
      "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.",
    ],
    [
      'insufficient-resources',
      'disk-pressure',
      '0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/disk-pressure: }.',
    ],
    ['pvc-unbound', 'volume-mount-failed', '0/1 nodes are available: 1 node(s) had volume node affinity conflict.'],
  ]),
  ...not('admission', [
    [
      'pod-security-violation',
      'quota-exceeded',
      'Error creating: pods "x" is forbidden: exceeded quota: privileged-pods, requested: pods=1, used: pods=1, limited: pods=1',
    ],
    [
      'quota-exceeded',
      'pod-security-violation',
      'Error creating: pods "x" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostNetwork=true)',
    ],
  ]),
  ...not('evict', [
    ['disk-pressure', 'evicted', 'The node was low on resource: memory. Threshold quantity: 100Mi, available: 90Mi. '],
  ]),
  ...not('probe', [
    ['port-conflict', 'probe-failing', 'Readiness probe failed: dial tcp 10.244.0.9:3000: connect: connection refused'],
    [
      'redis-auth-failed',
      'probe-failing',
      'Liveness probe failed: Could not connect to Redis at 127.0.0.1:6379: Connection refused',
    ],
  ]),
  ...not('claim', [
    ['storage-provisioner-failed', 'pvc-unbound', 'storageclass.storage.k8s.io "local-path" not found'],
  ]),
  ...not('log', [
    ['database-auth-failed', 'crash-loop', 'Using password authentication for user app_user'],
    [
      'database-auth-failed',
      'redis-auth-failed',
      'ReplyError: WRONGPASS invalid username-password pair or user is disabled.',
    ],
    ['database-auth-failed', 'crash-loop', 'Login page: invalid password for admin@example.com'],
    ['database-unreachable', 'crash-loop', 'Error: connect ECONNREFUSED 10.96.8.8:7233'],
    ['database-unreachable', 'crash-loop', 'Connected to postgres at db:5432\nTypeError: x is not a function'],
    ['database-missing', 'crash-loop', 'Created database "server"\nTypeError: x is not a function'],
    [
      'database-corrupt',
      'crash-loop',
      "# Can't handle RDB format version 15\n# Fatal error loading the DB, check server logs. Exiting.",
    ],
    ['database-disk-full', 'disk-pressure', "Error: ENOSPC: no space left on device, write '/data/files/upload'"],
    ['database-version-mismatch', 'crash-loop', 'PostgreSQL version 16.3 found\nTypeError: x is not a function'],
    ['migration-failed', 'crash-loop', 'Migrations: 212 applied, 0 failed\nTypeError: x is not a function'],
    ['migration-failed', 'database-unreachable', 'Knex: error running migrations: connect ECONNREFUSED 10.96.0.4:5432'],
    ['bootstrap-existing-data', 'crash-loop', 'usersCount: 3, skipping seeds\nTypeError: x is not a function'],
    [
      'temporal-schema-missing',
      'crash-loop',
      'Temporal schema version 1.16 is up to date\npanic: runtime error: index out of range',
    ],
    ['service-link-collision', 'crash-loop', 'listening on tcp://0.0.0.0:8080\nTypeError: x is not a function'],
    [
      'port-conflict',
      'crash-loop',
      'Server listens on port 3000, which is in use by this process\nTypeError: x is not a function',
    ],
    ['permission-denied', 'database-auth-failed', 'error: permission denied for schema public'],
    [
      'start-command-failed',
      'crash-loop',
      "Error: Cannot find module 'left-pad'\nRequire stack:\n- /app/dist/index.js",
    ],
    [
      'dns-resolution-failure',
      'crash-loop',
      'resolved db.msp.svc.cluster.local to 10.96.0.4\nTypeError: x is not a function',
    ],
    ['out-of-memory', 'crash-loop', 'Memory: 310 MB of 512 MB used\nTypeError: x is not a function'],
    ['certificate-expired', 'crash-loop', 'session expired for user 7\nTypeError: x is not a function'],
    ['image-architecture-mismatch', 'crash-loop', 'Unsupported date format error in row 3'],
    [
      'pgbouncer-auth-failed',
      'crash-loop',
      'INFO login of admin@example.com succeeded\nTypeError: x is not a function',
    ],
  ]),
  ...not('git', [
    [
      'flux-source-unreachable',
      'flux-source-ref-missing',
      'failed to checkout and determine revision: couldn\'t find remote ref "refs/heads/network"',
    ],
    [
      'flux-source-ref-missing',
      'flux-source-auth',
      'failed to checkout and determine revision: unable to clone: authentication required: Repository not found.',
    ],
    [
      'flux-source-auth',
      'dns-resolution-failure',
      'failed to checkout and determine revision: unable to list remote: Get "https://auth.example/x": dial tcp: lookup auth.example on 10.96.0.10:53: no such host',
    ],
  ]),
  ...not('kustomization HealthCheckFailed', [
    [
      'flux-apply-rejected',
      'flux-health-timeout',
      "health check failed after 5m: timeout waiting for: [Job/msp/immutable status: 'Current']",
    ],
  ]),
  ...not('helm InstallFailed', [
    [
      'helm-timeout',
      'helm-render-failed',
      'Helm install failed: execution error at (x/templates/a.yaml:3:4): timeout must be set',
    ],
    ['helm-operation-in-progress', 'helm-timeout', 'Helm install failed: timed out waiting for the condition'],
    [
      'helm-render-failed',
      'flux-apply-rejected',
      'Helm install failed: unable to build kubernetes objects from release manifest: no matches for kind "Template" in version "v1"',
    ],
    ['config-missing', 'helm-chart-unavailable', 'chart pull error: chart "secret-store" version "1.0" not found'],
  ]),
  ...not('talos talosctl version', [
    [
      'talos-etcd-unhealthy',
      'talos-api-unreachable',
      'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 192.0.2.10:50000: connect: connection refused"',
    ],
    [
      'talos-tls-mismatch',
      'certificate-expired',
      'rpc error: code = Unavailable desc = connection error: desc = "transport: authentication handshake failed: tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2027-05-01T00:00:00Z is after 2027-03-01T00:00:00Z"',
    ],
  ]),
  ...not('talos talosctl apply-config --insecure', [
    [
      'talos-config-invalid',
      'talos-disk-not-found',
      'error applying new configuration: rpc error: code = InvalidArgument desc = configuration validation failed: 1 error occurred:\n\t* specified install disk does not exist: "/dev/sda"',
    ],
    [
      'talos-maintenance-unreachable',
      'talos-already-configured',
      'error applying new configuration: rpc error: code = Unavailable desc = connection error: desc = "error reading server preface: remote error: tls: certificate required"',
    ],
  ]),
  ...not('api', [['kubernetes-unreachable', 'talos-etcd-unhealthy', 'etcdserver: request timed out']]),
];

/** Gives near misses of one place: `[not this code, but this, message]`. */
function not(where: Case['where'], rows: readonly (readonly [Case['code'], Case['code'], string])[]) {
  return rows.flatMap(([wrong, code, message]) =>
    said(where, [[code, message, 'made from a wording of the corpus', componentOf(wrong, where)]]).map(
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
