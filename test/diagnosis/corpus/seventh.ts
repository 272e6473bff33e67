import { type Case, said } from './case.ts';

/** A seventh collection, whole tails of logs and conditions as they stand in threads and sources; measured before a rule was touched for it. */
export const seventh: readonly Case[] = [
  ...said('log', [
    [
      'permission-denied',
      'FATAL:  data directory "/bitnami/postgresql/data" has group or world access\nDETAIL:  Permissions should be u=rwx (0700).',
      'github.com/getredash/contrib-helm-chart/issues/78',
      'db',
    ],
    [
      'database-corrupt',
      ' * Error: /usr/lib/postgresql/15/bin/pg_ctl start -D /var/lib/postgresql/15/main -l /var/log/postgresql/postgresql-15-main.log -s -o -c config_file="/etc/postgresql/15/main/postgresql.conf" exited with status 1:\npg_ctl: directory "/var/lib/postgresql/15/main" is not a database cluster directory   ..fail!',
      'github.com/Overv/openstreetmap-tile-server/issues/413',
      'db',
    ],
    [
      'database-corrupt',
      '2024-11-12 11:46:50.112 UTC [25] LOG:  database system was interrupted; last known up at 2024-11-12 11:40:01 UTC\n2024-11-12 11:46:50.113 UTC [25] FATAL:  could not open directory "pg_tblspc": No such file or directory\n2024-11-12 11:46:50.120 UTC [22] LOG:  startup process (PID 25) exited with exit code 1\n2024-11-12 11:46:50.120 UTC [22] LOG:  aborting startup due to startup process failure',
      'github.com/cloudnative-pg/cloudnative-pg/issues/6450',
      'db',
    ],
    [
      'database-unreachable',
      '2021-04-05 06:15:20.549 3224 LOG C-0x7f0e6aadd410: abc/xyz@10.1.2.3:63996 closing because: pgbouncer cannot connect to server (age=0)\n2021-04-05 06:15:20.549 3224 WARNING C-0x7f0e6aadd410: abc/xyz@10.1.2.3:63996 pooler error: pgbouncer cannot connect to server',
      'github.com/pgbouncer/pgbouncer/issues/582',
      'pgbouncer',
    ],
    [
      'database-missing',
      '2016-10-12 14:51:49.945 27782 WARNING C-0x74d9a0: (nodb)/(nouser)@127.0.0.1:48680 Pooler Error: No such database: josh\n2016-10-12 14:51:49.945 27782 LOG C-0x74d9a0: (nodb)/(nouser)@127.0.0.1:48680 login failed: db=josh user=postgres',
      'github.com/pgbouncer/pgbouncer/issues/150',
      'pgbouncer',
    ],
    [
      'crash-loop',
      '2022-08-10 08:31:50.001 UTC [1] FATAL pidfile exists, another instance running?',
      'github.com/edoburu/docker-pgbouncer/issues/65',
      'pgbouncer',
    ],
    [
      'permission-denied',
      "1:C 05 Sep 2020 21:43:13.491 # Configuration loaded\n 21:43:13.48 INFO  ==> ** Starting Redis **\n1:M 05 Sep 2020 21:43:13.492 # Can't open the append-only file: Read-only file system",
      'github.com/oncokb/oncokb/issues/2216',
      'redis',
    ],
    [
      'crash-loop',
      '1:M 21 Nov 2023 01:37:29.031 # Server initialized\n1:M 21 Nov 2023 01:37:29.411 # Bad file format reading the append only file: make a backup of your AOF file, then use ./redis-check-aof --fix <filename>',
      'github.com/goauthentik/authentik/issues/7643',
      'redis',
    ],
    [
      'database-auth-failed',
      '{\n  "length": 102,\n  "name": "error",\n  "severity": "FATAL",\n  "code": "28P01",\n  "file": "auth.c",\n  "line": "330",\n  "routine": "auth_failed"\n}',
      'github.com/brianc/node-postgres/issues/2690',
      'email-service',
    ],
    [
      'database-auth-failed',
      'Caused by: org.postgresql.util.PSQLException: FATAL: password authentication failed for user "example"\n\tat org.postgresql.core.v3.ConnectionFactoryImpl.doAuthentication(ConnectionFactoryImpl.java:659)',
      'github.com/Grashjs/cmms/issues/38',
    ],
    [
      'database-auth-failed',
      'ERRO Failed to connect notification listener: db error: FATAL: password authentication failed for user "nksajwani", retry_delay_s: 1, attempt: 0, channel: store_events, component: NotificationListener',
      'github.com/graphprotocol/graph-node/issues/4492',
    ],
    [
      'certificate-expired',
      'javax.net.ssl.SSLHandshakeException: PKIX path validation failed: java.security.cert.CertPathValidatorException: validity check failed\n\tat java.base/sun.security.ssl.Alert.createSSLException(Alert.java:131)\nCaused by: java.security.cert.CertificateExpiredException: NotAfter: Wed Jun 15 00:19:20 CST 2022',
      'github.com/streamnative/kop/pull/1339',
    ],
    [
      'certificate-expired',
      'Caused by: java.security.cert.CertPathValidatorException: timestamp check failed\nCaused by: java.security.cert.CertificateExpiredException: Certificate expired at Wed Apr 12 05:00:00 PDT 2017 (compared to Fri Mar 22 10:39:51 PDT 2019)',
      'github.com/mozilla/MozStumbler/issues/1857',
    ],
    [
      'temporal-schema-missing',
      'Unable to create server. Error: could not build arguments for function "go.temporal.io/server/temporal".ServerLifetimeHooks: failed to build *temporal.ServerImpl: received non-nil error from function "go.temporal.io/server/temporal".ApplyClusterMetadataConfigProvider: error initializing cluster metadata manager: GetClusterMetadata operation failed. Error: pq: relation "cluster_metadata_info" does not exist.',
      'go.temporal.io/server temporal/fx.go; temporalio/helm-charts threads',
      'temporal',
    ],
    [
      'temporal-schema-missing',
      'Unable to start server. Error: relation "schema_version" does not exist.',
      'github.com/temporalio/temporal/issues/1088',
      'temporal',
    ],
    [
      'database-unreachable',
      "+ nc -z db 5432\n+ '[' 1 -eq 0 ']'\n+ echo 'waiting for postgresql to start up'\nwaiting for postgresql to start up\n+ sleep 1\n+ nc -z db 5432\nnc: connect to db (10.96.1.2) port 5432 (tcp) failed: Connection refused",
      'github.com/airbytehq/airbyte/issues/3217',
      'temporal',
    ],
    [
      'database-unreachable',
      '2024-07-06T17:09:31.950Z\tERROR\tUnable to create SQL database.\t{"error": "dial tcp 10.43.12.9:5432: connect: connection refused", "logging-call-at": "handler.go:95"}',
      'temporal tools/sql/handler.go',
      'temporal',
    ],
    [
      'database-missing',
      'error: extension "vector" is not available\n    at Parser.parseErrorMessage (/app/node_modules/pg-protocol/dist/parser.js:283:98)\n  code: \'0A000\',\n  detail: \'Could not open extension control file "/usr/share/postgresql/15/extension/vector.control": No such file or directory.\',',
      'pgvector threads; PostgreSQL extension.c',
      'alga-core',
    ],
    [
      'redis-auth-failed',
      "ReplyError: WRONGPASS invalid username-password pair or user is disabled.\n    at parseError (/app/node_modules/redis-parser/lib/parser.js:179:12) {\n  command: { name: 'auth', args: [ 'default' ] }\n}",
      'node-redis, ioredis threads',
      'alga-core',
    ],
    [
      'redis-auth-failed',
      'redis.exceptions.AuthenticationError: Authentication required.\nworker: Warm shutdown (MainProcess)',
      'redis-py exceptions.py',
      'email-service',
    ],
    [
      'redis-auth-failed',
      'io.lettuce.core.RedisCommandExecutionException: NOAUTH Authentication required.\n\tat io.lettuce.core.internal.ExceptionFactory.createExecutionException(ExceptionFactory.java:147)',
      'lettuce threads',
    ],
    [
      'pgbouncer-auth-failed',
      '2024-03-02 10:11:12.345 UTC [1] WARNING C-0x7f8d1c0a2f40: server/app_user_pgbouncer@10.42.0.17:51234 pooler error: password authentication failed\n2024-03-02 10:11:12.345 UTC [1] LOG C-0x7f8d1c0a2f40: server/app_user_pgbouncer@10.42.0.17:51234 closing because: password authentication failed (age=0s)',
      'pgbouncer src/client.c',
      'pgbouncer',
    ],
    [
      'pgbouncer-auth-failed',
      '2023-06-01 09:00:00.111 UTC [1] WARNING S-0x55d2f1c0: server/app_user@10.43.0.5:5432 kill_pool_logins_server_error: password authentication failed for user "app_user"',
      'pgbouncer src/janitor.c, objects.c',
      'pgbouncer',
    ],
    [
      'pgbouncer-auth-failed',
      'error: server login has been failing, try again later (server_login_retry)\n    at Parser.parseErrorMessage (/app/node_modules/pg-protocol/dist/parser.js:287:98)',
      'pgbouncer src/objects.c through node-postgres',
      'workflow-worker',
    ],
    [
      'pgbouncer-auth-failed',
      "error: no such user: app_user_pgbouncer\n    at Parser.parseErrorMessage (/app/node_modules/pg-protocol/dist/parser.js:287:98) {\n  severity: 'FATAL',\n  code: '08P01',\n}",
      'pgbouncer src/client.c through node-postgres',
      'temporal-worker',
    ],
    [
      'service-link-collision',
      'panic: strconv.Atoi: parsing "tcp://10.96.45.12:8080": invalid syntax\n\ngoroutine 1 [running]:\nmain.main()\n\t/src/main.go:31 +0x1a5',
      'kubernetes/kubernetes threads on service links',
      'temporal-ui',
    ],
    [
      'service-link-collision',
      "pydantic_core._pydantic_core.ValidationError: 1 validation error for Settings\nredis_port\n  Input should be a valid integer, unable to parse string as an integer [type=int_parsing, input_value='tcp://10.43.201.9:6379', input_type=str]",
      'pydantic threads on REDIS_PORT',
      'email-service',
    ],
    [
      'service-link-collision',
      'Error: bind EACCES tcp://10.152.183.40:3000\n    at Pipe.setupListenHandle [as _listen2] (node:net:1313:21)',
      'Node net.Server.listen given a string: a pipe of that name',
      'alga-core',
    ],
    [
      'service-link-collision',
      'Failed to bind properties under \'server.port\' to java.lang.Integer:\n    Property: server.port\n    Value: "tcp://10.100.12.4:8080"\n    Reason: failed to convert java.lang.String to java.lang.Integer (caused by java.lang.NumberFormatException: For input string: "tcp://10.100.12.4:8080")',
      'Spring Boot failure analysis',
    ],
    [
      'out-of-memory',
      '<--- Last few GCs --->\n[1:0x6b2f3a0]   120345 ms: Mark-sweep (reduce) 2047.1 (2083.2) -> 2046.9 (2083.0) MB, 1801.2 / 0.0 ms\n\nFATAL ERROR: Ineffective mark-compacts near heap limit Allocation failed - JavaScript heap out of memory\n----- Native stack trace -----',
      'nodejs threads',
      'alga-core',
    ],
    [
      'permission-denied',
      "Error: EACCES: permission denied, mkdir '/data/files/tmp'\n    at Object.mkdirSync (node:fs:1391:3) {\n  errno: -13,\n  syscall: 'mkdir',\n  code: 'EACCES',\n  path: '/data/files/tmp'\n}",
      'Node fs threads',
      'alga-core',
    ],
    [
      'permission-denied',
      "chmod: changing permissions of '/var/lib/postgresql/data': Operation not permitted",
      'docker-library/postgres docker-entrypoint.sh',
      'db',
    ],
    [
      'permission-denied',
      'initdb: error: could not change permissions of directory "/var/lib/postgresql/data/pgdata": Operation not permitted',
      'PostgreSQL initdb.c',
      'db',
    ],
    [
      'database-disk-full',
      '2024-02-02 02:02:02.222 UTC [61] ERROR:  could not extend file "base/16384/16453": No space left on device\n2024-02-02 02:02:02.222 UTC [61] HINT:  Check free disk space.\n2024-02-02 02:02:03.000 UTC [1] PANIC:  could not write to file "pg_wal/xlogtemp.61": No space left on device',
      'PostgreSQL md.c, xlog.c',
      'db',
    ],
    [
      'database-disk-full',
      'initdb: error: could not create directory "/var/lib/postgresql/data/pgdata/base": No space left on device',
      'PostgreSQL initdb.c',
      'db',
    ],
    [
      'database-version-mismatch',
      '2024-05-05 05:05:05.555 UTC [1] FATAL:  database files are incompatible with server\n2024-05-05 05:05:05.555 UTC [1] DETAIL:  The data directory was initialized by PostgreSQL version 14, which is not compatible with this version 16.3 (Debian 16.3-1.pgdg120+1).',
      'PostgreSQL miscinit.c',
      'db',
    ],
    [
      'database-version-mismatch',
      '2025-01-01 00:00:00.000 UTC [1] FATAL:  database files are incompatible with server\n2025-01-01 00:00:00.000 UTC [1] DETAIL:  The database cluster was initialized without USE_FLOAT8_BYVAL but the server was compiled with USE_FLOAT8_BYVAL.\n2025-01-01 00:00:00.000 UTC [1] HINT:  It looks like you need to recompile or initdb.',
      'PostgreSQL xlog.c',
      'db',
    ],
    [
      'image-architecture-mismatch',
      'exec /usr/local/bin/docker-entrypoint.sh: exec format error',
      'runc, on arm64 images',
      'redis',
    ],
    [
      'start-command-failed',
      "node:internal/modules/cjs/loader:1143\n  throw err;\n  ^\n\nError: Cannot find module '/app/dist/worker.js'\n    at Module._resolveFilename (node:internal/modules/cjs/loader:1140:15) {\n  code: 'MODULE_NOT_FOUND',\n  requireStack: []\n}\n\nNode.js v20.11.1",
      'nodejs threads',
      'workflow-worker',
    ],
    ['start-command-failed', '/bin/sh: 1: ./entrypoint.sh: not found', 'Debian dash', 'alga-core'],
    [
      'dns-resolution-failure',
      "Error: getaddrinfo EAI_AGAIN smtp.office365.com\n    at GetAddrInfoReqWrap.onlookupall [as oncomplete] (node:dns:118:26) {\n  errno: -3001,\n  code: 'EAI_AGAIN',\n  syscall: 'getaddrinfo',\n  hostname: 'smtp.office365.com'\n}",
      'nodejs threads on alpine',
      'email-service',
    ],
    [
      'port-conflict',
      ' ⨯ Failed to start server\nError: listen EADDRINUSE: address already in use 0.0.0.0:3000\n    at Server.setupListenHandle [as _listen2] (node:net:1908:16)',
      'Next.js threads',
      'alga-core',
    ],
    [
      'port-conflict',
      "[ERROR] Could not bind to address: 0.0.0.0:8080: [Errno 98] Address already in use\nERROR:    [Errno 98] error while attempting to bind on address ('0.0.0.0', 8080): address already in use",
      'uvicorn threads',
    ],
    [
      'clock-skew',
      'Error: JWT error: JsonWebTokenError: jwt not active\n    at verify (/app/node_modules/jsonwebtoken/verify.js:119:23)',
      'jsonwebtoken verify.js',
    ],
  ]),
  ...said('job-log', [
    [
      'migration-failed',
      'Using environment: production\nmigration file "20241008120000_add_ticket_index.cjs" failed\nmigration failed with error: alter table "job_applications" add constraint "job_applications_job_location_id_foreign" foreign key ("job_location_id") references "job_locations" ("id") - column "job_location_id" referenced in foreign key constraint does not exist',
      'github.com/knex/knex/issues/2269',
    ],
    [
      'migration-failed',
      'The migration directory is corrupt, the following files are missing: 20231110121212_users.cjs',
      'knex migration-list-resolver.js',
    ],
    [
      'migration-failed',
      '2023-09-12 21:49:55:4955 debug: Upgrading schema myDatabase\nmigration file "4.0.16_create_credentials_table.js" failed\nmigration failed with error: create table `credentials` - relation "credentials" already exists',
      'github.com/knex/documentation/issues/537',
    ],
    [
      'bootstrap-existing-data',
      'ERROR: BOOTSTRAP_MODE=fresh, but the database "server" already has 12 users. Refusing to touch it. Run with recover, or wipe first.',
      'appliance contract: fresh and recover are explicit',
    ],
    [
      'database-missing',
      'Error creating database: error: role "app_user" does not exist\n    at /app/server/setup/create_database.js:210:11',
      'PostgreSQL acl.c through node-postgres',
    ],
    [
      'bootstrap-job-failed',
      "Seeding tenants...\nTypeError: Cannot read properties of undefined (reading 'tenant')\n    at exports.seed (/app/ee/server/seeds/onboarding/02_tenants.cjs:14:22)",
      'knex seed:run threads',
    ],
    [
      'database-auth-failed',
      'Connecting to postgres at db:5432 as postgres\nerror: password authentication failed for user "postgres"\nThe stored credentials are not the ones that this data was made with.',
      'PostgreSQL auth.c; appliance contract',
    ],
  ]),
  ...said('pull', [
    [
      'image-registry-unreachable',
      'Failed to pull image "k8s.gcr.io/pause:3.2": rpc error: code = Unknown desc = error pinging docker registry k8s.gcr.io: Get "https://k8s.gcr.io/v2/": dial tcp 10.254.3.15:443: connect: connection refused',
      'github.com/cri-o/cri-o/issues/3915',
    ],
    [
      'image-registry-unreachable',
      'Failed to pull image "nginx": rpc error: code = 4 desc = context deadline exceeded',
      'github.com/cri-o/cri-o/pull/189',
    ],
    [
      'image-tag-missing',
      'Failed to pull image "quay.io/org/app:9.9": initializing source docker://quay.io/org/app:9.9: reading manifest 9.9 in quay.io/org/app: manifest unknown',
      'containers/image through CRI-O 1.30',
    ],
    [
      'image-pull-unauthorized',
      'Failed to pull image "quay.io/org/private:1": initializing source docker://quay.io/org/private:1: reading manifest 1 in quay.io/org/private: unauthorized: access to the requested resource is not authorized',
      'containers/image through CRI-O 1.30',
    ],
    [
      'image-rate-limited',
      'Failed to pull image "temporalio/ui:2.30.0": initializing source docker://temporalio/ui:2.30.0: reading manifest 2.30.0 in docker.io/temporalio/ui: toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit',
      'containers/image through CRI-O, Docker Hub 2025 wording',
    ],
    [
      'image-pull-unauthorized',
      'Failed to pull image "ghcr.io/nine-minds/workflow-worker:61e4a00e": failed to pull and unpack image "ghcr.io/nine-minds/workflow-worker:61e4a00e": failed to resolve reference "ghcr.io/nine-minds/workflow-worker:61e4a00e": failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://ghcr.io/token?scope=repository%3Anine-minds%2Fworkflow-worker%3Apull&service=ghcr.io: 401 Unauthorized',
      'containerd 1.7/2.0 docker authorizer',
    ],
    [
      'image-pull-interrupted',
      'Failed to pull image "ghcr.io/nine-minds/alga-psa-ee:94446747": failed to pull and unpack image "ghcr.io/nine-minds/alga-psa-ee:94446747": failed to copy: read tcp 192.0.2.10:51514->185.199.110.154:443: read: connection reset by peer',
      'containerd remotes/docker/httpreadseeker.go',
    ],
    [
      'image-architecture-mismatch',
      'Failed to pull image "docker.io/org/tool:1": choosing an image from manifest list docker://org/tool:1: no image found in image index for architecture "arm64", variant "v8", OS "linux"',
      'containers/image through CRI-O',
    ],
    [
      'disk-pressure',
      'Failed to pull image "ghcr.io/nine-minds/alga-psa-ee:94446747": failed to pull and unpack image "ghcr.io/nine-minds/alga-psa-ee:94446747": failed to extract layer sha256:0f4b: mount callback failed on /var/lib/containerd/tmpmounts/containerd-mount1417: write /var/lib/containerd/tmpmounts/containerd-mount1417/app/node_modules/x.js: no space left on device: unknown',
      'containerd diff/apply',
    ],
    [
      'certificate-expired',
      'Failed to pull image "harbor.nineminds.com/nineminds/sebastian_hocuspocus:1": failed to pull and unpack image: failed to resolve reference: failed to do request: Head "https://harbor.nineminds.com/v2/nineminds/sebastian_hocuspocus/manifests/1": tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-05-01T11:58:03Z is after 2026-04-30T23:59:59Z',
      'Go crypto/x509 through containerd',
    ],
    [
      'clock-skew',
      'Failed to pull image "redis:7.4": failed to pull and unpack image "docker.io/library/redis:7.4": failed to resolve reference "docker.io/library/redis:7.4": failed to do request: Head "https://registry-1.docker.io/v2/library/redis/manifests/7.4": tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2019-01-01T00:03:12Z is before 2025-11-04T00:00:00Z',
      'Go crypto/x509 through containerd, on a board without a battery',
    ],
    [
      'image-tag-missing',
      'Error response from daemon: manifest for ghcr.io/nine-minds/workflow-worker:61e4a00e not found: manifest unknown: manifest unknown',
      'Docker distribution errors',
    ],
    [
      'image-pull-unauthorized',
      'Failed to pull image "ghcr.io/nine-minds/emial-service:5f0b1c9e": failed to pull and unpack image "ghcr.io/nine-minds/emial-service:5f0b1c9e": failed to resolve reference "ghcr.io/nine-minds/emial-service:5f0b1c9e": failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://ghcr.io/token: 403 Forbidden: denied',
      'ghcr.io says 403 for a package that does not exist or is private: credentials are asked for',
    ],
  ]),
  ...said('run', [
    [
      'volume-mount-failed',
      'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: error mounting "/var/lib/kubelet/pods/3f/volumes/kubernetes.io~configmap/config" to rootfs at "/etc/app/config.yaml": mount /var/lib/kubelet/pods/3f/volumes/kubernetes.io~configmap/config:/etc/app/config.yaml (via /proc/self/fd/6), flags: 0x5001: not a directory: unknown',
      'opencontainers/runc rootfs_linux.go',
    ],
    [
      'start-command-failed',
      'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "node": executable file not found in $PATH: unknown',
      'opencontainers/runc standard_init_linux.go',
    ],
    [
      'start-command-failed',
      'failed to start container "worker": Error response from daemon: OCI runtime create failed: container_linux.go:380: starting container process caused: exec: "/entrypoint.sh": permission denied: unknown',
      'opencontainers/runc 1.0',
    ],
    [
      'start-command-failed',
      'container create failed: executable file `/docker-entrypoint.sh` not found: No such file or directory',
      'crun libcrun/container.c',
    ],
    [
      'out-of-memory',
      'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: container init was OOM-killed (memory limit too low?)',
      'opencontainers/runc process_linux.go',
    ],
  ]),
  ...said('create', [
    [
      'volume-mount-failed',
      'failed to generate container "5b2c" spec: failed to generate spec: failed to stat "/var/mnt/alga-data/files": stat /var/mnt/alga-data/files: no such file or directory',
      'containerd CRI container_create_linux.go',
    ],
    [
      'volume-mount-failed',
      'failed to generate container "77aa" spec: failed to generate spec: path "/sys/fs/bpf" is mounted on "/sys/fs/bpf" but it is not a shared mount',
      'containerd CRI spec_opts.go',
    ],
  ]),
  ...said('config', [
    [
      'config-missing',
      "couldn't find key DB_PASSWORD_PGBOUNCER in Secret msp/db-credentials",
      'kubelet kuberuntime',
      'workflow-worker',
    ],
    ['config-missing', 'secret "alga-psa-shared" not found', 'kubelet kuberuntime', 'alga-core'],
    [
      'pod-security-violation',
      'container has runAsNonRoot and image has non-numeric user (node), cannot verify user is non-root (pod: "email-service-7d9c5b8f6d-q4z8w_msp(0b1c)", container: email-service)',
      'kubelet security_context_others.go',
    ],
    [
      'volume-subpath-failed',
      'failed to prepare subPath for volumeMount "db-data" of container "db"',
      'kubelet kubelet_pods.go',
      'db',
    ],
  ]),
  ...said('mount', [
    [
      'disk-pressure',
      'MountVolume.SetUp failed for volume "kube-api-access-mpczh" : write /var/lib/kubelet/pods/f8a08af6/volumes/kubernetes.io~projected/kube-api-access-mpczh/..2024_01_04_18_06_09.3676264842/ca.crt: no space left on device',
      'github.com/MaterializeInc/materialize/pull/24083',
    ],
    [
      'volume-mount-failed',
      'MountVolume.NewMounter initialization failed for volume "pvc-b3ce46c6" : path "/var/mnt/alga-data/local-path-provisioner/pvc-b3ce46c6_msp_alga-core-sebastian-postgres-data" does not exist',
      'kubelet local volume plugin',
      'db',
    ],
    [
      'config-missing',
      'MountVolume.SetUp failed for volume "bigquery" : configmaps "bigquery" not found',
      'github.com/kubernetes/kubernetes/issues/31768',
    ],
    [
      'volume-mount-failed',
      'Unable to attach or mount volumes: unmounted volumes=[data], unattached volumes=[data kube-api-access-x]: timed out waiting for the condition',
      'kubelet volume manager',
    ],
  ]),
  ...said('sandbox', [
    [
      'cni-failure',
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "d1": plugin type="flannel" failed (add): loadFlannelSubnetEnv failed: open /run/flannel/subnet.env: no such file or directory',
      'flannel CNI plugin',
    ],
    [
      'cni-failure',
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to create pod network sandbox k8s_db-0_msp(3a): error adding pod msp_db-0 to CNI network "cbr0": plugin type="bridge" failed (add): failed to set bridge addr: "cni0" already has an IP address different from 10.244.0.1/24',
      'CRI-O, bridge plugin',
    ],
    [
      'image-registry-unreachable',
      'Failed to create pod sandbox: rpc error: code = DeadlineExceeded desc = failed to get sandbox image "registry.k8s.io/pause:3.10": failed to pull image "registry.k8s.io/pause:3.10": failed to pull and unpack image: failed to resolve reference: failed to do request: Head "https://registry.k8s.io/v2/pause/manifests/3.10": dial tcp 34.96.108.209:443: i/o timeout',
      'containerd CRI sandbox_run.go',
    ],
  ]),
  ...said('schedule', [
    [
      'insufficient-resources',
      '0/1 nodes are available: 1 Insufficient memory. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.',
      'kube-scheduler 1.31',
    ],
    [
      'port-conflict',
      "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pods.",
      'kube-scheduler NodePorts',
      'alga-core',
    ],
    [
      'pvc-unbound',
      '0/1 nodes are available: persistentvolumeclaim "alga-core-sebastian-storage" not found. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.',
      'kube-scheduler VolumeBinding',
      'alga-core',
    ],
    [
      'disk-pressure',
      '0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/disk-pressure: }. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.',
      'kube-scheduler TaintToleration',
    ],
  ]),
  ...said('admission', [
    [
      'pod-security-violation',
      'Error creating: pods "temporal-ui-7d9c5b8f6d-abcde" is forbidden: violates PodSecurity "baseline:latest": hostPath volumes (volume "data"), hostPort (container "temporal-ui" uses hostPort 8080)',
      'pod-security-admission',
    ],
    [
      'quota-exceeded',
      'Error creating: pods "email-service-7d9c5b8f6d-abcde" is forbidden: exceeded quota: compute, requested: limits.memory=2Gi, used: limits.memory=7Gi, limited: limits.memory=8Gi',
      'kube-apiserver resourcequota admission',
    ],
    [
      'quota-exceeded',
      'Error creating: pods "x" is forbidden: [minimum memory usage per Container is 128Mi, but request is 64Mi, maximum cpu usage per Container is 1, but limit is 2]',
      'kube-apiserver limitranger',
    ],
  ]),
  ...said('claim', [
    [
      'storage-provisioner-failed',
      'failed to provision volume with StorageClass "local-path": failed to create volume pvc-b3ce46c6-8b3a-4d89-ae3b-39ef6f904d9e: create process timeout after 120 seconds',
      'github.com/rancher/local-path-provisioner/issues/192',
    ],
    ['pvc-unbound', 'storageclass.storage.k8s.io "local-paht" not found', 'pv_controller.go'],
  ]),
  ...said('evict', [
    [
      'disk-pressure',
      'The node was low on resource: ephemeral-storage. Threshold quantity: 1073741824, available: 982Mi. Container workflow-worker was using 40Ki, request is 0, has larger consumption of ephemeral-storage.',
      'kubelet eviction manager 1.28+',
    ],
    [
      'evicted',
      'Pod ephemeral local storage usage exceeds the total limit of containers 1Gi.',
      'kubelet eviction helpers',
    ],
  ]),
  ...said('probe', [
    [
      'probe-failing',
      'Startup probe failed: Get "http://10.244.0.31:8080/health": dial tcp 10.244.0.31:8080: connect: connection refused',
      'kubelet prober',
      'temporal-worker',
    ],
    [
      'probe-failing',
      'Readiness probe errored and resulted in unknown state: rpc error: code = DeadlineExceeded desc = failed to exec in container: timeout 1s exceeded: context deadline exceeded',
      'kubelet 1.33 prober.go',
      'redis',
    ],
  ]),
  ...said('node', [
    [
      'node-not-ready',
      '[container runtime is down, PLEG is not healthy: pleg was last seen active 5m12.4s ago; threshold is 3m0s]',
      'kubelet runtime state',
    ],
  ]),
  ...said('git', [
    [
      'flux-source-unreachable',
      "failed to checkout and determine revision: unable to list remote for 'ssh://git@github.com/nine-minds/alga-psa': ssh: handshake failed: read tcp 10.42.0.15:56574->140.82.114.4:22: read: connection reset by peer",
      'github.com/fluxcd/source-controller/issues/1154',
    ],
    [
      'flux-source-ref-missing',
      'failed to checkout and determine revision: unable to resolve tag revision: unsupported object type',
      'github.com/fluxcd/source-controller/issues/1066',
    ],
    [
      'flux-source-auth',
      "failed to checkout and determine revision: unable to clone 'https://dev.azure.com/org/_git/repo': authentication required: Unauthorized",
      'go-git transport',
    ],
    [
      'flux-source-ref-missing',
      "failed to checkout and determine revision: unable to clone 'https://github.com/Nine-Minds/alga-psa': couldn't find remote ref \"refs/heads/release/1.9\"",
      'go-git',
    ],
    [
      'flux-source-auth',
      'failed to get secret \'flux-system/alga-git-auth\': secrets "alga-git-auth" not found',
      'source-controller gitrepository_controller.go',
    ],
  ]),
  ...said('kustomization HealthCheckFailed', [
    [
      'flux-health-timeout',
      "timeout waiting for: [CustomResourceDefinition/kadalu/kadalustorages.kadalu-operator.storage status: 'Unknown']",
      'github.com/fluxcd/flux2/issues/2739',
    ],
  ]),
  ...said('kustomization ReconciliationFailed', [
    [
      'flux-apply-rejected',
      'ConfigMap/monitoring/grafana-dashboard-bucket_replicate dry-run failed, reason: Invalid, error: ConfigMap "grafana-dashboard-bucket_replicate" is invalid: metadata.name: Invalid value: "grafana-dashboard-bucket_replicate": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters',
      'github.com/fluxcd/kustomize-controller/issues/491',
    ],
    [
      'flux-apply-rejected',
      'Deployment/msp/temporal-ui dry-run failed: failed to create typed patch object (msp/temporal-ui; apps/v1, Kind=Deployment): .spec.template.spec.enableServiceLink: field not declared in schema',
      'structured-merge-diff',
    ],
    [
      'flux-apply-rejected',
      'Service/msp/temporal-frontend apply failed: Service "temporal-frontend" is invalid: spec.clusterIPs[0]: Invalid value: []string{"None"}: may not change once set',
      'Kubernetes API validation',
    ],
  ]),
  ...said('kustomization BuildFailed', [
    [
      'flux-build-failed',
      "kustomize build failed: accumulating resources: accumulation err='accumulating resources from 'temporal.yaml': evalsymlink failure on '/tmp/kustomization-123/flux/base/temporal.yaml' : lstat /tmp/kustomization-123/flux/base/temporal.yaml: no such file or directory'",
      'kustomize-controller',
    ],
  ]),
  ...said('kustomization ArtifactFailed', [
    [
      'flux-build-failed',
      'kustomization path not found: stat /tmp/kustomization-2193/flux/profiles/single-nod: no such file or directory',
      'github.com/fluxcd/source-controller/issues/350',
    ],
  ]),
  ...said('helm UpgradeFailed', [
    [
      'flux-apply-rejected',
      'Helm upgrade failed for release msp/temporal with chart temporal@0.32.0+e04786113bb9: failed to replace object: Deployment.apps "temporal" is invalid: spec.selector: Invalid value: {"matchLabels":{"app.kubernetes.io/instance":"temporal"}}: field is immutable',
      'github.com/fluxcd/helm-controller/issues/1337',
    ],
    [
      'helm-operation-in-progress',
      'Helm upgrade failed for release msp/temporal with chart temporal@0.1.0: another operation (install/upgrade/rollback) is in progress',
      'Helm pkg/action',
    ],
    [
      'helm-render-failed',
      "Helm upgrade failed for release msp/temporal with chart temporal@0.1.0: values don't meet the specifications of the schema(s) in the following chart(s):\ntemporal:\n- at '/replicaCount': got string, want integer",
      'github.com/fluxcd/helm-controller/issues/1362, Helm 3.18',
    ],
    [
      'helm-timeout',
      'Helm upgrade failed for release msp/temporal with chart temporal@0.1.0: resource Deployment/msp/temporal not ready. status: InProgress, message: Available: 0/1\ncontext deadline exceeded',
      'Helm 4 kstatus waiter',
    ],
    [
      'helm-timeout',
      'Helm upgrade failed for release msp/temporal with chart temporal@0.1.0: pre-upgrade hooks failed: 1 error occurred:\n\t* timed out waiting for the condition',
      'Helm 3 pkg/action/hooks.go',
    ],
  ]),
  ...said('helm InstallFailed', [
    [
      'helm-render-failed',
      'Helm install failed for release msp/temporal with chart temporal@0.1.0: template: temporal/templates/deployment.yaml:18:20: executing "temporal/templates/deployment.yaml" at <.Values.image.repository>: nil pointer evaluating interface {}.repository',
      'Go text/template through Helm',
    ],
    [
      'flux-apply-rejected',
      'Helm install failed for release msp/temporal with chart temporal@0.1.0: Unable to continue with install: ServiceAccount "temporal" in namespace "msp" exists and cannot be imported into the current release: invalid ownership metadata; label validation error: missing key "app.kubernetes.io/managed-by": must be set to "Helm"',
      'Helm pkg/action/validate.go',
    ],
  ]),
  ...said('chart ChartPullError', [
    [
      'helm-chart-unavailable',
      "chart pull error: failed to get chart version for remote reference: no 'temporal' chart with version matching '9.9.x' found",
      'source-controller',
    ],
  ]),
  ...said('talos talosctl health', [
    [
      'talos-etcd-unhealthy',
      'waiting for etcd to be healthy: ...\nwaiting for etcd to be healthy: expected a response with 0 node(s), got 1\ncontext deadline exceeded',
      'github.com/onedr0p/cluster-template/issues/1500',
    ],
  ]),
  ...said('talos talosctl dmesg', [
    [
      'talos-etcd-unhealthy',
      'user: warning: [2025-08-20T09:05:24.820277911Z]: [talos] service[etcd](Failed): Failed to run pre stage: failed to build initial etcd cluster: failed to build cluster arguments: 2 error(s) occurred:',
      'github.com/siderolabs/talos/issues/11625',
    ],
  ]),
  ...said('talos talosctl apply-config --insecure --nodes 192.0.2.10 --file controlplane.yaml', [
    [
      'talos-maintenance-unreachable',
      'error applying new configuration: rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 192.0.2.10:50000: connect: no route to host"',
      'github.com/siderolabs/talos/issues/10880',
    ],
    [
      'talos-maintenance-unreachable',
      'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: reading server HTTP response: unexpected EOF"',
      'github.com/siderolabs/talos/issues/12684',
    ],
    [
      'key-material-missing',
      'failed to resolve configuration context: talos config file is empty',
      'github.com/siderolabs/talos/issues/2956',
    ],
    [
      'talos-config-invalid',
      'error applying new configuration: rpc error: code = InvalidArgument desc = configuration validation failed: 1 error occurred:\n\t* install disk or diskSelector should be defined',
      'Talos v1alpha1_validation.go',
    ],
    [
      'talos-disk-not-found',
      'error applying new configuration: rpc error: code = InvalidArgument desc = configuration validation failed: 1 error occurred:\n\t* specified install disk does not exist: "/dev/nvme0n1"',
      'Talos v1alpha1_validation.go',
    ],
  ]),
  ...said('talos talosctl bootstrap', [
    [
      'talos-tls-mismatch',
      'error executing bootstrap: rpc error: code = Unavailable desc = connection error: desc = "transport: authentication handshake failed: tls: failed to verify certificate: x509: certificate signed by unknown authority"',
      'github.com/siderolabs/talos/issues/9241',
    ],
    [
      'key-material-missing',
      'error constructing client: failed to determine endpoints',
      'github.com/siderolabs/talos/issues/2910',
    ],
  ]),
  ...said('api', [
    [
      'kubernetes-unreachable',
      'Get "https://192.0.2.10:6443/api/v1/pods?limit=500": net/http: TLS handshake timeout',
      'client-go',
    ],
    [
      'certificate-expired',
      'Get "https://192.0.2.10:6443/api/v1/nodes": tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-05-01T12:00:00Z is after 2026-04-28T09:11:02Z',
      'Go crypto/x509 through client-go',
    ],
  ]),
];
