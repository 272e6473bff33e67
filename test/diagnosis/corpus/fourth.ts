import { type Case, said } from './case.ts';

const containerd = 'https://github.com/containerd/containerd/issues';
const crio = 'https://github.com/cri-o/cri-o/issues';
const talos = 'https://github.com/siderolabs/talos/issues';
const kubernetes = 'https://github.com/kubernetes/kubernetes/issues';
const flux = 'https://github.com/fluxcd';
const pgbouncer = 'https://github.com/pgbouncer/pgbouncer/issues';

/** A fourth collection, from threads in which people showed what they saw; measured before a rule was touched for it. */
export const fourth: readonly Case[] = [
  ...said('pull', [
    [
      'image-tag-missing',
      'Failed to pull image "quay.io/ukhomeofficedigital/s3registry:v2.0.0-bob": image pull failed for quay.io/ukhomeofficedigital/s3registry:v2.0.0-bob, this may be because there are no credentials on this request.  details: (Tag v2.0.0-bob not found in repository quay.io/ukhomeofficedigital/s3registry)',
      'https://github.com/UKHomeOffice/kb8or/issues/68',
    ],
    [
      'image-pull-interrupted',
      'Failed to pull image "docker.io/library/golang:1.9": rpc error: code = Unknown desc = failed to pull image "docker.io/library/golang:1.9": httpReaderSeeker: failed open: failed to do request: Get https://winlayers.cdn.mscr.io/layers/x: read tcp 192.168.1.112:49380->204.79.197.219:443: read: connection reset by peer',
      'https://github.com/kubernetes-sigs/cri-tools/issues/421',
    ],
    [
      'image-registry-unreachable',
      'Failed to pull image "nginx:latest": rpc error: code = Unknown desc = pinging docker registry returned: Get http://registry-1.docker.io/v2/: dial tcp 34.199.40.84:80: i/o timeout',
      `${crio}/2723`,
    ],
    [
      'image-registry-unreachable',
      'Failed to pull image "repo.example.br/x:1": rpc error: code = Unknown desc = pinging container registry repo.example.br: Get "https://repo.example.br/v2/": Internal Server Error',
      'https://github.com/kubernetes-sigs/cri-tools/issues/1608',
    ],
    [
      'image-tag-missing',
      'Failed to pull image "kind-registry:5000/test-operator/catalog:v4.10s": initializing source docker://kind-registry:5000/test-operator/catalog:v4.10s: reading manifest v4.10s in kind-registry:5000/test-operator/catalog: manifest unknown: manifest unknown',
      'https://github.com/redhat-openshift-ecosystem/community-operators-prod/issues/1089',
    ],
    [
      'image-tag-missing',
      'Failed to pull image "e2eteam/dnsutils": rpc error: code = Unknown desc = Error reading manifest latest in docker.io/e2eteam/dnsutils: manifest unknown: manifest unknown',
      'https://github.com/openshift/origin/issues/25763',
    ],
    [
      'image-registry-unreachable',
      'Failed to pull image "alpine:3.12": Error initializing source docker://alpine:3.12: error pinging docker registry registry-1.docker.io: Get "https://registry-1.docker.io/v2/": x509: certificate is valid for *.apps.openshift.example.com, not registry-1.docker.io',
      'https://github.com/openshift/origin/issues/25763',
    ],
    [
      'dns-resolution-failure',
      'Failed to pull image "k8s.gcr.io/kube-apiserver:v1.18.2": rpc error: code = Unknown desc = error pinging docker registry k8s.gcr.io: Get "https://k8s.gcr.io/v2/": dial tcp: lookup k8s.gcr.io: device or resource busy',
      `${crio}/3612`,
    ],
    [
      'image-pull-unauthorized',
      'Failed to pull image "quay.io/open-cluster-management/multiclusterhub-operator-index:1.0.0": rpc error: code = Unknown desc = Error reading manifest 1.0.0 in quay.io/open-cluster-management/multiclusterhub-operator-index: unauthorized: access to the requested resource is not authorized',
      'https://github.com/stolostron/deploy/issues/6',
    ],
    [
      'image-pull-interrupted',
      'Failed to pull image "a/b:1": rpc error: code = NotFound desc = failed to pull and unpack image "a/b:1": failed to extract layer sha256:7da916cc: failed to get reader from content store: blob sha256:9e2fb2be expected at /var/lib/containerd/io.containerd.content.v1.content/blobs/sha256/9e2fb2be: blob not found: not found',
      `${containerd}/12302`,
    ],
    [
      'image-pull-interrupted',
      'Failed to pull image "a/b:1": failed to extract layer sha256:11: failed to get reader from content store: content digest sha256:22: not found',
      'https://github.com/confidential-containers/cloud-api-adaptor/issues/2254',
    ],
    [
      'image-pull-unauthorized',
      'Failed to pull image "docker.pkg.github.com/stgarf/podinfo/podinfo:3.1.5": rpc error: code = Unknown desc = failed to resolve image "docker.pkg.github.com/stgarf/podinfo/podinfo:3.1.5": no available registry endpoint: unexpected status code https://docker.pkg.github.com/v2/stgarf/podinfo/podinfo/manifests/3.1.5: 401 Unauthorized',
      `${containerd}/3291`,
    ],
    [
      'image-pull-unauthorized',
      'Failed to pull image "ghcr.io/esnet/gdg:0.3.1": failed to authorize: failed to fetch oauth token: unexpected status: 403 Forbidden',
      'https://github.com/esnet/gdg/issues/122',
    ],
    [
      'image-pull-unauthorized',
      'Failed to pull image "ghcr.io/dexidp/dex:v2.30.2": Error response from daemon: Head "https://ghcr.io/v2/dexidp/dex/manifests/v2.30.2": denied: denied',
      'https://github.com/dexidp/dex/issues/2672',
    ],
    [
      'image-pull-unauthorized',
      'Failed to pull image "ghcr.io/kedacore/http-add-on-operator:sha-8c5a4c8": Error response from daemon: pull access denied for ghcr.io/kedacore/http-add-on-operator, repository does not exist or may require \'docker login\': denied: permission_denied: read_package',
      'https://github.com/kedacore/http-add-on/issues/48',
    ],
    [
      'image-pull-unauthorized',
      'Failed to pull image "ghcr.io/dnscontrol/dnscontrol:4.37.0": Error response from daemon: error from registry: unauthorized\nunauthorized',
      'https://github.com/DNSControl/dnscontrol/issues/4233',
    ],
    [
      'image-pull-interrupted',
      'Failed to pull image "registry.local/csg/idrac_to_kafka:1": rpc error: code = Canceled desc = failed to pull and unpack image "registry.local/csg/idrac_to_kafka:1": context canceled',
      `${kubernetes}/131521`,
    ],
  ]),
  ...said('sandbox', [
    [
      'cni-failure',
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to create pod network sandbox k8s_nginx_default_hdish_1(4338cd10): error adding pod default_nginx to CNI network "k8s-pod-network": pods "nginx" not found',
      `${containerd}/7689`,
    ],
    [
      'cni-failure',
      'Failed create pod sandbox: rpc error: code = Unknown desc = failed to set up sandbox container "071f181e" network for pod "nvidia-device-plugin-daemonset-mjwnq": NetworkPlugin cni failed to set up pod "nvidia-device-plugin-daemonset-mjwnq_kube-system" network: Get https://[10.192.0.1]:443/api/v1/namespaces/kube-system: dial tcp 10.192.0.1:443: i/o timeout',
      'https://github.com/microsoft/pai/issues/4572',
    ],
    [
      'cni-failure',
      'Failed create pod sandbox: rpc error: code = Unknown desc = [failed to set up sandbox container "90e47564" network for pod "echo-55c967bd48-qsd7h": NetworkPlugin cni failed to set up pod "echo-55c967bd48-qsd7h_default" network: failed to find plugin "cilium-cni" in path [/home/kubernetes/bin]]',
      'https://github.com/cilium/cilium/issues/11497',
    ],
    [
      'cni-failure',
      'Failed to create pod sandbox: rpc error: code = 2 desc = failed to get network status for sandbox "fb58bf5a": Unexpected command output Device "eth0" does not exist.\n with error: exit status 1',
      'https://github.com/containerd/cri/issues/699',
    ],
  ]),
  ...said('node', [
    [
      'cni-failure',
      'Container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:docker: network plugin is not ready: cni config uninitialized',
      'https://github.com/NVIDIA/k8s-device-plugin/issues/26',
    ],
  ]),
  ...said('mount', [
    [
      'config-missing',
      'MountVolume.SetUp failed for volume "app-config" : configmap "alga-core-config" not found',
      'kubelet pkg/volume/configmap',
    ],
    [
      'volume-mount-failed',
      'MountVolume.SetUp failed for volume "kube-dns-token-5nbrm" : couldn\'t propagate object cache: timed out waiting for the condition',
      'https://github.com/canonical/microk8s/issues/729',
    ],
    [
      'volume-mount-failed',
      'Unable to mount volumes for pod "www-get_k8s-io-canary(8e9b74b2)": timeout expired waiting for volumes to attach/mount for pod "k8s-io-144976022-w7yhw"/"k8s-io-canary". list of unattached/unmounted volumes=[www-get]',
      `${kubernetes}/31305`,
    ],
    [
      'volume-mount-failed',
      'MountVolume.SetUp failed for volume "pvc-1" : rpc error: code = DeadlineExceeded desc = context deadline exceeded',
      'https://github.com/Seagate/seagate-exos-x-csi/issues/107',
    ],
  ]),
  ...said('claim', []),
  ...said('schedule', [
    [
      'insufficient-resources',
      '0/11 nodes are available: 10 Insufficient memory, 4 Insufficient cpu. preemption: 0/11 nodes are available: 11 No preemption victims found for incoming pod..',
      `${kubernetes}/123301`,
    ],
    [
      'insufficient-resources',
      'No nodes are available that match all of the following predicates:: Insufficient cpu (18), Insufficient memory (18), MatchNodeSelector (18).',
      'https://github.com/argoproj/argo-workflows/issues/190',
    ],
  ]),
  ...said('admission', [
    [
      'pod-security-violation',
      'Error creating: pods "integrator-gateway-6557b767b4-kjf8d" is forbidden: violates PodSecurity "baseline:latest": non-default capabilities (container "x" must not include "SYS_PTRACE" in securityContext.capabilities.add), seccompProfile (container "x" must not set securityContext.seccompProfile.type to "Unconfined")',
      'https://github.com/CrowdStrike/falcon-helm/issues/281',
    ],
    [
      'pod-security-violation',
      '(combined from similar events): Error creating: pods "tekton-triggers-controller-7887549bc5-htzd7" is forbidden: violates PodSecurity "restricted:latest": unrestricted capabilities (container "c" must set securityContext.capabilities.drop=["ALL"])',
      'https://github.com/tektoncd/triggers/pull/1477',
    ],
    [
      'pod-security-violation',
      'Error creating: pods "kube-proxy-" is forbidden: no providers available to validate pod request',
      'https://github.com/kubernetes/minikube/issues/7314',
    ],
    [
      'pod-security-violation',
      'Error creating: pods "productpage-v1-f8c8fb8-vp2w7" is forbidden: SecurityContext.RunAsUser is forbidden',
      'https://github.com/istio/istio/issues/7650',
    ],
    [
      'quota-exceeded',
      'create Pod fpl-case-service-pr-3308-es-master-0 in StatefulSet fpl-case-service-pr-3308-es-master failed error: pods "fpl-case-service-pr-3308-es-master-0" is forbidden: failed quota: fpl-quota: must specify requests.cpu,requests.memory',
      'https://github.com/hmcts/cnp-flux-config/pull/13765',
    ],
  ]),
  ...said('evict', [
    [
      'disk-pressure',
      'The node was low on resource: ephemeral-storage. Threshold quantity: 2146223340, available: 1883424Ki. Container helmer was using 10304Ki, request is 10Mi, has larger consumption of ephemeral-storage. ',
      'https://github.com/cloud-ark/kubeplus/issues/1382',
    ],
    [
      'disk-pressure',
      'The node was low on resource: ephemeral-storage. Container calico-node was using 92Ki, which exceeds its request of 0.',
      `${kubernetes}/91600`,
    ],
  ]),
  ...said('log', [
    [
      'permission-denied',
      "1:M 19 Oct 2019 16:53:20.295 # Can't open the append-only file: Permission denied",
      'https://github.com/bitnami/bitnami-docker-redis/issues/152',
      'redis',
    ],
    [
      'permission-denied',
      "1:M 19 Jul 2023 10:15:35.690 # Can't open or create append-only dir appendonlydir: Permission denied",
      'https://github.com/bitnami/charts/issues/14327',
      'redis',
    ],
    [
      'permission-denied',
      "1:M 05 Sep 2020 21:43:13.492 # Can't open the append-only file: Read-only file system",
      'https://github.com/oncokb/oncokb/issues/2216',
      'redis',
    ],
    [
      'redis-auth-failed',
      "ReplyError: WRONGPASS invalid username-password pair or user is disabled.\n    at parseError (/app/node_modules/redis-parser/lib/parser.js:179:12)\n  command: { name: 'auth', args: [ 'redacted' ] }",
      'https://github.com/docmost/docmost/issues/365',
      'workflow-worker',
    ],
    [
      'redis-auth-failed',
      'Error: Ready check failed: NOAUTH Authentication required.',
      'https://github.com/OptimalBits/bull/issues/1238',
      'email-service',
    ],
    ['pgbouncer-auth-failed', 'ERROR:  server login failed: wrong password type', `${pgbouncer}/508`, 'email-service'],
    [
      'pgbouncer-auth-failed',
      '2022-11-07 08:10:32.927 GMT [82819] ERROR S-0x556bc0f298f0: bd/pgb_auth@172.24.252.33:5432 cannot do SCRAM authentication: password is SCRAM secret but client authentication did not provide SCRAM keys',
      `${pgbouncer}/774`,
      'pgbouncer',
    ],
    [
      'pgbouncer-auth-failed',
      'FATAL:  server login has been failing, cached error: password authentication failed for user "osq_user" (server_login_retry)',
      'https://github.com/awslabs/pgbouncer-fast-switchover/issues/109',
      'workflow-worker',
    ],
    [
      'migration-failed',
      'Error: The migration directory is corrupt, the following files are missing: 20240427161436_stream_ssl.js\n    at validateMigrationList (/app/node_modules/knex/lib/migrations/migrate/Migrator.js:566:11)',
      'https://github.com/openappsec/open-appsec-npm/issues/42',
      'alga-core',
    ],
    [
      'migration-failed',
      'Failure during a migration command: Connector error. (error: Error querying the database: db error: ERROR: relation "Reservation_movementId" already exists)',
      'https://github.com/prisma/prisma/issues/2062',
      'alga-core',
    ],
    [
      'temporal-schema-missing',
      'Service fails: pq: relation "schema_version" does not exist',
      'https://github.com/temporalio/temporal/issues/1088',
      'temporal',
    ],
    [
      'temporal-schema-missing',
      '2023-11-01T15:48:58.564Z        ERROR   Unable to update SQL schema.    {"error": "error listing schema dir:open schema/postgresql/v96/temporal/versioned: no such file or directory", "logging-call-at": "handler.go:78"}',
      'https://github.com/temporalio/helm-charts/issues/438',
      'temporal',
    ],
    [
      'database-unreachable',
      '{"level":"error","msg":"sql handle: unable to refresh database connection pool","error":"dial tcp 10.0.0.3:5432: connect: connection refused"}',
      'https://github.com/temporalio/docker-builds/issues/258',
      'temporal',
    ],
    [
      'permission-denied',
      'initdb: could not access directory "/home/postgres/pgdata/pgroot/data": Permission denied',
      'https://github.com/zalando/postgres-operator/issues/676',
      'db',
    ],
    [
      'permission-denied',
      "chown: changing ownership of '/var/lib/postgresql/data': Operation not permitted",
      'https://github.com/docker-library/postgres/issues/361',
      'db',
    ],
    [
      'permission-denied',
      '{"level":"info","ts":1657805159.1589735,"logger":"initdb","msg":"initdb: error: could not create directory \\"/var/lib/postgresql/data/pgdata\\": Permission denied\\n","pipe":"stderr"}',
      'https://github.com/EnterpriseDB/docs/issues/2933',
      'db',
    ],
    [
      'database-corrupt',
      'pg_ctl: directory "/var/lib/postgresql/15/main" is not a database cluster directory',
      'https://github.com/Overv/openstreetmap-tile-server/issues/413',
      'db',
    ],
    [
      'database-corrupt',
      'postgresql 15:10:08.01 INFO  ==> ** Starting PostgreSQL **\nLOG:  invalid primary checkpoint record\nPANIC:  could not locate a valid checkpoint record',
      'https://github.com/bitnami/bitnami-docker-postgresql/issues/315',
      'db',
    ],
    [
      'database-unreachable',
      'Caused by: com.zaxxer.hikari.pool.HikariPool$PoolInitializationException: Failed to initialize pool: Connection to kestra-postgresql:5432 refused. Check that the hostname and port are correct and that the postmaster is accepting TCP/IP connections.',
      'https://github.com/kestra-io/helm-charts/issues/8',
      'workflow-worker',
    ],
    [
      'dns-resolution-failure',
      'Caused by: java.net.UnknownHostException: postgres\n\tat java.base/sun.nio.ch.NioSocketImpl.connect(NioSocketImpl.java:572) ~[na:na]\n\tat org.postgresql.core.PGStream.createSocket(PGStream.java:243)',
      'https://github.com/eclipse-syson/syson/issues/691',
      'workflow-worker',
    ],
    [
      'database-unreachable',
      'psycopg2.OperationalError: connection to server at "db" (10.96.0.7), port 5432 failed: Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?',
      'https://github.com/worldveil/dejavu/issues/306',
      'email-service',
    ],
    [
      'database-auth-failed',
      '(psycopg.OperationalError) connection failed: fe_sendauth: no password supplied\n(Background on this error at: https://sqlalche.me/e/20/e3q8)',
      'https://github.com/Skyvern-AI/skyvern/issues/4136',
      'email-service',
    ],
    [
      'service-link-collision',
      'invalid CANTINARR_PORT: strconv.Atoi: parsing "tcp://10.43.161.118:8585": invalid syntax',
      'https://github.com/windoze95/cantinarr/pull/249',
      'temporal-ui',
    ],
    [
      'service-link-collision',
      'listen tcp: address tcp://10.152.183.152:44317: too many colons in address',
      'https://github.com/abartrim/sobs/pull/435',
      'temporal-ui',
    ],
    [
      'service-link-collision',
      "invalid digit found in string while parsing value 'tcp://10.101.108.109:9120' provided by KOMODO_PORT",
      'https://github.com/moghtech/komodo/issues/717',
      'email-service',
    ],
    [
      'service-link-collision',
      "panic: value of field 'Port' is not valid: tcp://10.55.255.83:3000 (Must match regex: '^:?([0-9]{1,5})$')",
      'https://github.com/semaphoreui/semaphore/issues/1501',
      'temporal-ui',
    ],
    [
      'service-link-collision',
      '[FATAL] invalid overriding value \'tcp://10.96.3.4:9000\' from API_PORT: strconv.ParseInt: parsing "tcp://10.96.3.4:9000": invalid syntax',
      'https://github.com/gotenberg/gotenberg/issues/1200',
      'email-service',
    ],
    [
      'port-conflict',
      'nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address in use)',
      'https://github.com/rancher/rke2/issues/10640',
      'alga-core',
    ],
    [
      'port-conflict',
      'F0210 01:36:39.123645       5 main.go:59] Port 80 is already in use. Please check the flag --http-port',
      'https://github.com/kubernetes/ingress-nginx/issues/2062',
      'alga-core',
    ],
    [
      'out-of-memory',
      '<--- JS stacktrace --->\n\nFATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n----- Native stack trace -----\n\n 1: 0xb8d11b node::OOMErrorHandler(char const*, v8::OOMDetails const&) [node]',
      'https://github.com/website-local/mdn-local/issues/1144',
      'alga-core',
    ],
    [
      'out-of-memory',
      'FATAL ERROR: CALL_AND_RETRY_LAST Allocation failed - JavaScript heap out of memory\n 1: node::Abort() [node]\n 2: 0x11e7fec [node]',
      'https://github.com/blockcollider/bcnode/issues/239',
      'workflow-worker',
    ],
  ]),
  ...said('git', [
    [
      'flux-source-ref-missing',
      'failed to checkout and determine revision: unable to resolve tag revision: unsupported object type',
      `${flux}/source-controller/issues/1066`,
    ],
    [
      'flux-source-unreachable',
      "failed to checkout and determine revision: unable to clone 'https://github.com/example/repo': entry not found",
      `${flux}/flux2/issues/4564`,
    ],
    ['flux-source-ref-missing', 'failed to clone repository: object not found', `${flux}/flux2/issues/1463`],
  ]),
  ...said('kustomization ReconciliationFailed', [
    [
      'flux-apply-rejected',
      'ConfigMap/monitoring/grafana-dashboard-bucket_replicate dry-run failed, reason: Invalid, error: ConfigMap "grafana-dashboard-bucket_replicate" is invalid: metadata.name: Invalid value: "grafana-dashboard-bucket_replicate": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters',
      `${flux}/kustomize-controller/issues/491`,
    ],
    [
      'flux-apply-rejected',
      'ConfigMap/kube-system/flux-test1 dry-run failed, error: no matches for kind "ConfigMap" in version "v1"',
      `${flux}/kustomize-controller/issues/674`,
    ],
    [
      'flux-apply-rejected',
      'Alert/flux-system/system-deployments dry-run failed, error: failed to prune fields: failed add back owned items: failed to convert pruned object at version notification.toolkit.fluxcd.io/v1beta2: conversion for notification.toolkit.fluxcd.io/v1beta2, Kind=Alert failed: Post "https://webhook/convert": EOF',
      `${flux}/kustomize-controller/issues/843`,
    ],
  ]),
  ...said('kustomization BuildFailed', [
    ['flux-build-failed', 'apply failed: error: no objects passed to apply', `${flux}/source-controller/issues/350`],
    [
      'flux-build-failed',
      'kustomization path not found: stat /tmp/system-flux132511846/cluster/base: no such file or directory',
      `${flux}/source-controller/issues/350`,
    ],
  ]),
  ...said('helm UpgradeFailed', [
    [
      'flux-apply-rejected',
      'Helm upgrade failed for release msp/temporal with chart temporal@0.1.0: conflict occurred while applying object kube-system/traefik apps/v1, Kind=Deployment: Apply failed with 1 conflict: conflict with "kubectl" with subresource "scale" using apps/v1: .spec.replicas',
      'https://github.com/k3s-io/helm-controller/issues/343',
    ],
  ]),
  ...said('chart ChartPullFailed', [
    [
      'helm-chart-unavailable',
      'chart pull error: failed to get chart version for remote reference: no chart name found',
      `${flux}/helm-controller/issues/429`,
    ],
    [
      'helm-chart-unavailable',
      'chart pull error: chart "node-problem-detector" matching 2.2.3 not found in deliveryhero index. (try \'helm repo update\'): no chart version found for node-problem-detector-2.2.3',
      'https://github.com/deliveryhero/helm-charts/issues/355',
    ],
    [
      'helm-chart-unavailable',
      'failed to fetch https://raw.githubusercontent.com/kubernetes-csi/csi-driver-smb/master/charts/latest/csi-driver-smb-v1.9.0.tgz : 404 Not Found',
      'https://github.com/kubernetes-csi/csi-driver-smb/issues/517',
    ],
  ]),
  ...said('talos talosctl apply-config --insecure', [
    [
      'talos-config-invalid',
      'decode error: yaml: line 7: found character that cannot start any token',
      `${talos}/12577`,
    ],
    [
      'talos-config-invalid',
      'error applying new configuration: 1 error occurred:\n        * 192.168.1.98: rpc error: code = InvalidArgument desc = failed to parse config: missing kind',
      `${talos}/6522`,
    ],
    [
      'talos-config-invalid',
      'error applying new configuration: rpc error: code = InvalidArgument desc = configuration validation failed: 1 error occurred:\n        * either install disk or diskSelector should be defined',
      'https://github.com/cozystack/talm/issues/34',
    ],
    [
      'talos-disk-not-found',
      'error applying new configuration: rpc error: code = InvalidArgument desc = configuration validation failed: 1 error occurred:\n        * specified install disk does not exist: ""',
      `${talos}/9647`,
    ],
    [
      'talos-disk-not-found',
      'error applying new configuration: rpc error: code = InvalidArgument desc = runtime configuration validation failed: 1 error occurred:\n        * no disks matched the expression: disk.size <= 1000000000000u && disk.transport != "" && !disk.readonly && !disk.cdrom',
      `${talos}/10315`,
    ],
  ]),
  ...said('talos talosctl health', [
    [
      'talos-etcd-unhealthy',
      'waiting for etcd to be healthy: 1 error occurred:\n    * 10.5.0.2: service "etcd" not in expected state "Running": current state [Preparing] Running pre state',
      `${talos}/12214`,
    ],
    [
      'talos-etcd-unhealthy',
      'service[etcd](Failed): Failed to run pre stage: failed to build initial etcd cluster: failed to build cluster arguments: 2 error(s) occurred:\n timeout\n error getting etcd member list: context canceled',
      `${talos}/11625`,
    ],
  ]),
  ...said('talos talosctl bootstrap', [
    [
      'clock-skew',
      'error executing bootstrap: 1 error occurred:\n        * 192.0.2.10: rpc error: code = FailedPrecondition desc = time is not in sync yet',
      `${talos}/6493`,
    ],
    [
      'talos-tls-mismatch',
      'error executing bootstrap: rpc error: code = Unavailable desc = connection error: desc = "transport: authentication handshake failed: tls: failed to verify certificate: x509: certificate signed by unknown authority"',
      'https://github.com/siderolabs/terraform-provider-talos/issues/213',
    ],
    [
      'clock-skew',
      'error getting dmesg: rpc error: code = Unavailable desc = connection error: desc = "transport: authentication handshake failed: x509: certificate has expired or is not yet valid: current time 2022-10-28T23:27:48+02:00 is before 2022-10-28T22:14:20Z"',
      `${talos}/6462`,
    ],
  ]),
  ...said('api', [
    [
      'clock-skew',
      'Unable to connect to the server: x509: certificate has expired or is not yet valid: current time 2021-04-01T14:43:32+02:00 is before 2021-04-01T15:31:09Z',
      'https://github.com/rancher/k3os/issues/260',
    ],
  ]),
];
