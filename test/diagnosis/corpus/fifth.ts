import { type Case, said } from './case.ts';

/** Wordings as the programs' own sources have them, of families that the first collections knew by one member only. */
export const fifth: readonly Case[] = [
  ...said('pull', [
    [
      'image-tag-missing',
      'Failed to pull image "harbor.example.com/a/b:1": rpc error: code = Unknown desc = unknown: repository a/b not found',
      'Harbor src/lib/errors',
    ],
    [
      'image-pull-interrupted',
      'Failed to pull image "ghcr.io/a/b:1": failed to copy: httpReadSeeker: failed open: could not fetch content descriptor sha256:aa (application/vnd.oci.image.layer.v1.tar+gzip) from remote: not found',
      'containerd core/remotes/docker/fetcher.go',
    ],
    [
      'image-pull-interrupted',
      'Failed to pull image "ghcr.io/a/b:1": rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix /run/containerd/containerd.sock: connect: connection refused"',
      'grpc-go, while containerd restarts',
    ],
    [
      'image-pull-interrupted',
      'Failed to pull image "ghcr.io/a/b:1": rpc error: code = Unavailable desc = closing transport due to: connection error: desc = "error reading from server: EOF", received prior goaway: code: NO_ERROR, debug data: "graceful_stop"',
      'grpc-go internal/transport/http2_client.go',
    ],
    [
      'image-architecture-mismatch',
      'Failed to pull image "x:1": image operating system "windows" cannot be used on this platform: operating system is not supported',
      'moby distribution/pull_v2.go',
    ],
    [
      'image-name-invalid',
      'Failed to pull image "x:1@sha256:zz": invalid checksum digest length',
      'opencontainers/go-digest digest.go',
    ],
  ]),
  ...said('sandbox', [
    [
      'port-conflict',
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "aa": plugin type="portmap" failed (add): cannot open hostport 3000 for pod: listen tcp4 :3000: bind: address already in use',
      'containernetworking/plugins portmap',
    ],
    [
      'disk-pressure',
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "aa": plugin type="host-local" failed (add): open /var/lib/cni/networks/cbr0/10.244.0.7: no space left on device',
      'containernetworking/plugins host-local disk store',
    ],
  ]),
  ...said('schedule', [
    [
      'insufficient-resources',
      '0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/memory-pressure: }.',
      'kube-scheduler TaintToleration',
    ],
    [
      'cni-failure',
      '0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/network-unavailable: }.',
      'kube-scheduler TaintToleration',
    ],
  ]),
  ...said('admission', [
    [
      'quota-exceeded',
      'Error creating: pods "x" is forbidden: cpu max limit to request ratio per Container is 2, but provided ratio is 10.000000',
      'kube-apiserver limitranger admission.go',
    ],
    [
      'pod-security-violation',
      'Error creating: admission webhook "validate.kyverno.svc-fail" denied the request: resource Pod/msp/x was blocked due to the following policies disallow-privileged-containers: privileged-containers: validation error: Privileged mode is disallowed.',
      'Kyverno pkg/webhooks, policies library',
    ],
    [
      'pod-security-violation',
      'Error creating: admission webhook "validation.gatekeeper.sh" denied the request: [psp-privileged-container] Privileged container is not allowed: x, securityContext: {"privileged": true}',
      'open-policy-agent/gatekeeper-library',
    ],
    [
      'config-missing',
      'Error creating: pods "x-" is forbidden: error looking up service account msp/alga-core: serviceaccount "alga-core" not found',
      'kube-apiserver serviceaccount admission.go',
    ],
  ]),
  ...said('log', [
    ['image-architecture-mismatch', 'bash: ./server.bin: cannot execute binary file', 'bash execute_cmd.c', 'temporal'],
    [
      'migration-failed',
      'Error: migration 0042_add_index.sql failed: relation "idx" already exists',
      'migration scripts that name their file',
      'alga-core',
    ],
    ['port-conflict', 'Error: Failed to start server. Is port 3000 in use?', 'Bun.serve', 'alga-core'],
    ['dns-resolution-failure', "nslookup: can't resolve 'db'", 'busybox networking/nslookup.c', 'alga-core'],
    [
      'permission-denied',
      'FATAL:  could not create missing directory "pg_tblspc/16400": Permission denied',
      'a catalogue of Postgres messages',
      'db',
    ],
    [
      'out-of-memory',
      'FATAL:  could not create shared memory segment: Cannot allocate memory',
      'PostgreSQL sysv_shmem.c',
      'db',
    ],
    [
      'database-auth-failed',
      'level=error msg="failed to ping" err="pq: role \\"temporal\\" is not permitted to log in"',
      'PostgreSQL miscinit.c, through logfmt',
      'temporal',
    ],
    [
      'database-unreachable',
      'Error: Client has encountered a connection error and is not queryable',
      'node-postgres lib/client.js',
      'alga-core',
    ],
    [
      'database-unreachable',
      'error: no more connections allowed (max_client_conn)',
      'PgBouncer client.c',
      'workflow-worker',
    ],
    [
      'database-missing',
      'PrismaClientKnownRequestError: The table `public.users` does not exist in the current database.',
      'Prisma error P2021',
      'alga-core',
    ],
    [
      'port-conflict',
      'Web server failed to start. Port 8080 was already in use.',
      'Spring Boot PortInUseFailureAnalyzer',
      'workflow-worker',
    ],
    ['permission-denied', '"root" execution of the PostgreSQL server is not permitted.', 'PostgreSQL main.c', 'db'],
    [
      'out-of-memory',
      'ERROR:  out of memory\nDETAIL:  Failed on request of size 1048576 in memory context "ExprContext".',
      'PostgreSQL aset.c',
      'db',
    ],
    ['out-of-memory', '# Out Of Memory allocating 1048576 bytes!', 'Redis server.c', 'redis'],
    ['clock-skew', 'JsonWebTokenError: jwt not active', 'node-jsonwebtoken verify.js', 'alga-core'],
    [
      'start-command-failed',
      'tini: [FATAL tini (7)] exec ./entrypoint.sh failed: No such file or directory',
      'tini src/tini.c',
      'alga-core',
    ],
    [
      'image-architecture-mismatch',
      'rosetta error: failed to open elf at /lib64/ld-linux-x86-64.so.2',
      'Rosetta for Linux',
      'temporal',
    ],
    [
      'database-corrupt',
      'PANIC:  could not open file "/var/lib/postgresql/data/global/pg_control": No such file or directory',
      'PostgreSQL controldata_utils.c',
      'db',
    ],
    ['database-corrupt', 'FATAL:  lock file "postmaster.pid" is empty', 'PostgreSQL miscinit.c', 'db'],
    [
      'database-auth-failed',
      'Error: SASL: SCRAM-SERVER-FIRST-MESSAGE: iterations missing',
      'node-postgres lib/crypto/sasl.js',
      'alga-core',
    ],
    [
      'database-auth-failed',
      'The server requested SCRAM-based authentication, but no password was provided.',
      'pgjdbc ScramAuthenticator',
      'workflow-worker',
    ],
    [
      'database-unreachable',
      'MikroORM failed to connect to database server on postgresql://app_user@db:5432',
      'MikroORM core',
      'workflow-worker',
    ],
    ['database-missing', 'error: relation "users" does not exist', 'PostgreSQL parse_relation.c', 'alga-core'],
    ['database-missing', 'error: function gen_random_uuid() does not exist', 'PostgreSQL parse_func.c', 'alga-core'],
    [
      'database-version-mismatch',
      'FATAL:  could not load library "/usr/lib/postgresql/16/lib/vector.so": incompatible library "/usr/lib/postgresql/16/lib/vector.so": version mismatch',
      'PostgreSQL dfmgr.c',
      'db',
    ],
    ['database-corrupt', 'PANIC:  WAL contains references to invalid pages', 'PostgreSQL xlogutils.c', 'db'],
    [
      'redis-auth-failed',
      "NOPERM this user has no permissions to run the 'info' command",
      'Redis acl.c',
      'workflow-worker',
    ],
    [
      'pgbouncer-auth-failed',
      'LOG S-0x55d: server/app_user_pgbouncer@10.96.0.3:5432 closing because: login failed (age=0s)',
      'PgBouncer objects.c',
      'pgbouncer',
    ],
    ['pgbouncer-auth-failed', 'ERROR broken auth file', 'PgBouncer loader.c', 'pgbouncer'],
    [
      'migration-failed',
      'Error: P3009: migrate found failed migrations in the target database, new migrations will not be applied.',
      'Prisma error reference',
      'alga-core',
    ],
    [
      'migration-failed',
      "alembic.util.exc.CommandError: Can't locate revision identified by 'ae1027a6acf'",
      'Alembic script/base.py',
      'email-service',
    ],
    [
      'migration-failed',
      'error: Dirty database version 12. Fix and force version.',
      'golang-migrate migrate.go',
      'temporal',
    ],
    [
      'migration-failed',
      'django.db.migrations.exceptions.InconsistentMigrationHistory: Migration admin.0001_initial is applied before its dependency',
      'Django migrations/loader.py',
      'email-service',
    ],
    [
      'migration-failed',
      'liquibase.exception.MigrationFailedException: Migration failed for changeset db/changelog.xml::1::me',
      'Liquibase ChangeSet',
      'workflow-worker',
    ],
    [
      'temporal-schema-missing',
      'panic: unable to initialize: pq: relation "namespace_metadata" does not exist',
      'temporal schema/postgresql',
      'temporal',
    ],
    [
      'port-conflict',
      'LOG:  could not bind IPv4 address "0.0.0.0": Address already in use\nHINT:  Is another postmaster already running on port 5432? If not, wait a few seconds and retry.\nFATAL:  could not create any TCP/IP sockets',
      'PostgreSQL pqcomm.c',
      'db',
    ],
    [
      'start-command-failed',
      "python: can't open file '/app/main.py': [Errno 2] No such file or directory",
      'CPython Modules/main.c',
      'email-service',
    ],
    [
      'start-command-failed',
      'Error: Could not find or load main class com.example.Main',
      'OpenJDK launcher properties',
      'workflow-worker',
    ],
    ['start-command-failed', 'Error: Unable to access jarfile /app/app.jar', 'OpenJDK launcher', 'workflow-worker'],
    ['start-command-failed', 'npm error Missing script: "start"', 'npm run-script', 'workflow-worker'],
    ['dns-resolution-failure', "nc: bad address 'db'", 'busybox libbb/xconnect.c', 'alga-core'],
    [
      'dns-resolution-failure',
      'nginx: [emerg] host not found in upstream "alga-core" in /etc/nginx/conf.d/default.conf:3',
      'nginx ngx_http_upstream.c',
      'email-service',
    ],
    ['dns-resolution-failure', ';; connection timed out; no servers could be reached', 'BIND dighost.c', 'alga-core'],
    [
      'certificate-expired',
      'javax.net.ssl.SSLHandshakeException: PKIX path validation failed: java.security.cert.CertPathValidatorException: validity check failed',
      'OpenJDK sun.security.provider.certpath',
      'workflow-worker',
    ],
  ]),
  ...said('helm InstallFailed', [
    [
      'helm-render-failed',
      'Helm install failed: chart requires kubeVersion: >=1.33.0-0 which is incompatible with Kubernetes v1.31.4',
      'Helm pkg/action/action.go',
    ],
    [
      'helm-timeout',
      'Helm install failed for release msp/temporal: resource not ready, name: temporal, kind: Deployment, status: InProgress\ncontext deadline exceeded',
      'Helm 4 pkg/kube/statuswait.go',
    ],
    [
      'flux-apply-rejected',
      'Helm install failed: 1 error occurred:\n\t* Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal number into Go struct field EnvVar.spec.template.spec.containers.env.value of type string',
      'apimachinery json serializer',
    ],
    [
      'helm-timeout',
      'Helm install failed: failed post-install: 1 error occurred:\n\t* job x-setup failed: BackoffLimitExceeded',
      'Helm pkg/kube/client.go',
    ],
  ]),
  ...said('talos talosctl apply-config --insecure', [
    [
      'talos-disk-not-found',
      'rpc error: code = Unknown desc = runtime configuration validation failed: 1 error occurred:\n\t* no matching disks were found',
      'Talos runtime disk selector',
    ],
  ]),
];
