import { type Case, said } from './case.ts';

/** A sixth collection, from runbooks and notes in which people quote what they saw; measured before a rule was touched for it. */
export const sixth: readonly Case[] = [
  ...said('pull', [
    [
      'image-tag-missing',
      'Failed to pull image "mcr.microsoft.com/azuredocs/aci-hellowrld": rpc error: code 2 desc Error: image t/aci-hellowrld:latest not found',
      'Azure Container Instances, troubleshooting guide',
    ],
    [
      'dns-resolution-failure',
      'Failed to pull image "registry.invalid/aiops/rootcause:v0": rpc error: code = Unknown desc = failed to pull and unpack image "registry.invalid/aiops/rootcause:v0": failed to resolve reference "registry.invalid/aiops/rootcause:v0": failed to do request: Head "https://registry.invalid/v2/aiops/rootcause/manifests/v0": dial tcp: lookup registry.invalid on 10.2.0.1:53: no such host',
      'a report of failures set on purpose, kubectl describe',
    ],
    [
      'image-registry-unreachable',
      'Failed to pull image "busybox": failed to resolve reference "docker.io/library/busybox:latest": dial tcp 104.244.43.52:443: i/o timeout',
      'a report of failures set on purpose, kubectl describe',
    ],
    [
      'image-registry-unreachable',
      '(combined from similar events): Failed to pull image "busybox:1.36.1": rpc error: code = DeadlineExceeded desc = failed to pull and unpack image "docker.io/library/busybox:1.36.1": failed to resolve reference "docker.io/library/busybox:1.36.1": failed to do request: Head "https://registry-1.docker.io/v2/library/busybox/manifests/1.36.1": dial tcp 108.160.169.55:443: i/o timeout',
      'a report of failures set on purpose, kubectl describe',
    ],
    [
      'image-pull-unauthorized',
      'Failed to pull image "myregistry.io/api:v2.1.0": unauthorized: authentication required',
      'a runbook for pull errors',
    ],
  ]),
  ...said('sandbox', [
    [
      'cni-failure',
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "6091888e": plugin type="loopback" failed (add): failed to find plugin "loopback" in path [/opt/cni/bin]',
      'notes of an installation without the CNI plugins',
    ],
    [
      'cni-failure',
      'Failed to create pod sandbox: plugin type="aws-cni" name="aws-cni" failed (add): failed to assign an IP address to container',
      'notes on small EKS workers',
    ],
    [
      'out-of-memory',
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to start sandbox: OCI runtime create failed: runc create failed: unable to start container process: container init was OOM-killed (memory limit too low?)',
      'notes on memory limits that are too low',
    ],
  ]),
  ...said('mount', [
    [
      'config-missing',
      'MountVolume.SetUp failed for volume "config" : configmap "redis-cofig" not found',
      'notes on a Redis deployment with a typing error',
    ],
    [
      'config-missing',
      'MountVolume.SetUp failed for volume "config-volume" : configmap references non-existent config key: missing-key',
      'a report of failures set on purpose, kubectl describe',
    ],
    [
      'volume-mount-failed',
      'MountVolume.SetUp failed for volume "juicefs-pv" : rpc error: code = Internal desc = Could not mount juicefs: juicefs auth error: Failed to fetch configuration for volume \'juicefs-pv\', the token or volume is invalid.',
      'JuiceFS CSI driver, troubleshooting',
    ],
    [
      'volume-mount-failed',
      'Unable to attach or mount volumes: unmounted volumes=[config], unattached volumes=[], failed to process volumes=[]: timed out waiting for the condition',
      'kubelet 1.27 and later, notes on a Redis deployment',
    ],
    [
      'pvc-unbound',
      'MountVolume.SetUp failed for volume "data" : persistentvolumeclaim "nonexistent-dataset" not found',
      'a runbook for pending volumes',
    ],
    [
      'volume-mount-failed',
      'MountVolume.SetUp failed for volume "cni-bin" : mkdir /opt/cni: read-only file system',
      'k0s on an OSTree system',
    ],
  ]),
  ...said('run', [
    [
      'start-command-failed',
      'failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: "./entrypoint.sh": permission denied: unknown',
      'notes on a compose project',
    ],
    [
      'start-command-failed',
      'failed to start container "cowsay": Error response from daemon: failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "my_command": executable file not found in $PATH: unknown',
      'a Kubernetes course',
    ],
    [
      'volume-mount-failed',
      'failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: error mounting "/srv/database/init.sql" to rootfs at "/docker-entrypoint-initdb.d": mount src=/srv/database/init.sql, dst=/docker-entrypoint-initdb.d: not a directory: unknown',
      'notes on a compose project',
    ],
    [
      'start-command-failed',
      'failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/home/cms/web/entrypoint.sh": permission denied: unknown',
      'notes on line ends of Windows in an entrypoint',
    ],
  ]),
  ...said('admission', [
    [
      'quota-exceeded',
      'Error creating: pods "tomcat-6c6588c664-c2h45" is forbidden: failed quota: cpu-mem-quota: must specify cpu for: opentelemetry-auto-instrumentation-java; memory for: opentelemetry-auto-instrumentation-java',
      'notes on instrumentation under a quota',
    ],
    [
      'quota-exceeded',
      'Error creating: pods "x" is forbidden: exceeded quota: kube-train-quota, requested: pods=1, used: pods=6, limited: pods=6',
      'a Kubernetes course',
    ],
    [
      'quota-exceeded',
      'Error creating: pods "my-deployment-5ddffd4d5d-5drmh" is forbidden: maximum memory usage per Container is 1000Mi, but limit is 1200Mi',
      'a course on limit ranges',
    ],
    [
      'pod-security-violation',
      'Error creating: pods "container-host-hacker-dbf989777-bjwgv" is forbidden: violates PodSecurity "baseline:latest": hostPath volumes (volume "containerdata")',
      'a course on pod security',
    ],
    [
      'config-missing',
      'Error creating: pods "aiops-copilot-54dd898d8b-" is forbidden: error looking up service account aiops/aiops-copilot: serviceaccount "aiops-copilot" not found',
      'a report of failures, kubectl get events',
    ],
  ]),
  ...said('schedule', [
    [
      'insufficient-resources',
      "0/12 nodes are available: 1 Insufficient memory, 6 Insufficient cpu, 5 node(s) didn't match Pod's node affinity/selector.",
      'a test of a status page',
    ],
    [
      'port-conflict',
      "0/6 nodes are available: 1 node(s) didn't have free ports for the requested pod ports ...",
      'notes on two MetalLB installations',
    ],
  ]),
  ...said('evict', [
    ['evicted', 'The node was low on resource: memory.', 'a test of a job runner'],
    [
      'disk-pressure',
      'The node was low on resource: ephemeral-storage. Container codis-proxy was using 10619440Ki, which exceeds its request of 0.',
      'notes on ephemeral storage',
    ],
  ]),
  ...said('log', [
    [
      'permission-denied',
      '2024-06-17 04:47:11.575 UTC [52] FATAL:  data directory "/var/lib/postgresql/data/pgdata" has invalid permissions\n2024-06-17 04:47:11.575 UTC [52] DETAIL:  Permissions should be u=rwx (0700) or u=rwx,g=rx (0750).\nchild process exited with exit code 1\ninitdb: removing contents of data directory "/var/lib/postgresql/data/pgdata"',
      'https://github.com/langgenius/dify/issues/5301',
      'db',
    ],
    [
      'start-command-failed',
      'bash: /usr/local/bin/docker-entrypoint.sh: Permission denied',
      'https://github.com/teslamate-org/teslamate/issues/756',
      'db',
    ],
    [
      'permission-denied',
      'psql: error: /docker-entrypoint-initdb.d/001-setup-basic-roles.sql: Permission denied',
      'https://github.com/research-software-directory/RSD-as-a-service/issues/178',
      'db',
    ],
    [
      'permission-denied',
      '/usr/local/bin/docker-entrypoint.sh: line 62: /docker-entrypoint-initdb.d/schema-mysql.sql: Permission denied',
      'https://github.com/openxpki/openxpki-docker/issues/4',
      'db',
    ],
    [
      'database-auth-failed',
      '2022-11-22 06:22:18.959 UTC [156] ERROR:  permission denied for schema public at character 14',
      'https://github.com/nextcloud/integration_openproject/pull/275',
      'alga-core',
    ],
    [
      'crash-loop',
      'error running app: unable to create Temporal client: failed reaching server: context deadline exceeded',
      'https://github.com/PeerDB-io/peerdb/issues/2352',
      'workflow-worker',
    ],
    [
      'crash-loop',
      'io.grpc.StatusRuntimeException: NOT_FOUND: Namespace name "default" not found',
      'https://github.com/airbytehq/airbyte/pull/17420',
      'workflow-worker',
    ],
    [
      'database-corrupt',
      'PANIC:  could not read file "pg_wal/000000010000000000000004": read 4096 of 8192',
      'a catalogue of Postgres messages',
      'db',
    ],
    [
      'database-corrupt',
      'PANIC:  could not open file "global/pg_control": No such file or directory',
      'GitLab documentation, Patroni',
      'db',
    ],
    [
      'database-corrupt',
      '2010-08-01 08:26:11 EDT LOG:  invalid checkpoint record\n2010-08-01 08:26:11 EDT PANIC:  could not locate required checkpoint record\n2010-08-01 08:26:11 EDT HINT:  If you are not restoring from a backup, try removing the file "/var/lib/postgresql/8.3/main/backup_label".',
      'notes on a failed restore',
      'db',
    ],
    [
      'database-corrupt',
      'PANIC:  could not read from control file: read 0 bytes, expected 288',
      'notes on a Postgres server',
      'db',
    ],
    [
      'database-disk-full',
      'PANIC:  could not write to file "pg_wal/xlogtemp.9109": \n        No space left on device',
      'Dalibo training material',
      'db',
    ],
    [
      'database-version-mismatch',
      'FATAL:  database files are incompatible with server\nDETAIL: The data directory was initialized by PostgreSQL version 16,\n        which is not compatible with this version 18.',
      'notes on an image that crossed a major version',
      'db',
    ],
    [
      'database-unreachable',
      'WARNING C-0x5581: server/app_user_pgbouncer@10.244.0.9:40000 pooler error: query_wait_timeout',
      'notes on PgBouncer under load',
      'pgbouncer',
    ],
    [
      'pgbouncer-auth-failed',
      'ERROR password authentication failed\nWARNING pooler error: SASL authentication failed',
      'notes on an image of PgBouncer without SCRAM',
      'pgbouncer',
    ],
    [
      'pgbouncer-auth-failed',
      'LOG C-0x1: (nodb)/(nouser)@10.0.0.4:5 Pooler Error: Auth failed',
      'PgBouncer FAQ of Google Cloud',
      'pgbouncer',
    ],
    ['database-unreachable', 'psycopg2.OperationalError: could not connect to server', 'a runbook', 'email-service'],
    [
      'database-unreachable',
      'psycopg2.OperationalError: timeout expired',
      'notes on a private network',
      'email-service',
    ],
    [
      'temporal-schema-missing',
      'sql schema version compatibility check failed: no usable database connection found',
      'notes on Temporal with TLS to its database',
      'temporal',
    ],
    [
      'temporal-schema-missing',
      'sql schema version compatibility check failed:\nunable to read DB schema version keyspace/database: temporal_visibility\nerror: pq: relation "schema_version" does not exist',
      'notes on temporalio/auto-setup 1.28',
      'temporal',
    ],
    [
      'migration-failed',
      '💥 Migration failed with error: TypeError: x is not a function',
      'a migration script',
      'alga-core',
    ],
    [
      'database-unreachable',
      'failed to connect to user=orabbit database=postgres: 10.96.4.2:5432: dial error: dial tcp 10.96.4.2:5432: connect: connection refused',
      'a test of a database tool, pgx',
      'temporal',
    ],
    [
      'crash-loop',
      "# Can't handle RDB format version 15\n# Fatal error loading the DB, check server logs. Exiting.",
      'notes on a Redis image that went back a version',
      'redis',
    ],
    [
      'crash-loop',
      'Bad file format reading the append only file appendonly.aof.1.incr.aof: make a backup of your AOF file, then use ./redis-check-aof --fix <filename.manifest>',
      'https://github.com/goauthentik/authentik/issues/11576',
      'redis',
    ],
    [
      'start-command-failed',
      'exec: "cilium-operator-generic": executable file not found in $PATH',
      'notes on an air-gapped deployment',
      'workflow-worker',
    ],
  ]),
  ...said('git', [
    [
      'flux-source-ref-missing',
      "failed to checkout and determine revision: failed to resolve commit object for '425ae9a2a2f84d195a9f3862668e8b2abf81418a': object not found",
      'Tanzu Application Platform, troubleshooting',
    ],
    [
      'flux-source-auth',
      "failed to checkout and determine revision: unable to list remote for 'ssh://git@github.com/pbabbott/home-kubernetes': ssh: handshake failed: knownhosts: key mismatch",
      'an incident report',
    ],
    [
      'flux-source-auth',
      "failed to checkout and determine revision: unable to clone 'ssh://git@github.com/my-org/repo': ssh: handshake failed",
      'notes on Flux conditions',
    ],
    [
      'dns-resolution-failure',
      'failed to checkout and determine revision: unable to clone \'https://github.com/piny940/infra.git\': Get "https://github.com/piny940/infra.git/info/refs?service=git-upload-pack": dial tcp: lookup github.com: i/o timeout',
      'notes of a bootstrap with Flux',
    ],
    [
      'flux-source-ref-missing',
      "failed to checkout and determine revision: unable to clone 'https://github.com/stefanprodan/podinfo': couldn't find remote ref \"refs/heads/invalid\"",
      'Flux documentation, GitRepository',
    ],
  ]),
  ...said('kustomization BuildFailed', [
    [
      'flux-build-failed',
      "kustomize build failed: accumulating resources: accumulation err='accumulating resources from './tenants.yaml': may not add resource with an already registered id: Kustomization.v1.kustomize.toolkit.fluxcd.io/tenants.flux-system': must build at directory: '/tmp/kustomization-1/tenants.yaml': file is not directory",
      'notes on Flux tenants',
    ],
  ]),
  ...said('chart ChartPullFailed', [
    [
      'helm-chart-unavailable',
      'chart pull error: failed to get chart version for remote reference: could not get tags for "k8sdebugger": could not fetch tags for "oci://ghcr.io/mamdouni/charts/k8sdebugger": GET "https://ghcr.io/v2/mamdouni/charts/k8sdebugger/tags/list": response status code 401: unauthorized: authentication required',
      'a tutorial of Flux with charts in a registry',
    ],
    [
      'helm-chart-unavailable',
      'chart pull error: failed to download chart for remote reference: failed to fetch https://github.com/prometheus-community/helm-charts/releases/download/kube-prometheus-stack-79.5.0/kube-prometheus-stack-79.5.0.tgz : 504 Gateway Timeout',
      'notes on kube-prometheus-stack',
    ],
    ['helm-chart-unavailable', 'chart pull error: chart "my-app" version "99.0.0" not found', 'notes on Flux failures'],
  ]),
  ...said('talos talosctl apply-config --insecure', [
    [
      'talos-already-configured',
      'error applying new configuration: rpc error: code = Unavailable desc = connection error: desc = "error reading server preface: remote error: tls: certificate required"',
      'notes of an installation of Talos',
    ],
  ]),
  ...said('talos talosctl apply-config --mode=no-reboot', [
    [
      'talos-config-invalid',
      'error applying new configuration: rpc error: code = InvalidArgument desc = apply configuration without a reboot is not possible: this change requires a reboot',
      'a script that patches Talos machines',
    ],
  ]),
];
