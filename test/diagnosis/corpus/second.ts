import { type Case, said } from './case.ts';

const k8s = 'https://github.com/kubernetes/kubernetes';
const secure = 'talos talosctl --talosconfig talosconfig -n 192.0.2.10';
const insecure = 'talos talosctl -n 192.0.2.10';

/** A second collection, made and labelled after the rules stood: its first measurement is the figure of the unseen. */
export const second: readonly Case[] = [
  ...said('pull', [
    [
      'image-tag-missing',
      'Failed to pull image "myregistry.io/my-app:v1": rpc error: code = Unknown desc = Error response from daemon: manifest for myregistry.io/my-app:v1 not found: manifest unknown: The named manifest is not known to the registry.',
      'Docker registry v2 error text',
    ],
    [
      'image-tag-missing',
      'Failed to pull image "registry.gitlab.com/acme/app:1": rpc error: code = NotFound desc = failed to pull and unpack image "registry.gitlab.com/acme/app:1": no such manifest: registry.gitlab.com/acme/app:1',
      'GitLab registry through containerd',
    ],
    [
      'image-tag-missing',
      "Failed to pull image \"public.ecr.aws/acme/app:2\": Error response from daemon: repository public.ecr.aws/acme/app not found: name unknown: The repository with name 'app' does not exist in the registry with id 'acme'",
      'Amazon ECR',
    ],
    [
      'image-tag-missing',
      'Failed to pull image "quay.io/acme/x:2": initializing source docker://quay.io/acme/x:2: reading manifest 2 in quay.io/acme/x: name unknown: repository not found',
      'https://github.com/cri-o/cri-o, quay.io',
    ],
    [
      'image-pull-unauthorized',
      'Failed to pull image "eu.gcr.io/acme/app:1": rpc error: code = Unknown desc = failed to pull and unpack image "eu.gcr.io/acme/app:1": failed to resolve reference "eu.gcr.io/acme/app:1": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
      'https://github.com/containerd/containerd core/remotes/docker/errcode.go',
    ],
    [
      'image-pull-unauthorized',
      'Failed to pull image "ghcr.io/acme/app:1": rpc error: code = Unknown desc = Error response from daemon: Head "https://ghcr.io/v2/acme/app/manifests/1": denied: denied',
      'GHCR through Docker',
    ],
    [
      'image-pull-unauthorized',
      'Failed to pull image "harbor.nineminds.com/nineminds/sebastian_hocuspocus:1": failed to resolve reference "harbor.nineminds.com/nineminds/sebastian_hocuspocus:1": failed to authorize: failed to fetch oauth token: unexpected status from POST request to https://harbor.nineminds.com/service/token: 401 Unauthorized',
      'Harbor through containerd',
    ],
    [
      'image-rate-limited',
      'Failed to pull image "redis:7.4": rpc error: code = ResourceExhausted desc = failed to pull and unpack image "docker.io/library/redis:7.4": failed to copy: httpReadSeeker: failed open: unexpected status code https://registry-1.docker.io/v2/library/redis/blobs/sha256:aa: 429 Too Many Requests',
      'https://github.com/containerd/containerd core/remotes/docker',
    ],
    [
      'image-rate-limited',
      'Failed to pull image "postgres:16": Error response from daemon: toomanyrequests: You have reached your unauthenticated pull rate limit.',
      'Docker Hub 2025',
    ],
    [
      'image-registry-unreachable',
      'Failed to pull image "ghcr.io/acme/app:1": failed to do request: Head "https://ghcr.io/v2/acme/app/manifests/1": EOF',
      'Go net/http',
    ],
    [
      'image-registry-unreachable',
      'Failed to pull image "docker.io/library/busybox:1.36": rpc error: code = DeadlineExceeded desc = failed to pull and unpack image "docker.io/library/busybox:1.36": failed to resolve reference "docker.io/library/busybox:1.36": failed to do request: Head "https://registry-1.docker.io/v2/library/busybox/manifests/1.36": context deadline exceeded',
      'containerd',
    ],
    [
      'image-registry-unreachable',
      'Failed to pull image "registry.internal:5000/app:1": Error response from daemon: Get "https://registry.internal:5000/v2/": x509: certificate relies on legacy Common Name field, use SANs instead',
      'Go crypto/x509 through Docker',
    ],
    [
      'image-registry-unreachable',
      'Failed to pull image "quay.io/acme/x:1": initializing source docker://quay.io/acme/x:1: pinging container registry quay.io: received unexpected HTTP status: 502 Bad Gateway',
      'containers/image',
    ],
    [
      'image-registry-unreachable',
      'Failed to pull image "ghcr.io/acme/app:1": failed to copy: httpReadSeeker: failed open: failed to do request: Get "https://pkg-containers.githubusercontent.com/ghcr1/blobs/sha256:77": dial tcp 185.199.109.154:443: i/o timeout',
      'containerd, the blob host does not answer',
    ],
    [
      'image-pull-interrupted',
      'Failed to pull image "ghcr.io/nine-minds/alga-psa-ee:94446747": failed to pull and unpack image "ghcr.io/nine-minds/alga-psa-ee:94446747": failed to extract layer sha256:11aa: failed to get stream processor for application/vnd.oci.image.layer.v1.tar+gzip: unexpected EOF',
      'containerd',
    ],
    [
      'image-pull-interrupted',
      'Failed to pull image "temporalio/ui:2.30.0": rpc error: code = Unavailable desc = transport is closing',
      'kubelet, container runtime restarted',
    ],
    [
      'image-pull-interrupted',
      'Failed to pull image "quay.io/acme/x:1": copying system image from manifest list: parsing image configuration: Get "https://cdn.quay.io/sha256/aa": net/http: HTTP/1.x transport connection broken: unexpected EOF',
      'containers/image',
    ],
    [
      'image-pull-interrupted',
      'Failed to pull image "ghcr.io/acme/app:1": http2: server sent GOAWAY and closed the connection; LastStreamID=1999, ErrCode=NO_ERROR, debug=""',
      'Go http2',
    ],
    [
      'image-architecture-mismatch',
      'Failed to pull image "acme/legacy:1": Error response from daemon: no matching manifest for linux/arm64 in the manifest list entries',
      'Docker',
    ],
    [
      'image-name-invalid',
      'Failed to apply default image tag "ghcr.io/Nine-Minds/App:1": failed to parse image name "ghcr.io/Nine-Minds/App:1": invalid reference format: repository name (Nine-Minds/App) must be lowercase',
      'distribution/reference 0.6',
    ],
    [
      'dns-resolution-failure',
      'Failed to pull image "docker.io/library/redis:7": failed to do request: Head "https://registry-1.docker.io/v2/library/redis/manifests/7": dial tcp: lookup registry-1.docker.io: Temporary failure in name resolution',
      'Go with cgo resolver',
    ],
    [
      'dns-resolution-failure',
      'Failed to pull image "ghcr.io/acme/app:1": failed to fetch anonymous token: Get "https://ghcr.io/token": dial tcp: lookup ghcr.io on 127.0.0.53:53: no such host',
      'containerd',
    ],
    [
      'disk-pressure',
      'Failed to pull image "acme/big:1": failed to register layer: Error processing tar file(exit status 1): write /usr/lib/libLLVM.so: no space left on device',
      'Docker',
    ],
    [
      'clock-skew',
      'Failed to pull image "ghcr.io/acme/app:1": failed to do request: Head "https://ghcr.io/v2/acme/app/manifests/1": tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2000-01-01T00:03:12Z is before 2026-02-01T00:00:00Z',
      'a machine without a clock battery',
    ],
  ]),
  ...said('config', [
    [
      'config-missing',
      "couldn't find key NEXTAUTH_SECRET in Secret msp/alga-core-sebastian-secrets",
      `${k8s}/blob/master/pkg/kubelet/kubelet_pods.go`,
      'alga-core',
    ],
    ['config-missing', 'secrets "redis-credentials" not found', `${k8s}/issues/47364`, 'redis'],
    [
      'pod-security-violation',
      'container has runAsNonRoot and image has non-numeric user (node), cannot verify user is non-root (pod: "x_msp(1)", container: main)',
      `${k8s}/blob/master/pkg/kubelet/kuberuntime/security_context_others.go`,
    ],
    [
      'volume-subpath-failed',
      'failed to create subPath directory for volumeMount "postgres-data" of container "db"',
      'https://github.com/kubernetes/kubernetes/issues/105431',
      'db',
    ],
  ]),
  ...said('run', [
    [
      'start-command-failed',
      'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "./entrypoint.sh": stat ./entrypoint.sh: no such file or directory: unknown',
      'runc',
      'alga-core',
    ],
    [
      'start-command-failed',
      'OCI runtime create failed: container_linux.go:380: starting container process caused: chdir to cwd ("/app/server") set in config.json failed: permission denied: unknown',
      'runc',
    ],
    [
      'start-command-failed',
      'container_linux.go:247: starting container process caused "exec: \\"sh\\": executable file not found in $PATH"',
      'runc 1.0-rc',
    ],
    [
      'volume-mount-failed',
      'failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: error mounting "/var/lib/kubelet/pods/1/volumes/x" to rootfs at "/etc/app.conf": mount src=/var/lib/kubelet/pods/1/volumes/x, dst=/etc/app.conf, dstFd=/proc/thread-self/fd/8, flags=MS_BIND|MS_REC: not a directory: unknown',
      'runc rootfs_linux.go',
    ],
  ]),
  ...said('mount', [
    [
      'config-missing',
      'MountVolume.SetUp failed for volume "init-scripts" : configmap "temporal-dynamic-config" not found',
      'kubelet',
      'temporal',
    ],
    [
      'config-missing',
      'MountVolume.SetUp failed for volume "tls" : references non-existent secret key: tls.crt',
      'kubelet',
    ],
    [
      'volume-mount-failed',
      'AttachVolume.Attach failed for volume "pvc-8a7f" : rpc error: code = Internal desc = volume pvc-8a7f is not ready for workloads',
      'Longhorn CSI driver',
    ],
    [
      'volume-mount-failed',
      'Multi-Attach error for volume "pvc-1" Volume is already used by pod(s) db-0',
      'attach-detach controller',
    ],
    [
      'volume-mount-failed',
      'MountVolume.SetUp failed for volume "data" : mkdir /var/mnt/alga-data: read-only file system',
      'kubelet on Talos',
    ],
    [
      'volume-mount-failed',
      'Unable to attach or mount volumes: unmounted volumes=[storage], unattached volumes=[], failed to process volumes=[storage]: error processing PVC msp/alga-core-sebastian-storage: PVC is not bound',
      'kubelet 1.28',
      'alga-core',
    ],
  ]),
  ...said('sandbox', [
    [
      'cni-failure',
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "f1f5708a": plugin type="calico" failed (add): netplugin failed with no error message: signal: killed',
      'https://github.com/coredns/coredns/issues/6091',
    ],
    [
      'cni-failure',
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "1341f1c7": plugin type="cilium-cni" failed (add): netplugin failed: "ts=1708028912.027259"',
      'https://github.com/cilium/cilium/issues/30820',
    ],
    [
      'cni-failure',
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to set up sandbox container "a1" network for pod "x": networkPlugin cni failed to set up pod "x_msp" network: no IP addresses available in range set: 10.244.0.1-10.244.0.254',
      'host-local IPAM',
    ],
    [
      'cni-failure',
      'network is not ready: container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:docker: network plugin is not ready: cni config uninitialized',
      'kubelet 1.23',
    ],
  ]),
  ...said('schedule', [
    [
      'insufficient-resources',
      '0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient ephemeral-storage. preemption: not eligible due to preemptionPolicy=Never.',
      'kube-scheduler',
    ],
    [
      'pvc-unbound',
      'PersistentVolumeClaim is not bound: "data-postgresql-postgresql-0" (repeated 3 times)',
      'https://github.com/helm/charts/issues/10427',
      'db',
    ],
    [
      'pvc-unbound',
      "0/1 nodes are available: 1 node(s) didn't find available persistent volumes to bind. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.",
      'kube-scheduler VolumeBinding',
      'redis',
    ],
    [
      'node-not-ready',
      '0/1 nodes are available: 1 node(s) were unschedulable. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.',
      'kube-scheduler NodeUnschedulable',
    ],
  ]),
  ...said('admission', [
    [
      'pod-security-violation',
      'Error creating: pods "gatekeeper-controller-manager-77ccf5456f-" is forbidden: unable to validate against any pod security policy: []',
      'https://github.com/open-policy-agent/gatekeeper/issues/646',
    ],
    [
      'quota-exceeded',
      'Error creating: pods "x" is forbidden: [minimum cpu usage per Container is 100m, but request is 10m, maximum cpu usage per Container is 1, but limit is 4]',
      'limitranger',
    ],
    [
      'quota-exceeded',
      'Error creating: pods "temporal-6d-" is forbidden: exceeded quota: compute-resources, requested: limits.cpu=2,limits.memory=4Gi, used: limits.cpu=7,limits.memory=14Gi, limited: limits.cpu=8,limits.memory=16Gi',
      'resourcequota',
      'temporal',
    ],
  ]),
  ...said('evict', [
    ['disk-pressure', 'The node was low on resource: inodes. ', 'kubelet eviction manager'],
    ['evicted', 'Container worker exceeded its local ephemeral storage limit "1Gi". ', 'kubelet eviction manager'],
  ]),
  ...said('probe', [
    [
      'probe-failing',
      'Liveness probe failed: Get "http://10.244.0.20:8080/health": read tcp 10.244.0.1:42382->10.244.0.20:8080: read: connection reset by peer',
      'kubelet',
    ],
    [
      'probe-failing',
      'Readiness probe failed: dial tcp 10.244.0.9:6432: connect: connection refused',
      'kubelet',
      'pgbouncer',
    ],
    [
      'probe-failing',
      'Readiness probe errored: rpc error: code = DeadlineExceeded desc = failed to exec in container: timeout 1s exceeded: context deadline exceeded',
      'kubelet exec probe',
      'redis',
    ],
  ]),
  ...said('log', [
    [
      'database-auth-failed',
      'pgbadger: FATAL:  role "app_user" is not permitted to log in',
      'PostgreSQL miscinit.c',
      'email-service',
    ],
    [
      'database-auth-failed',
      'PrismaClientInitializationError: Authentication failed against database server at `db`, the provided database credentials for `app_user` are not valid.',
      'Prisma P1000',
      'alga-core',
    ],
    [
      'database-auth-failed',
      'psycopg2.OperationalError: FATAL:  password authentication failed for user "app_user"',
      'psycopg2',
      'email-service',
    ],
    [
      'database-unreachable',
      'Error: Connection terminated due to connection timeout',
      'node-postgres',
      'workflow-worker',
    ],
    [
      'database-unreachable',
      'org.postgresql.util.PSQLException: Connection to db:5432 refused. Check that the hostname and port are correct and that the postmaster is accepting TCP/IP connections.',
      'pgjdbc',
      'email-service',
    ],
    [
      'database-unreachable',
      'error: sorry, too many clients already',
      'https://github.com/kubernetes/website/issues/33006',
      'alga-core',
    ],
    ['database-unreachable', 'dial tcp 10.96.14.3:5432: connect: connection refused', 'Go net', 'temporal'],
    ['database-unreachable', "Error: P1001: Can't reach database server at `db`:`5432`", 'Prisma', 'alga-core'],
    ['database-missing', 'FATAL:  database "hocuspocus" does not exist', 'PostgreSQL postinit.c', 'email-service'],
    ['database-missing', 'ERROR: type "vector" does not exist', 'pgvector', 'alga-core'],
    [
      'database-disk-full',
      'LOG:  could not write temporary statistics file "pg_stat_tmp/db_0.tmp": No space left on device\nPANIC:  could not write to log file 00000001000000000000002A at offset 0: No space left on device',
      'PostgreSQL',
      'db',
    ],
    [
      'database-version-mismatch',
      'FATAL:  database files are incompatible with server\nDETAIL:  The database cluster was initialized with PG_CONTROL_VERSION 1201 (0x000004b1), but the server was compiled with PG_CONTROL_VERSION 1300 (0x00000514).',
      'PostgreSQL xlog.c',
      'db',
    ],
    [
      'database-corrupt',
      'PANIC:  could not open file "pg_wal/000000010000000000000001": No such file or directory',
      'PostgreSQL',
      'db',
    ],
    ['database-corrupt', 'FATAL:  invalid checksum in control file', 'PostgreSQL', 'db'],
    ['database-corrupt', 'FATAL:  bogus data in lock file "postmaster.pid": ""', 'PostgreSQL miscinit.c', 'db'],
    [
      'database-corrupt',
      'WARNING:  page verification failed, calculated checksum 20919 but expected 15254\nERROR:  invalid page in block 4565 of relation base/16427/24450',
      'PostgreSQL bufmgr.c',
      'db',
    ],
    [
      'redis-auth-failed',
      'redis.exceptions.AuthenticationError: invalid username-password pair or user is disabled.',
      'redis-py',
      'email-service',
    ],
    ['redis-auth-failed', 'ReplyError: ERR invalid password', 'Redis 5', 'alga-core'],
    [
      'pgbouncer-auth-failed',
      'LOG C-0x561fc3d0c400: server/app_user_pgbouncer@10.244.0.9:40360 closing because: password authentication failed (age=0s)\nWARNING C-0x561fc3d0c400: server/app_user_pgbouncer@10.244.0.9:40360 pooler error: password authentication failed',
      'https://github.com/CrunchyData/postgres-operator/issues/3525',
      'pgbouncer',
    ],
    [
      'pgbouncer-auth-failed',
      'FATAL:  server login has been failing, try again later (server_login_retry)',
      'PgBouncer 1.12',
      'workflow-worker',
    ],
    [
      'temporal-schema-missing',
      'error reading from schema_version: pq: relation "schema_version" does not exist',
      'temporal-sql-tool',
      'temporal',
    ],
    [
      'temporal-schema-missing',
      '{"level":"fatal","ts":"2026-05-01T11:58:00Z","msg":"unable to start server","error":"sql schema version compatibility check failed: version mismatch for keyspace/database: \\"temporal\\". Expected version: 1.17 cannot be greater than Actual version: 1.14"}',
      'Temporal 1.27',
      'temporal',
    ],
    [
      'service-link-collision',
      'Invalid HTTP port: tcp://172.31.14.133:9000',
      'https://github.com/lmenezes/cerebro/issues/441',
      'temporal-ui',
    ],
    [
      'service-link-collision',
      "RangeError [ERR_SOCKET_BAD_PORT]: options.port should be >= 0 and < 65536. Received type string ('tcp://10.96.3.4:8080').",
      'Node net',
      'workflow-worker',
    ],
    [
      'service-link-collision',
      'java.lang.NumberFormatException: For input string: "tcp://10.96.3.4:8080"',
      'Java',
      'email-service',
    ],
    [
      'service-link-collision',
      "ValueError: invalid literal for int() with base 10: 'tcp://10.43.126.100:80'",
      'Python',
      'email-service',
    ],
    ['out-of-memory', 'java.lang.OutOfMemoryError: Java heap space', 'Java', 'email-service'],
    [
      'out-of-memory',
      'FATAL ERROR: Ineffective mark-compacts near heap limit Allocation failed - JavaScript heap out of memory',
      'V8 heap limits',
      'alga-core',
    ],
    ['permission-denied', "PermissionError: [Errno 13] Permission denied: '/data/files'", 'Python', 'email-service'],
    ['permission-denied', 'mkdir: cannot create directory ‘/data/files’: Permission denied', 'coreutils', 'alga-core'],
    [
      'permission-denied',
      'FATAL:  data directory "/var/lib/postgresql/data/pgdata" has wrong ownership\nHINT:  The server must be started by the user that owns the data directory.',
      'PostgreSQL',
      'db',
    ],
    ['permission-denied', "Can't open the append-only file: Permission denied", 'Redis', 'redis'],
    ['port-conflict', 'OSError: [Errno 98] Address already in use', 'Python', 'email-service'],
    ['port-conflict', 'java.net.BindException: Address already in use (Bind failed)', 'Java', 'email-service'],
    [
      'dns-resolution-failure',
      'java.net.UnknownHostException: pgbouncer: Name or service not known',
      'Java',
      'email-service',
    ],
    [
      'dns-resolution-failure',
      'redis.exceptions.ConnectionError: Error -2 connecting to redis:6379. Name or service not known.',
      'redis-py',
      'email-service',
    ],
    [
      'dns-resolution-failure',
      'could not translate host name "pgbouncer" to address: Temporary failure in name resolution',
      'libpq',
      'temporal-worker',
    ],
    [
      'certificate-expired',
      'javax.net.ssl.SSLHandshakeException: PKIX path validation failed: java.security.cert.CertPathValidatorException: validity check failed: NotAfter: Sat May 30 12:48:38 CEST 2020',
      'Java',
      'email-service',
    ],
    ['start-command-failed', '/bin/sh: 1: npx: not found', 'dash', 'workflow-worker'],
    [
      'crash-loop',
      "thread 'main' panicked at src/main.rs:12:5:\nindex out of bounds: the len is 3 but the index is 5",
      'Rust',
      'temporal-worker',
    ],
    ['crash-loop', 'ReferenceError: tenant is not defined', 'Node', 'workflow-worker'],
  ]),
  ...said('job-log', [
    [
      'migration-failed',
      'knex: migration file "20250101_x.cjs" failed\nknex: migration failed with error: create table "tags" - relation "tags" already exists',
      'knex',
    ],
    [
      'migration-failed',
      'MigrationLocked: Migration table is already locked',
      'https://github.com/TryGhost/Ghost/issues/9404',
    ],
    [
      'bootstrap-existing-data',
      'ERROR: fresh install refused: the database server on db:5432 already holds application data (users: 5). Two ways out: keep the data and run in recover mode; or give it up: wipe the application data, then install fresh.',
      'the bootstrap job of the chart',
    ],
    [
      'database-unreachable',
      'ERROR: Postgres at db:5432 took no connection within 900 s; last answer: connect ECONNREFUSED 10.96.14.3:5432',
      'the bootstrap job of the chart',
    ],
    [
      'bootstrap-job-failed',
      "ERROR: the job's settings are wrong: SEEDS_DIR is not an absolute path",
      'the bootstrap job of the chart',
    ],
  ]),
  ...said('git', [
    [
      'flux-source-unreachable',
      'failed to checkout and determine revision: unable to list remote for \'https://github.com/Nine-Minds/alga-psa\': Get "https://github.com/Nine-Minds/alga-psa/info/refs?service=git-upload-pack": net/http: TLS handshake timeout',
      'go-git',
    ],
    [
      'flux-source-unreachable',
      "failed to checkout and determine revision: unable to clone 'ssh://git@git.example.com/x': dial tcp 10.1.2.3:22: connect: no route to host",
      'go-git',
    ],
    [
      'flux-source-auth',
      "failed to checkout and determine revision: unable to clone 'https://github.com/x/y': authentication required: Invalid username or token. Password authentication is not supported for Git operations.",
      'GitHub 2025',
    ],
    [
      'flux-source-auth',
      'failed to get authentication secret \'flux-system/alga-git\': secrets "alga-git" not found',
      'source-controller',
    ],
    [
      'flux-source-ref-missing',
      "failed to checkout and determine revision: unable to clone 'https://github.com/x/y': couldn't find remote ref \"refs/heads/main\"",
      'go-git',
    ],
    [
      'flux-source-ref-missing',
      'failed to checkout and determine revision: unable to resolve tag revision: reference not found',
      'go-git',
    ],
  ]),
  ...said('kustomization BuildFailed', [
    [
      'flux-build-failed',
      "kustomize build failed: accumulating resources: accumulation err='accumulating resources from './charts': read /tmp/kustomization-123/charts: is a directory': couldn't make loader",
      'kustomize',
    ],
    ['flux-build-failed', 'kustomize build failed: json: unknown field "patchesStrategicMerges"', 'kustomize'],
  ]),
  ...said('kustomization ReconciliationFailed', [
    [
      'flux-apply-rejected',
      'CouchbaseBucket/couchbase/blocker dry-run failed, reason: BadRequest, error: admission webhook "couchbase-operator-couchbase-admission-controller.couchbase.svc" does not support dry run',
      'https://github.com/fluxcd/flux2/issues/4073',
    ],
    [
      'flux-apply-rejected',
      'Account/e-chop-account dry-run failed, reason: UnsupportedMediaType, error: 415: Unsupported Media Type',
      'https://github.com/fluxcd/flux2/issues/1940',
    ],
    [
      'flux-apply-rejected',
      'Secret/smtp/gitlab-registry badrequest, error: data values must be of type string',
      'https://github.com/fluxcd/kustomize-controller/issues/503',
    ],
    [
      'flux-apply-rejected',
      'Certificate/msp/x dry-run failed: Internal error occurred: failed calling webhook "webhook.cert-manager.io": failed to call webhook: Post "https://cert-manager-webhook.cert-manager.svc:443/validate": dial tcp 10.96.1.2:443: connect: connection refused',
      'cert-manager',
    ],
  ]),
  ...said('helm InstallFailed', [
    [
      'helm-render-failed',
      'Helm install failed for release msp/temporal with chart temporal@0.3.0: execution error at (temporal/templates/server.yaml:10:16): server.config.persistence is required',
      'Helm required function',
    ],
    [
      'helm-render-failed',
      'Helm install failed: template: podinfo/templates/ingress.yaml:28:15: executing "podinfo/templates/ingress.yaml" at <.host>: can\'t evaluate field host in type interface {}',
      'https://github.com/fluxcd/helm-controller/issues/282',
    ],
    [
      'helm-render-failed',
      'Helm install failed: YAML parse error on email-service/templates/deployment.yaml: error converting YAML to JSON: yaml: line 31: did not find expected key',
      'Helm',
    ],
    [
      'helm-timeout',
      'Helm install failed for release msp/temporal with chart temporal@0.3.0: failed early: timed out waiting for the condition',
      'Helm 3',
    ],
    [
      'credentials-lost',
      'Helm install failed for release msp/alga-core with chart alga-core@0.1.0: execution error at (alga-core/templates/secrets.yaml:14:4): refusing to make new credentials: the volume claim msp/alga-core-sebastian-postgres-data is there and the Secret msp/db-credentials is not. The data belongs to credentials that are gone.',
      'the chart of this product',
    ],
  ]),
  ...said('helm UpgradeFailed', [
    [
      'flux-apply-rejected',
      'Helm upgrade failed for release msp/alga-core with chart alga-core@0.2.0: cannot patch "alga-core-sebastian-storage" with kind PersistentVolumeClaim: PersistentVolumeClaim "alga-core-sebastian-storage" is invalid: spec: Forbidden: spec is immutable after creation except resources.requests',
      'kube-apiserver',
    ],
    ['helm-operation-in-progress', 'another operation (install/upgrade/rollback) is in progress', 'Helm'],
  ]),
  ...said('chart ChartPullError', [
    [
      'helm-chart-unavailable',
      'chart pull error: failed to download chart for remote reference: failed to fetch https://charts.bitnami.com/bitnami/redis-17.0.0.tgz : 404 Not Found',
      'source-controller',
    ],
    [
      'helm-chart-unavailable',
      'invalid chart reference: stat /tmp/helmchart-1/charts/nothere: no such file or directory',
      'source-controller, chart from Git',
    ],
  ]),
  ...said(`${insecure} get disks --insecure`, [
    [
      'talos-maintenance-unreachable',
      'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 192.0.2.10:50000: connect: connection refused"',
      'talosctl 1.12',
    ],
    [
      'talos-already-configured',
      'rpc error: code = Unavailable desc = connection error: desc = "error reading server preface: remote error: tls: certificate required"',
      'talosctl 1.12',
    ],
  ]),
  ...said(`${insecure} apply-config --insecure --file controlplane.yaml`, [
    [
      'talos-config-invalid',
      "error applying new configuration: rpc error: code = Unknown desc = failed to parse config: decode error: yaml: line 1: did not find expected ',' or ']'",
      'talosctl 1.12',
    ],
    [
      'talos-config-invalid',
      'error applying new configuration: rpc error: code = InvalidArgument desc = configuration validation failed: 1 error occurred:\n\t* v1alpha1.Config: 3 errors occurred:\n\t* cluster instructions are required',
      'talosctl 1.12',
    ],
  ]),
  ...said(`${secure} health`, [
    [
      'talos-etcd-unhealthy',
      'error checking cluster: waiting for etcd to be healthy: OutOfSync: etcd member is a learner',
      'Talos checks',
    ],
  ]),
  ...said(`${secure} logs etcd`, [
    [
      'talos-etcd-unhealthy',
      '{"level":"fatal","msg":"failed to find database snapshot file (snap: snapshot file doesn\'t exist)"}',
      'https://github.com/etcd-io/etcd/issues/11949',
    ],
    [
      'talos-etcd-unhealthy',
      '{"level":"panic","msg":"failed to open WAL","error":"wal: file not found"}',
      'https://github.com/etcd-io/etcd/issues/19601',
    ],
  ]),
  ...said(`${secure} version`, [
    [
      'clock-skew',
      'error getting version: rpc error: code = Unavailable desc = connection error: desc = "transport: authentication handshake failed: tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-11-21T03:28:08Z is before 2026-11-21T05:27:08Z"',
      'talosctl 1.12',
    ],
    [
      'talos-api-unreachable',
      'error reading from server: read tcp 127.0.0.1:50904->127.0.5.1:50000: read: connection reset by peer',
      'talosctl 1.12',
    ],
  ]),
  ...said('node', [
    [
      'node-not-ready',
      '[container runtime status check may not have completed yet, PLEG is not healthy: pleg has yet to be successful]',
      'https://github.com/kubernetes/kubernetes/issues/61117',
    ],
  ]),
  ...said('claim', [
    [
      'storage-provisioner-failed',
      "failed to provision volume with StorageClass \"local-path\": failed to create volume pvc-1: failed to create volume pvc-1: helper-pod-create-pvc-1 failed: mkdir: can't create directory '': No such file or directory",
      'https://github.com/rancher/local-path-provisioner/issues/359',
    ],
    ['pvc-unbound', 'storageclass.storage.k8s.io "standard" not found', 'pv_controller.go'],
  ]),
  ...said('api', [
    [
      'kubernetes-unreachable',
      'Get "https://192.0.2.10:6443/api/v1/pods": net/http: TLS handshake timeout',
      'client-go',
    ],
    [
      'kubernetes-unreachable',
      'request to https://192.0.2.10:6443/api/v1/pods failed, reason: connect EHOSTUNREACH 192.0.2.10:6443',
      'node-fetch',
    ],
  ]),
];
