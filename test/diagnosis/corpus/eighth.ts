import { type Case, said } from './case.ts';

/** An eighth collection, wordings as they stand in the programs themselves; measured before a rule was touched for it. */
export const eighth: readonly Case[] = [
  ...said('log', [
    [
      'database-unreachable',
      '2024-05-05 10:00:00.000 UTC [77] FATAL:  sorry, too many clients already',
      'PostgreSQL proc.c',
      'email-service',
    ],
    [
      'database-unreachable',
      'psql: error: connection to server at "db" (10.96.14.3), port 5432 failed: FATAL:  the database system is not yet accepting connections\nDETAIL:  Consistent recovery state has not been yet reached.',
      'PostgreSQL postmaster.c 17',
      'temporal',
    ],
    [
      'out-of-memory',
      "2024-05-05 10:00:00.000 UTC [1] FATAL:  could not map anonymous shared memory: Cannot allocate memory\n2024-05-05 10:00:00.000 UTC [1] HINT:  This error usually means that PostgreSQL's request for a shared memory segment exceeded available memory, swap space, or huge pages.",
      'PostgreSQL sysv_shmem.c',
      'db',
    ],
    [
      'database-disk-full',
      '2024-05-05 10:00:00.000 UTC [1] FATAL:  could not create lock file "postmaster.pid": No space left on device',
      'PostgreSQL miscinit.c',
      'db',
    ],
    [
      'crash-loop',
      '2024-05-05 10:00:00.000 UTC [1] LOG:  syntax error in file "/var/lib/postgresql/data/pgdata/postgresql.conf" line 12, near token "MB"\n2024-05-05 10:00:00.000 UTC [1] FATAL:  configuration file "/var/lib/postgresql/data/pgdata/postgresql.conf" contains errors',
      'PostgreSQL guc.c',
      'db',
    ],
    [
      'crash-loop',
      '2024-05-05 10:00:00.000 UTC [1] FATAL:  lock file "postmaster.pid" already exists\n2024-05-05 10:00:00.000 UTC [1] HINT:  Is another postmaster (PID 7) running in data directory "/var/lib/postgresql/data/pgdata"?',
      'PostgreSQL miscinit.c',
      'db',
    ],
    [
      'database-corrupt',
      '2024-05-05 10:00:00.000 UTC [26] LOG:  invalid resource manager ID 99 at 0/1800E8\n2024-05-05 10:00:00.000 UTC [26] LOG:  invalid primary checkpoint record\n2024-05-05 10:00:00.000 UTC [26] PANIC:  could not locate a valid checkpoint record',
      'PostgreSQL xlogreader.c',
      'db',
    ],
    [
      'database-corrupt',
      '2024-05-05 10:00:00.000 UTC [1] PANIC:  could not read file "global/pg_control": read 0 of 296',
      'PostgreSQL xlog.c',
      'db',
    ],
    [
      'database-corrupt',
      '2024-05-05 10:00:00.000 UTC [31] FATAL:  could not read relation mapping file "global/pg_filenode.map": Input/output error',
      'PostgreSQL relmapper.c',
      'db',
    ],
    [
      'database-unreachable',
      'ConnectionRefusedError [SequelizeConnectionRefusedError]: connect ECONNREFUSED 10.96.0.7:5432\n    at Client._connectionCallback (/app/node_modules/sequelize/lib/dialects/postgres/connection-manager.js:133:24)',
      'Sequelize',
      'email-service',
    ],
    [
      'database-unreachable',
      "PrismaClientInitializationError: Can't reach database server at `pgbouncer:6432`\n\nPlease make sure your database server is running at `pgbouncer:6432`.\n  errorCode: 'P1001'",
      'Prisma',
    ],
    [
      'database-unreachable',
      "AggregateError [ECONNREFUSED]: \n    at internalConnectMultiple (node:net:1117:18)\n    at afterConnectMultiple (node:net:1684:7) {\n  code: 'ECONNREFUSED',\n  [errors]: [\n    Error: connect ECONNREFUSED ::1:5432\n    Error: connect ECONNREFUSED 127.0.0.1:5432\n  ]\n}",
      'Node net happy eyeballs',
    ],
    [
      'database-auth-failed',
      'error: no pg_hba.conf entry for host "10.42.0.9", user "app_user", database "server", no encryption\n    at Parser.parseErrorMessage (/app/node_modules/pg-protocol/dist/parser.js:283:98)',
      'PostgreSQL auth.c',
      'alga-core',
    ],
    [
      'database-auth-failed',
      'Error: SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string\n    at Object.continueSession (/app/node_modules/pg/lib/crypto/sasl.js:36:11)',
      'node-postgres',
      'alga-core',
    ],
    [
      'database-auth-failed',
      'asyncpg.exceptions.InvalidPasswordError: password authentication failed for user "app_user"',
      'asyncpg',
      'temporal-worker',
    ],
    [
      'database-auth-failed',
      'panic: failed to connect to `host=db user=app_user database=server`: server error (FATAL: password authentication failed for user "app_user" (SQLSTATE 28P01))',
      'jackc/pgx pgconn',
      'temporal-worker',
    ],
    [
      'service-link-collision',
      "RangeError [ERR_SOCKET_BAD_PORT]: options.port should be >= 0 and < 65536. Received type string ('tcp://10.43.12.8:3000').\n    at Server.listen (node:net:2000:5)",
      'Node net',
      'alga-core',
    ],
    [
      'service-link-collision',
      '[FATAL] failed to parse configuration: json: cannot unmarshal string "tcp://10.43.7.1:7233" into Go struct field Config.port of type int',
      'encoding/json',
    ],
    [
      'service-link-collision',
      "error: invalid value 'tcp://10.43.0.77:8080' for '--port <PORT>': invalid digit found in string",
      'clap',
    ],
    [
      'permission-denied',
      "Error: EROFS: read-only file system, open '/app/.next/cache/fetch-cache/x'",
      'Node fs',
      'alga-core',
    ],
    [
      'disk-pressure',
      'Error: ENOSPC: no space left on device, write\n    at writeSync (node:fs:915:3)',
      'Node fs',
      'workflow-worker',
    ],
    [
      'crash-loop',
      "Error: ENOSPC: System limit for number of file watchers reached, watch '/app/config'\n    at FSWatcher.<computed> (node:internal/fs/watchers:244:19)",
      'Node fs.watch: inotify, not the disk',
      'workflow-worker',
    ],
    [
      'start-command-failed',
      'npm ERR! Missing script: "start:prod"\nnpm ERR! \nnpm ERR! To see a list of scripts, run:\nnpm ERR!   npm run',
      'npm run-script',
      'workflow-worker',
    ],
    ['crash-loop', "Error: EMFILE: too many open files, open '/app/x.js'", 'Node fs', 'workflow-worker'],
    [
      'certificate-expired',
      "Error: certificate has expired\n    at TLSSocket.onConnectSecure (node:_tls_wrap:1674:34) {\n  code: 'CERT_HAS_EXPIRED'\n}",
      'Node tls',
      'email-service',
    ],
    [
      'database-missing',
      'psycopg2.OperationalError: connection to server at "db" (10.96.14.3), port 5432 failed: FATAL:  database "server" does not exist',
      'psycopg2',
    ],
    [
      'database-unreachable',
      'sqlalchemy.exc.OperationalError: (psycopg2.OperationalError) connection to server at "db" (10.96.14.3), port 5432 failed: Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?',
      'SQLAlchemy',
    ],
    [
      'start-command-failed',
      "/usr/local/bin/python: can't open file '/app/main.py': [Errno 2] No such file or directory",
      'CPython main.c',
    ],
    [
      'crash-loop',
      'Traceback (most recent call last):\n  File "/app/main.py", line 1, in <module>\n    import uvloop\nModuleNotFoundError: No module named \'uvloop\'',
      'CPython: the program runs, a part of it is missing',
    ],
    ['permission-denied', "PermissionError: [Errno 13] Permission denied: '/data/files'", 'CPython'],
    ['port-conflict', 'OSError: [Errno 98] Address already in use', 'CPython'],
    [
      'dns-resolution-failure',
      "requests.exceptions.ConnectionError: HTTPSConnectionPool(host='api.github.com', port=443): Max retries exceeded with url: / (Caused by NameResolutionError(\"<urllib3.connection.HTTPSConnection object at 0x7f>: Failed to resolve 'api.github.com' ([Errno -3] Temporary failure in name resolution)\"))",
      'urllib3 2',
    ],
    ['database-missing', 'asyncpg.exceptions.InvalidCatalogNameError: database "hocuspocus" does not exist', 'asyncpg'],
    [
      'clock-skew',
      'ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate is not yet valid (_ssl.c:1007)',
      'CPython _ssl',
    ],
    [
      'certificate-expired',
      'ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired (_ssl.c:1007)',
      'CPython _ssl',
    ],
    ['migration-failed', "alembic.util.exc.CommandError: Can't locate revision identified by '1a2b3c4d'", 'Alembic'],
    [
      'migration-failed',
      "django.db.migrations.exceptions.InconsistentMigrationHistory: Migration admin.0001_initial is applied before its dependency users.0001_initial on database 'default'.",
      'Django',
    ],
    [
      'database-unreachable',
      '{"level":"fatal","ts":"2024-05-05T10:00:00Z","msg":"cannot open store","error":"failed to connect to `host=db user=app_user database=server`: dial error (dial tcp 10.96.14.3:5432: connect: connection refused)"}',
      'pgx v5',
    ],
    ['port-conflict', '2024/05/05 10:00:00 listen tcp :8080: bind: address already in use', 'Go net'],
    ['permission-denied', '2024/05/05 10:00:00 listen tcp :80: bind: permission denied', 'Go net'],
    ['permission-denied', 'open /etc/temporal/config/docker.yaml: permission denied', 'Go os', 'temporal'],
    [
      'image-architecture-mismatch',
      'fork/exec /usr/local/bin/temporal-server: exec format error',
      'Go os/exec',
      'temporal',
    ],
    ['migration-failed', 'error: Dirty database version 12. Fix and force version.', 'golang-migrate'],
    [
      'migration-failed',
      'error: migration failed: relation "tickets" already exists in line 0: CREATE TABLE tickets (id int) (details: pq: relation "tickets" already exists)',
      'golang-migrate',
    ],
    [
      'port-conflict',
      'java.net.BindException: Address already in use\n\tat java.base/sun.nio.ch.Net.bind0(Native Method)',
      'Java NIO',
    ],
    ['out-of-memory', 'Exception in thread "main" java.lang.OutOfMemoryError: Java heap space', 'HotSpot'],
    [
      'migration-failed',
      'org.flywaydb.core.internal.exception.FlywayMigrateException: Migration V3__add_index.sql failed\n----------------------------\nSQL State  : 42P07\nError Code : 0\nMessage    : ERROR: relation "idx" already exists',
      'Flyway',
    ],
    ['permission-denied', 'java.io.FileNotFoundException: /data/app.log (Permission denied)', 'Java FileOutputStream'],
    ['permission-denied', 'java.nio.file.AccessDeniedException: /data/files', 'Java NIO'],
    [
      'database-unreachable',
      'java.sql.SQLTransientConnectionException: HikariPool-1 - Connection is not available, request timed out after 30000ms (total=0, active=0, idle=0, waiting=0)',
      'HikariCP',
    ],
    [
      'dns-resolution-failure',
      'org.postgresql.util.PSQLException: The connection attempt failed.\n\tat org.postgresql.core.v3.ConnectionFactoryImpl.openConnectionImpl(ConnectionFactoryImpl.java:354)\nCaused by: java.net.UnknownHostException: database.internal',
      'pgjdbc',
    ],
    [
      'database-unreachable',
      'PG::ConnectionBad: could not connect to server: Connection refused\n\tIs the server running on host "db" (10.96.14.3) and accepting\n\tTCP/IP connections on port 5432?',
      'ruby-pg',
    ],
    [
      'database-missing',
      'ActiveRecord::NoDatabaseError: We could not find your database: server. Available database configurations can be found in config/database.yml.',
      'Rails',
    ],
    [
      'database-unreachable',
      "thread 'main' panicked at src/main.rs:41:10:\nfailed to connect to Postgres: PoolTimedOut",
      'sqlx',
    ],
    [
      'temporal-schema-missing',
      '2024-05-05T10:00:00.000Z\tERROR\tUnable to update SQL schema.\t{"error": "error listing schema dir:open /etc/temporal/schema/postgresql/v12/temporal/versioned: no such file or directory", "logging-call-at": "handler.go:81"}',
      'temporal tools/sql',
      'temporal',
    ],
    [
      'temporal-schema-missing',
      '{"level":"fatal","ts":"2024-05-05T10:00:00.000Z","msg":"Unable to start server","error":"sql schema version compatibility check failed: unable to read DB schema version keyspace/database: temporal error: no rows in result set"}',
      'temporal common/persistence/schema',
      'temporal',
    ],
    [
      'temporal-schema-missing',
      'sql schema version compatibility check failed: version mismatch for keyspace/database: "temporal_visibility". Expected version: 1.9 cannot be greater than Actual version: 1.2',
      'temporal common/persistence/schema',
      'temporal',
    ],
    [
      'crash-loop',
      '{"level":"fatal","ts":"2024-05-05T10:00:00.000Z","msg":"Unable to create client","error":"failed reaching server: context deadline exceeded"}',
      'Temporal Go SDK; no rule is about a Temporal that does not answer',
      'temporal-worker',
    ],
    [
      'crash-loop',
      'TransportError: tonic::transport::Error(Transport, ConnectError(ConnectError("tcp connect error", 10.96.3.1:7233, Os { code: 111, kind: ConnectionRefused, message: "Connection refused" })))',
      'Temporal Core SDK',
      'temporal-worker',
    ],
    [
      'pgbouncer-auth-failed',
      '2024-05-05 10:00:00.000 UTC [1] ERROR broken auth file',
      'pgbouncer loader.c',
      'pgbouncer',
    ],
    [
      'pgbouncer-auth-failed',
      '2024-05-05 10:00:00.000 UTC [1] WARNING S-0x55f0: server/app_user@10.96.14.3:5432 server login failed: FATAL no pg_hba.conf entry for host "10.42.0.9", user "app_user", database "server", no encryption',
      'pgbouncer objects.c',
      'pgbouncer',
    ],
    [
      'database-unreachable',
      '2024-05-05 10:00:00.000 UTC [1] LOG S-0x55f0: server/app_user@10.96.14.3:5432 closing because: server conn crashed? (age=0s)',
      'pgbouncer server.c',
      'pgbouncer',
    ],
    [
      'dns-resolution-failure',
      '2024-05-05 10:00:00.000 UTC [1] WARNING DNS lookup failed: database.internal: result=0\n2024-05-05 10:00:00.000 UTC [1] LOG S-0x55f0: server/app_user@(bad-af):0 closing because: server DNS lookup failed (age=0s)',
      'pgbouncer objects.c',
      'pgbouncer',
    ],
    [
      'permission-denied',
      "1:M 05 May 2024 10:00:00.000 # Fatal: Can't initialize Background Jobs. Error message: Operation not permitted",
      'Redis bio.c',
      'redis',
    ],
    [
      'permission-denied',
      '1:M 05 May 2024 10:00:00.000 # Failed opening the temp RDB file temp-9.rdb (in server root dir /data) for saving: Permission denied',
      'Redis rdb.c',
      'redis',
    ],
    [
      'port-conflict',
      '1:M 05 May 2024 10:00:00.000 # Warning: Could not create server TCP listening socket *:6379: bind: Address already in use\n1:M 05 May 2024 10:00:00.000 # Failed listening on port 6379 (tcp), aborting.',
      'Redis server.c',
      'redis',
    ],
    [
      'crash-loop',
      '1:M 05 May 2024 10:00:00.000 # Wrong signature trying to load DB from file',
      'Redis rdb.c',
      'redis',
    ],
    [
      'crash-loop',
      "\n*** FATAL CONFIG FILE ERROR (Redis 7.4.0) ***\nReading the configuration file, at line 3\n>>> 'maxmemory-polcy allkeys-lru'\nBad directive or wrong number of arguments",
      'Redis config.c',
      'redis',
    ],
    [
      'out-of-memory',
      '1:M 05 May 2024 10:00:00.000 # Out Of Memory allocating 524288 bytes!',
      'Redis server.c',
      'redis',
    ],
    [
      'redis-auth-failed',
      "ReplyError: NOPERM this user has no permissions to run the 'info' command\n    at parseError (/app/node_modules/redis-parser/lib/parser.js:179:12)",
      'Redis acl.c',
      'alga-core',
    ],
    [
      'redis-auth-failed',
      '[ioredis] Unhandled error event: ReplyError: ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?',
      'Redis acl.c',
      'alga-core',
    ],
    [
      'crash-loop',
      '[ioredis] Unhandled error event: Error: connect ECONNREFUSED 10.96.3.3:6379\n    at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1595:16)',
      'ioredis; no rule is about a Redis that does not answer',
      'alga-core',
    ],
    [
      'crash-loop',
      "⨯ TypeError: Invalid URL\n    at new URL (node:internal/url:796:36) {\n  code: 'ERR_INVALID_URL',\n  input: 'http://'\n}",
      'Node url',
      'alga-core',
    ],
  ]),
  ...said('talos talosctl apply-config --insecure --nodes 192.0.2.10 --file controlplane.yaml', [
    [
      'talos-already-configured',
      'error applying new configuration: rpc error: code = Unavailable desc = connection error: desc = "transport: authentication handshake failed: remote error: tls: certificate required"',
      'Talos apid',
    ],
    [
      'talos-config-invalid',
      'failed to parse config: yaml: line 12: mapping values are not allowed in this context',
      'Talos configloader',
    ],
    [
      'image-tag-missing',
      'error applying new configuration: rpc error: code = InvalidArgument desc = error validating installer image: failed to pull image "factory.talos.dev/metal-installer/3765:v1.12.99": factory.talos.dev/metal-installer/3765:v1.12.99: not found',
      'Talos install',
    ],
    [
      'talos-config-invalid',
      'error applying new configuration: rpc error: code = InvalidArgument desc = configuration validation failed: 1 error occurred:\n\t* [networking.os.device.CIDR] "eth0": invalid CIDR address: 192.168.1.300/24',
      'Talos v1alpha1_validation.go',
    ],
  ]),
  ...said('talos talosctl version', [
    [
      'talos-tls-mismatch',
      'error getting version: rpc error: code = Unavailable desc = connection error: desc = "transport: authentication handshake failed: tls: failed to verify certificate: x509: certificate is valid for 10.5.0.2, 127.0.0.1, not 192.0.2.10"',
      'Go crypto/x509',
    ],
    [
      'clock-skew',
      'rpc error: code = Unavailable desc = connection error: desc = "transport: authentication handshake failed: tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2020-01-01T00:00:11Z is before 2026-04-30T10:00:00Z"',
      'Go crypto/x509',
    ],
    ['talos-tls-mismatch', 'rpc error: code = PermissionDenied desc = not authorized', 'Talos role authorizer'],
    [
      'talos-api-unreachable',
      'rpc error: code = Unavailable desc = last connection error: connection error: desc = "transport: Error while dialing: dial tcp 192.0.2.10:50000: i/o timeout"',
      'grpc-go',
    ],
    [
      'certificate-expired',
      'rpc error: code = Unavailable desc = connection error: desc = "error reading server preface: remote error: tls: expired certificate"',
      'Go tls alert 45',
    ],
  ]),
  ...said('talos talosctl dmesg', [
    [
      'dns-resolution-failure',
      'user: warning: [2026-05-01T11:58:00Z]: [talos] task install (1/1): failed: failed to pull installer image "factory.talos.dev/metal-installer/3765:v1.12.0": failed to resolve reference: failed to do request: Head "https://factory.talos.dev/v2/metal-installer/3765/manifests/v1.12.0": dial tcp: lookup factory.talos.dev on 1.1.1.1:53: read udp 192.0.2.10:41234->1.1.1.1:53: i/o timeout',
      'Talos sequencer',
    ],
  ]),
  ...said('talos talosctl health', [
    [
      'node-not-ready',
      'waiting for etcd to be healthy: OK\nwaiting for all k8s nodes to report ready: some nodes are not ready: [appliance]\nhealthcheck error: rpc error: code = DeadlineExceeded desc = context deadline exceeded',
      'Talos cluster checks',
    ],
  ]),
  ...said('helm InstallFailed', [
    [
      'quota-exceeded',
      'Helm install failed for release msp/temporal with chart temporal@0.1.0: persistentvolumeclaims "data" is forbidden: exceeded quota: storage, requested: requests.storage=50Gi, used: requests.storage=60Gi, limited: requests.storage=100Gi',
      'kube-apiserver resourcequota through Helm',
    ],
    [
      'flux-apply-rejected',
      'Helm install failed for release msp/temporal with chart temporal@0.1.0: failed to create resource: Internal error occurred: failed calling webhook "validate.nginx.ingress.kubernetes.io": failed to call webhook: Post "https://ingress-nginx-controller-admission.ingress-nginx.svc:443/networking/v1/ingresses?timeout=10s": dial tcp 10.96.7.7:443: connect: connection refused',
      'kube-apiserver webhook dispatcher through Helm',
    ],
    [
      'flux-apply-rejected',
      'Helm install failed for release msp/temporal with chart temporal@0.1.0: unable to build kubernetes objects from release manifest: resource mapping not found for name: "temporal" namespace: "msp" from "": no matches for kind "ServiceMonitor" in version "monitoring.coreos.com/v1"\nensure CRDs are installed first',
      'Helm kube client',
    ],
    [
      'helm-timeout',
      'Helm install failed for release msp/temporal with chart temporal@0.1.0: client rate limiter Wait returned an error: context deadline exceeded',
      'client-go through Helm',
    ],
    [
      'helm-render-failed',
      'Helm install failed for release msp/temporal with chart temporal@0.1.0: execution error at (temporal/templates/secret.yaml:4:4): A value for postgres.password is required!',
      'Helm engine, required',
    ],
    [
      'helm-render-failed',
      'Helm install failed for release msp/temporal with chart temporal@0.1.0: chart requires kubeVersion: >=1.32.0 which is incompatible with Kubernetes v1.31.4',
      'Helm action/install.go',
    ],
    [
      'helm-render-failed',
      'Helm install failed for release msp/temporal with chart temporal@0.1.0: YAML parse error on temporal/templates/deployment.yaml: error converting YAML to JSON: yaml: line 33: did not find expected key',
      'Helm releaseutil',
    ],
    [
      'flux-apply-rejected',
      'Helm install failed for release msp/temporal with chart temporal@0.1.0: conflict occurred while applying object msp/temporal apps/v1, Kind=Deployment: Apply failed with 1 conflict: conflict with "kubectl-edit" using apps/v1: .spec.replicas',
      'Helm 4 server-side apply',
    ],
  ]),
  ...said('helm ArtifactFailed', [
    [
      'helm-chart-unavailable',
      "HelmChart 'flux-system/alga-system-temporal' is not ready: chart pull error: failed to download chart for remote reference: failed to get 'oci://ghcr.io/nine-minds/charts/temporal:0.9.9': ghcr.io/nine-minds/charts/temporal:0.9.9: not found",
      'helm-controller',
    ],
  ]),
  ...said('kustomization ReconciliationFailed', [
    [
      'flux-apply-rejected',
      'Deployment/foo/temporal namespace not specified: namespaces "foo" not found',
      'kustomize-controller ssa',
    ],
    [
      'flux-apply-rejected',
      'Service/msp/temporal dry-run failed (Forbidden): services "temporal" is forbidden: unable to create new content in namespace msp because it is being terminated',
      'kube-apiserver namespace lifecycle',
    ],
    [
      'flux-apply-rejected',
      'PersistentVolumeClaim/msp/data dry-run failed (Invalid): PersistentVolumeClaim "data" is invalid: spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
      'Kubernetes API validation',
    ],
  ]),
  ...said('kustomization BuildFailed', [
    [
      'flux-build-failed',
      "post build failed for 'temporal': envsubst error: variable substitution failed: missing closing brace",
      'kustomize-controller post build',
    ],
    [
      'flux-build-failed',
      "failed to decrypt and format 'flux/secrets/db.yaml': Error getting data key: 0 successful groups required, got 0",
      'kustomize-controller, sops',
    ],
    [
      'flux-build-failed',
      "kustomize build failed: accumulating resources: accumulation err='merging resources from 'b.yaml': may not add resource with an already registered id: Deployment.v1.apps/temporal.msp'",
      'kustomize',
    ],
  ]),
  ...said('kustomization HealthCheckFailed', [
    [
      'flux-health-timeout',
      "health check failed after 30.03s: failed early due to stalled resources: [HelmRelease/alga-system/gone status: 'Failed']",
      'kustomize-controller',
    ],
  ]),
  ...said('git', [
    [
      'flux-source-unreachable',
      'failed to checkout and determine revision: unable to clone \'https://github.com/Nine-Minds/alga-psa\': Get "https://github.com/Nine-Minds/alga-psa/info/refs?service=git-upload-pack": dial tcp 140.82.121.3:443: i/o timeout',
      'source-controller',
    ],
    [
      'flux-source-auth',
      "failed to checkout and determine revision: unable to clone 'ssh://git@github.com/Nine-Minds/alga-psa': ssh: handshake failed: ssh: unable to authenticate, attempted methods [none publickey], no supported methods remain",
      'Go ssh',
    ],
    [
      'flux-source-auth',
      "failed to checkout and determine revision: unable to list remote for 'ssh://git@github.com/Nine-Minds/alga-psa': ssh: handshake failed: knownhosts: key mismatch",
      'Go ssh knownhosts',
    ],
    [
      'dns-resolution-failure',
      'failed to checkout and determine revision: unable to clone \'https://gitea.local/alga\': Get "https://gitea.local/alga/info/refs?service=git-upload-pack": dial tcp: lookup gitea.local on 10.96.0.10:53: server misbehaving',
      'Go net',
    ],
    [
      'flux-source-unreachable',
      'failed to checkout and determine revision: unable to clone \'https://github.com/Nine-Minds/alga-psa\': unexpected client error: unexpected requesting "https://github.com/Nine-Minds/alga-psa/git-upload-pack" status code: 503',
      'go-git',
    ],
    [
      'flux-source-unreachable',
      'failed to checkout and determine revision: unable to clone \'https://git.example.com/alga\': Get "https://git.example.com/alga/info/refs?service=git-upload-pack": tls: failed to verify certificate: x509: certificate signed by unknown authority',
      'Go crypto/x509',
    ],
  ]),
  ...said('schedule', [
    [
      'insufficient-resources',
      '0/1 nodes are available: 1 Too many pods. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.',
      'kube-scheduler',
    ],
    [
      'node-not-ready',
      '0/1 nodes are available: 1 node(s) were unschedulable. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.',
      'kube-scheduler: a cordoned node',
    ],
    [
      'pvc-unbound',
      '0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.',
      'kube-scheduler VolumeBinding',
    ],
    [
      'volume-mount-failed',
      '0/1 nodes are available: 1 node(s) had volume node affinity conflict. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.',
      'kube-scheduler VolumeBinding',
    ],
  ]),
  ...said('pull', [
    [
      'image-name-invalid',
      'Failed to apply default image tag "ghcr.io/Nine-Minds/alga-psa-ee:94446747": couldn\'t parse image name "ghcr.io/Nine-Minds/alga-psa-ee:94446747": invalid reference format: repository name (Nine-Minds/alga-psa-ee) must be lowercase',
      'kubelet parsers',
    ],
    [
      'image-pull-unauthorized',
      'Failed to pull image "harbor.nineminds.com/nineminds/x:1": failed to pull and unpack image "harbor.nineminds.com/nineminds/x:1": failed to resolve reference "harbor.nineminds.com/nineminds/x:1": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
      'containerd docker resolver',
    ],
    [
      'image-registry-unreachable',
      'Failed to pull image "ghcr.io/x/y:1": failed to pull and unpack image "ghcr.io/x/y:1": failed to resolve reference "ghcr.io/x/y:1": unexpected status from HEAD request to https://ghcr.io/v2/x/y/manifests/1: 502 Bad Gateway',
      'containerd docker resolver',
    ],
    [
      'image-registry-unreachable',
      'Failed to pull image "reg.local:5000/x:1": failed to pull and unpack image "reg.local:5000/x:1": failed to resolve reference "reg.local:5000/x:1": failed to do request: Head "https://reg.local:5000/v2/x/manifests/1": http: server gave HTTP response to HTTPS client',
      'Go net/http',
    ],
    [
      'image-pull-interrupted',
      'Failed to pull image "ghcr.io/x/y:1": failed to pull and unpack image "ghcr.io/x/y:1": failed to copy: httpReadSeeker: failed open: failed to do request: Get "https://pkg-containers.githubusercontent.com/ghcr1/blobs/sha256:ab": context canceled',
      'containerd',
    ],
    [
      'image-pull-interrupted',
      'Failed to pull image "quay.io/x/y:1": copying system image from manifest list: writing blob: storing blob to file "/var/tmp/storage1/1": happened during read: unexpected EOF',
      'containers/image',
    ],
  ]),
];
