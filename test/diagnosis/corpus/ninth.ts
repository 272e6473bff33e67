import { type Case, said } from './case.ts';

/** A ninth collection, of programs that say other things too before they end; measured before a rule was touched for it. */
export const ninth: readonly Case[] = [
  ...said('log', [
    [
      'database-unreachable',
      '2022-07-20 12:11:16.718  WARN 1 --- [           main] ConfigServletWebServerApplicationContext : Exception encountered during context initialization - cancelling refresh attempt: org.springframework.beans.factory.BeanCreationException: Error creating bean; nested exception is org.springframework.jdbc.CannotGetJdbcConnectionException: Failed to obtain JDBC Connection; nested exception is org.postgresql.util.PSQLException: Connection to localhost:5432 refused. Check that the hostname and port are correct and that the postmaster is accepting TCP/IP connections.',
      'github.com/spring-cloud/spring-cloud-bindings/issues/74',
    ],
    [
      'database-unreachable',
      '06-Oct-2021 14:21:56.462 SEVERE [main] org.postgresql.Driver.connect Connection error: \n\torg.postgresql.util.PSQLException: FATAL: the database system is starting up',
      'github.com/camunda-community-hub/camunda-7-community-helm/issues/18',
    ],
    [
      'database-auth-failed',
      'psql: error: connection to server at "geonode-postgresql" (10.104.197.204), port 5432 failed: FATAL:  password authentication failed for user "postgres"\nconnection to server at "geonode-postgresql" (10.104.197.204), port 5432 failed: FATAL:  pg_hba.conf rejects connection for host "10.244.0.254", user "postgres", database "postgres", no encryption\nPostgres is unavailable - sleeping',
      'github.com/GeoNodeUserGroup-DE/geonode-k8s/issues/40',
    ],
    [
      'database-unreachable',
      'time="2018-12-19T13:28:50Z" level=info msg="Error opening connection to database (postgresql://localhost:5432/testdb?sslmode=disable): dial tcp 10.130.128.171:5432: connect: connection timed out" source="postgres_exporter.go:995"',
      'github.com/helm/charts/issues/10136',
    ],
    [
      'database-auth-failed',
      '{"level":50,"time":1717000000000,"pid":1,"hostname":"email-service","err":{"type":"DatabaseError","message":"password authentication failed for user \\"app_user_pgbouncer\\"","code":"28P01"},"msg":"failed to start"}\n{"level":30,"time":1717000000001,"msg":"shutting down"}',
      'pino',
      'email-service',
    ],
    [
      'redis-auth-failed',
      '{"level":60,"time":1717000000000,"msg":"fatal","err":{"type":"ReplyError","message":"NOAUTH Authentication required."}}',
      'pino with ioredis',
      'alga-core',
    ],
    [
      'dns-resolution-failure',
      '{"level":"error","ts":1717000000.123,"caller":"cmd/main.go:88","msg":"cannot reach mail server","error":"dial tcp: lookup smtp.example.com on 10.96.0.10:53: no such host"}',
      'uber-go/zap',
      'email-service',
    ],
    [
      'permission-denied',
      'level=error ts=2024-05-05T10:00:00Z caller=main.go:12 msg="failed to open storage" err="open /data/files/index: permission denied"',
      'go-kit log',
    ],
    [
      'migration-failed',
      '2024-05-05 10:00:00,000 ERROR liquibase.integration - Migration failed for changeset db/changelog/1.xml::12::dev:\n     Reason: liquibase.exception.DatabaseException: ERROR: column "x" already exists',
      'Liquibase',
    ],
    [
      'out-of-memory',
      '[2024-05-05 10:00:00 +0000] [1] [ERROR] Worker (pid:17) was sent SIGKILL! Perhaps out of memory?',
      'gunicorn arbiter.py',
    ],
    [
      'out-of-memory',
      'java.lang.OutOfMemoryError: GC overhead limit exceeded\nTerminating due to java.lang.OutOfMemoryError: GC overhead limit exceeded',
      'HotSpot ExitOnOutOfMemoryError',
    ],
    [
      'out-of-memory',
      'fatal error: runtime: out of memory\n\nruntime stack:\nruntime.throw({0x1c2b6a6, 0x16})',
      'Go runtime',
    ],
    [
      'start-command-failed',
      'Error: Could not find or load main class com.example.Main\nCaused by: java.lang.ClassNotFoundException: com.example.Main',
      'java launcher',
    ],
    [
      'start-command-failed',
      'exec /docker-entrypoint.sh: no such file or directory',
      'tini, runc exec of a script with CRLF',
      'temporal',
    ],
    [
      'start-command-failed',
      '/usr/bin/env: \u2018node\\r\u2019: No such file or directory',
      'GNU env, CRLF shebang',
      'workflow-worker',
    ],
    [
      'start-command-failed',
      'sh: 1: next: not found\nnpm error Lifecycle script `start` failed with error:\nnpm error code 127',
      'npm 10',
      'alga-core',
    ],
    [
      'image-architecture-mismatch',
      'standard_init_linux.go:228: exec user process caused: exec format error',
      'runc before 1.1',
    ],
    [
      'image-architecture-mismatch',
      "qemu-x86_64: Could not open '/lib64/ld-linux-x86-64.so.2': No such file or directory",
      'qemu-user',
    ],
    [
      'certificate-expired',
      'Error: unable to connect: x509: certificate has expired or is not yet valid: current time 2026-05-01T11:00:00Z is after 2026-04-01T00:00:00Z',
      'Go crypto/x509',
      'temporal-worker',
    ],
    [
      'certificate-expired',
      'FetchError: request to https://api.example.com/ failed, reason: certificate has expired',
      'node-fetch',
    ],
    ['clock-skew', 'JsonWebTokenError: jwt issued in the future', 'jose, fast-jwt', 'alga-core'],
    ['port-conflict', 'panic: listen tcp 0.0.0.0:7233: bind: address already in use', 'Go net', 'temporal'],
    [
      'port-conflict',
      '2024-05-05 10:00:00.000 UTC [1] LOG:  could not bind IPv4 address "0.0.0.0": Address already in use\n2024-05-05 10:00:00.000 UTC [1] HINT:  Is another postmaster already running on port 5432? If not, wait a few seconds and retry.\n2024-05-05 10:00:00.000 UTC [1] FATAL:  could not create any TCP/IP sockets',
      'PostgreSQL pqcomm.c',
      'db',
    ],
    ['port-conflict', 'Web server failed to start. Port 8080 was already in use.', 'Spring Boot'],
    [
      'service-link-collision',
      "thread 'main' panicked at 'REDIS_PORT must be a number: ParseIntError { kind: InvalidDigit } (\"tcp://10.96.3.3:6379\")'",
      'Rust programs',
    ],
    [
      'service-link-collision',
      'Environment variable PGBOUNCER_PORT has an invalid value: tcp://10.96.9.9:6432',
      'programs that check their environment',
    ],
    [
      'service-link-collision',
      "ValueError: invalid literal for int() with base 10: 'tcp://10.43.201.9:5432'",
      'CPython int()',
    ],
    [
      'temporal-schema-missing',
      '{"level":"error","ts":"2024-05-05T10:00:00.000Z","msg":"Unable to start server","error":"pq: relation \\"namespace_metadata\\" does not exist"}',
      'temporal, lib/pq',
      'temporal',
    ],
    [
      'temporal-schema-missing',
      'panic: unable to initialize cluster metadata: ERROR: relation "cluster_membership" does not exist (SQLSTATE 42P01)',
      'temporal, pgx',
      'temporal',
    ],
    ['database-missing', 'pq: database "hocuspocus" does not exist', 'lib/pq', 'email-service'],
    ['database-missing', 'error: schema "pgboss" does not exist', 'PostgreSQL namespace.c, pg-boss', 'workflow-worker'],
    ['database-missing', 'ERROR:  type "vector" does not exist at character 83', 'pgvector', 'alga-core'],
    [
      'database-corrupt',
      '2024-05-05 10:00:00.000 UTC [57] ERROR:  invalid page in block 12 of relation base/16384/2619\n2024-05-05 10:00:00.000 UTC [1] LOG:  server process (PID 57) was terminated by signal 6: Aborted',
      'PostgreSQL bufmgr.c',
      'db',
    ],
    [
      'database-corrupt',
      '2024-05-05 10:00:00.000 UTC [1] FATAL:  bogus data in lock file "postmaster.pid": ""',
      'PostgreSQL miscinit.c',
      'db',
    ],
    [
      'database-version-mismatch',
      'Error: in 18+, these Docker images are configured to store database data in a\n       format which is compatible with "pg_ctlcluster" (specifically, using\n       major-version-specific directory names).',
      'docker-library/postgres 18',
      'db',
    ],
    [
      'database-disk-full',
      'ERROR:  could not extend file "base/16384/16402": wrote only 4096 of 8192 bytes at block 128',
      'PostgreSQL md.c, mdextend: a short write leaves no word of the space',
      'db',
    ],
    [
      'database-disk-full',
      '2024-05-05 10:00:00.000 UTC [40] LOG:  could not write temporary statistics file "pg_stat_tmp/global.tmp": No space left on device\n2024-05-05 10:00:00.000 UTC [1] PANIC:  could not write to log file 00000001000000000000002A at offset 0, length 8192: No space left on device',
      'PostgreSQL xlog.c',
      'db',
    ],
    [
      'permission-denied',
      'mkdir: cannot create directory \u2018/var/lib/postgresql/data/pgdata\u2019: Permission denied',
      'coreutils',
      'db',
    ],
    [
      'permission-denied',
      "find: '/data/appendonlydir': Permission denied\nchown: .: Operation not permitted",
      'docker-library/redis entrypoint',
      'redis',
    ],
    [
      'permission-denied',
      '"root" execution of the PostgreSQL server is not permitted.\nThe server must be started under an unprivileged user ID to prevent',
      'PostgreSQL main.c',
      'db',
    ],
    [
      'pgbouncer-auth-failed',
      '2024-05-05 10:00:00.000 UTC [1] ERROR S-0x7f: server/app_user@10.96.1.1:5432 cannot do SCRAM authentication: wrong password type',
      'pgbouncer proto.c',
      'pgbouncer',
    ],
    [
      'pgbouncer-auth-failed',
      '2024-05-05 10:00:00.000 UTC [1] FATAL cannot load config file: auth_type hba requires auth_hba_file',
      'pgbouncer main.c',
      'pgbouncer',
    ],
    [
      'pgbouncer-auth-failed',
      'org.postgresql.util.PSQLException: FATAL: bouncer config error',
      'pgbouncer client.c through pgjdbc: auth_query',
    ],
    [
      'database-unreachable',
      'error: Connection terminated due to connection timeout\n    at Client._connectionCallback (/app/node_modules/pg-pool/index.js:45:11)',
      'pg-pool',
    ],
    [
      'database-unreachable',
      'error: query_wait_timeout\n    at Parser.parseErrorMessage (/app/node_modules/pg-protocol/dist/parser.js:287:98)',
      'pgbouncer objects.c',
    ],
    [
      'database-unreachable',
      'could not connect to postgres: failed to connect to `host=db user=app_user database=server`: hostname resolving succeeded; dial error (timeout: dial tcp 10.96.14.3:5432: connect: connection timed out)',
      'pgx v4',
    ],
    [
      'crash-loop',
      'Error: Missing required environment variables: NEXTAUTH_SECRET',
      'programs that check their environment',
      'alga-core',
    ],
    [
      'crash-loop',
      "SyntaxError: Unexpected token 'export'\n    at wrapSafe (node:internal/modules/cjs/loader:1281:20)",
      'Node',
      'workflow-worker',
    ],
    ['crash-loop', 'error: unknown flag: --task-queues\nUsage:\n  worker [flags]', 'cobra', 'temporal-worker'],
    ['crash-loop', 'Segmentation fault (core dumped)', 'shells', 'email-service'],
  ]),
  ...said('helm UpgradeFailed', [
    [
      'helm-operation-in-progress',
      'Helm upgrade failed: another operation (install/upgrade/rollback) is in progress\n\nLast Helm logs:\n\npreparing upgrade for temporal',
      'helm-controller v2beta1',
    ],
    [
      'helm-timeout',
      'Helm upgrade failed: timed out waiting for the condition\n\nLast Helm logs:\n\nbeginning wait for 6 resources with timeout of 5m0s',
      'helm-controller v2beta1',
    ],
  ]),
  ...said('mount', [
    [
      'config-missing',
      'MountVolume.SetUp failed for volume "values" : references non-existent secret key: DB_PASSWORD_SERVER',
      'kubelet projected volumes',
    ],
    [
      'volume-mount-failed',
      'MountVolume.MountDevice failed for volume "pvc-1" : mount failed: exit status 32\nMounting command: mount\nOutput: mount: /var/lib/kubelet/x: wrong fs type, bad option, bad superblock on /dev/sdb',
      'kubelet mount utils',
    ],
  ]),
];
