import { type Case, said } from './case.ts';

const k8s = 'https://github.com/kubernetes/kubernetes';

/** What the kubelet, the scheduler and the API server said of pods before their programs ran. */
export const pods: readonly Case[] = [
  ...said('config', [
    [
      'volume-subpath-failed',
      'failed to create subPath directory for volumeMount "db-data" of container "postgres"',
      'appliance contract, real signals',
      'db',
    ],
    [
      'volume-subpath-failed',
      'failed to prepare subPath for volumeMount "flannel-net-conf" of container "kube-flannel"',
      `${k8s}/issues/61178`,
    ],
    [
      'volume-subpath-failed',
      "failed to prepare subPath for volumeMount 'ce-api-tempappsettings' of container '-ce-api-temp': error mounting /var/lib/kubelet/pods/fe596f4a/volumes/kubernetes.io~configmap/ce-api-tempappsettings",
      'https://github.com/Azure/aks-engine/issues/3066',
    ],
    ['config-missing', 'secret "db-credentials" not found', `${k8s}/blob/master/pkg/kubelet/kubelet_pods.go`],
    [
      'config-missing',
      "couldn't find key DB_PASSWORD_HOCUSPOCUS in Secret msp/db-credentials",
      `${k8s}/blob/master/pkg/kubelet/kubelet_pods.go`,
    ],
    [
      'config-missing',
      'configmap "appliance-values-email-service" not found',
      `${k8s}/blob/master/pkg/kubelet/kubelet_pods.go`,
    ],
    [
      'pod-security-violation',
      'container has runAsNonRoot and image will run as root (pod: "email-service-7d9c5b8f6d-q4z8w_msp(4c0a)", container: email-service)',
      `${k8s}/blob/master/pkg/kubelet/kuberuntime/security_context_others.go`,
    ],
  ]),
  ...said('create', [
    [
      'volume-subpath-failed',
      'failed to generate container "d2" spec: failed to generate spec: failed to mkdir "/var/lib/k0s/kubelet/pods/1/volume-subpaths/config/app/0": mkdir /var/lib/k0s/kubelet/pods/1/volume-subpaths/config/app/0: file exists',
      'https://github.com/k0sproject/k0s/issues/5931',
    ],
    [
      'volume-mount-failed',
      'failed to generate container "a1" spec: failed to generate spec: path "/sys/fs/bpf" is mounted on "/sys/fs/bpf" but it is not a shared mount',
      'https://github.com/containerd/containerd pkg/cri/server',
    ],
    [
      'start-command-failed',
      'failed to generate container "0b1c" spec: failed to generate spec: no command specified',
      'https://github.com/containerd/containerd pkg/cri/server/container_create.go',
    ],
    [
      'disk-pressure',
      'failed to create containerd container: failed to prepare extraction snapshot: mkdir /var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/new-1: no space left on device',
      'containerd overlayfs snapshotter',
    ],
  ]),
  ...said('run', [
    [
      'start-command-failed',
      'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/entrypoint.sh": permission denied: unknown',
      'https://github.com/aminvakil/docker-ocserv/issues/52',
    ],
    [
      'start-command-failed',
      'failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: "bash": executable file not found in $PATH: unknown',
      'https://github.com/opencontainers/runc/issues/4713',
    ],
    [
      'start-command-failed',
      'OCI runtime create failed: container_linux.go:348: starting container process caused "exec: \\"/registry\\": executable file not found in $PATH": unknown',
      'https://github.com/moby/moby/issues/37713',
    ],
    [
      'start-command-failed',
      'container create failed: executable file `autosetup` not found in $PATH: No such file or directory',
      'https://github.com/containers/crun src/libcrun/container.c',
    ],
    [
      'image-architecture-mismatch',
      'failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec /usr/local/bin/docker-entrypoint.sh: exec format error: unknown',
      'runc, Linux ENOEXEC',
    ],
    [
      'out-of-memory',
      'failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: container init was OOM-killed (memory limit too low?): unknown',
      'https://github.com/opencontainers/runc libcontainer/process_linux.go',
    ],
  ]),
  ...said('mount', [
    [
      'config-missing',
      'MountVolume.SetUp failed for volume "certs" : secret "coturn" not found',
      'https://github.com/jaconi-io/helm-charts/issues/50',
    ],
    [
      'config-missing',
      'MountVolume.SetUp failed for volume "secrets" : secret "abc-netbox-superuser" not found',
      'https://github.com/netbox-community/netbox-chart/issues/256',
    ],
    [
      'config-missing',
      'MountVolume.SetUp failed for volume "kubernetes.io/secret/28542bc9-gerrit-admin-ssh-key" (spec.Name: "gerrit-admin-ssh-key") pod "28542bc9-a5df" (UID: "28542bc9-a5df") with: secrets "gerrit-admin-ssh" not found',
      'https://github.com/fabric8io/fabric8/issues/6530',
    ],
    [
      'config-missing',
      'MountVolume.SetUp failed for volume "config" : references non-existent config key: pgbouncer.ini',
      `${k8s}/blob/master/pkg/volume/configmap/configmap.go`,
      'pgbouncer',
    ],
    [
      'volume-mount-failed',
      'MountVolume.SetUp failed for volume "data" : hostPath type check failed: /var/mnt/alga-data is not a directory',
      `${k8s}/blob/master/pkg/volume/hostpath/host_path.go`,
    ],
    [
      'volume-mount-failed',
      'Unable to attach or mount volumes: unmounted volumes=[db-data], unattached volumes=[db-data kube-api-access-x7k2p]: timed out waiting for the condition',
      `${k8s}/blob/master/pkg/kubelet/volumemanager/volume_manager.go`,
      'db',
    ],
    [
      'volume-mount-failed',
      'MountVolume.MountDevice failed for volume "pvc-9f3c" : mount failed: exit status 32\nMounting command: mount\nOutput: mount: wrong fs type, bad option, bad superblock on /dev/sdb',
      'k8s.io/mount-utils mount_linux.go',
    ],
    [
      'volume-mount-failed',
      'MountVolume.NewMounter initialization failed for volume "pvc-1" : path "/var/mnt/alga-data/local-path-provisioner/pvc-1" does not exist',
      `${k8s}/blob/master/pkg/volume/local/local.go`,
      'db',
    ],
  ]),
  ...said('sandbox', [
    [
      'cni-failure',
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "6091888ef60975ac": plugin type="loopback" failed (add): failed to find plugin "loopback" in path [/opt/cni/bin]',
      'public kubeadm notes, containerd',
    ],
    [
      'cni-failure',
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "": plugin type="flannel" failed (add): open /run/flannel/subnet.env: no such file or directory',
      'https://github.com/k3d-io/k3d/issues/1258',
    ],
    [
      'cni-failure',
      'Failed to create pod sandbox: rpc error: code = Unknown desc = [failed to set up sandbox container "3fe33199939736653d0eb5ff" network for pod "kafka-0": networkPlugin cni failed to set up pod "kafka-0_default" network: netplugin failed with no error message, failed to clean up sandbox container "3fe33199939736653d0eb5ff" network for pod "kafka-0": networkPlugin cni failed to teardown pod "kafka-0_default" network: netplugin failed with no error message]',
      `${k8s}/issues/92903`,
    ],
    [
      'cni-failure',
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "cb8a846be7902a75": plugin type="calico" failed (add): connection is unauthorized: Unauthorized',
      'https://github.com/kubernetes-sigs/nfs-subdir-external-provisioner/issues/257',
    ],
    [
      'cni-failure',
      'plugin type="aws-cni" name="aws-cni" failed (add): add cmd: failed to assign an IP address to container',
      'amazon-vpc-cni, public write-up',
    ],
    [
      'cni-failure',
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "11ce5f00d56f": plugin type="multus-shim" name="multus-cni-network" failed (add): CmdAdd (shim): CNI request failed with status 400',
      'https://github.com/k8snetworkplumbingwg/multus-cni/issues/1072',
    ],
    [
      'image-architecture-mismatch',
      'Failed create pod sandbox: rpc error: code = Unknown desc = failed to get sandbox image "k8s.gcr.io/pause:3.1": failed to pull image "k8s.gcr.io/pause:3.1": failed to pull and unpack image "k8s.gcr.io/pause:3.1": failed to unpack image on snapshotter overlayfs: no match for platform in manifest sha256:f78411e1: not found',
      'https://github.com/k3s-io/k3s/issues/176',
    ],
    [
      'dns-resolution-failure',
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to get sandbox image "registry.k8s.io/pause:3.10": failed to pull image "registry.k8s.io/pause:3.10": failed to do request: Head "https://registry.k8s.io/v2/pause/manifests/3.10": dial tcp: lookup registry.k8s.io on 10.0.0.1:53: no such host',
      'containerd CRI sandbox_run.go',
    ],
    [
      'disk-pressure',
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to create containerd task: failed to create shim task: mkdir /run/containerd/io.containerd.runtime.v2.task/k8s.io/1: no space left on device: unknown',
      'containerd runtime v2',
    ],
  ]),
  ...said('schedule', [
    [
      'insufficient-resources',
      '0/1 nodes are available: 1 Insufficient memory. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.',
      `${k8s}/blob/master/pkg/scheduler/framework/plugins/noderesources/fit.go`,
    ],
    [
      'insufficient-resources',
      'No nodes are available that match all of the following predicates:: Insufficient cpu (9), Insufficient memory (15), MatchNodeSelector (18).',
      'https://github.com/argoproj/argo-workflows/issues/190',
    ],
    [
      'insufficient-resources',
      '0/1 nodes are available: 1 Too many pods. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.',
      `${k8s}/blob/master/pkg/scheduler/framework/plugins/noderesources/fit.go`,
    ],
    [
      'port-conflict',
      "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.",
      'https://github.com/netdata/helmchart/issues/362',
      'alga-core',
    ],
    [
      'port-conflict',
      "0/2 nodes are available: 2 node(s) didn't have free ports for the requested pod ports.",
      'https://github.com/datawire/edge-stack/issues/2',
    ],
    [
      'pvc-unbound',
      '0/3 nodes are available: 3 pod has unbound immediate PersistentVolumeClaims.',
      'https://github.com/arianitu/postgres-statefulset/issues/9',
      'redis',
    ],
    [
      'pvc-unbound',
      '0/1 nodes are available: persistentvolumeclaim "alga-core-sebastian-storage" not found. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.',
      `${k8s}/blob/master/pkg/scheduler/framework/plugins/volumebinding/volume_binding.go`,
      'alga-core',
    ],
    [
      'disk-pressure',
      '0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/disk-pressure: }. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.',
      `${k8s}/blob/master/pkg/scheduler/framework/plugins/tainttoleration/taint_toleration.go`,
    ],
    [
      'node-not-ready',
      '0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.',
      `${k8s}/blob/master/pkg/scheduler/framework/plugins/tainttoleration/taint_toleration.go`,
    ],
    [
      'volume-mount-failed',
      '0/1 nodes are available: 1 node(s) had volume node affinity conflict. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.',
      `${k8s}/blob/master/pkg/scheduler/framework/plugins/volumebinding/volume_binding.go`,
      'db',
    ],
  ]),
  ...said('admission', [
    [
      'pod-security-violation',
      'Error creating: pods "nodejs-app-8665bd77fb-2dd4n" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "runtime" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities',
      'https://github.com/redhat-developer/odo/issues/6847',
    ],
    [
      'pod-security-violation',
      'Error creating: pods "alga-core-sebastian-7d9c5b8f6d-" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostNetwork=true), hostPort (container "alga-core" uses hostPort 3000)',
      'https://github.com/kubernetes/kubernetes staging/src/k8s.io/pod-security-admission',
      'alga-core',
    ],
    [
      'pod-security-violation',
      'Error creating: pods "nats-streaming-576964bb64-" is forbidden: unable to validate against any pod security policy: [spec.containers[0].hostPort: Invalid value: 4222: Host port 4222 is not allowed to be used. Allowed ports: []]',
      'https://github.com/fission/fission/issues/1139',
    ],
    [
      'quota-exceeded',
      'create Pod fpl-es-master-0 in StatefulSet fpl-es-master failed error: pods "fpl-es-master-0" is forbidden: failed quota: fpl-quota: must specify requests.cpu,requests.memory',
      'https://github.com/hmcts/cnp-flux-config/pull/13765',
    ],
    [
      'quota-exceeded',
      'Error creating: pods "nginx-3137573019-" is forbidden: Failed quota: compute-resources: must specify limits.cpu,limits.memory,requests.cpu,requests.memory',
      'https://github.com/kubernetes/website/pull/641',
    ],
    [
      'quota-exceeded',
      'Error creating: pods "app-41" is forbidden: exceeded quota: object-counts, requested: pods=1, used: pods=20, limited: pods=20',
      'https://github.com/openshift/origin/issues/8748',
    ],
    [
      'quota-exceeded',
      'Error creating: pods "temporal-x" is forbidden: maximum memory usage per Container is 1Gi, but limit is 2Gi',
      `${k8s}/blob/master/plugin/pkg/admission/limitranger/admission.go`,
    ],
  ]),
  ...said('evict', [
    [
      'disk-pressure',
      'The node was low on resource: ephemeral-storage. Container calico-node was using 92Ki, which exceeds its request of 0. ',
      `${k8s}/issues/91600`,
    ],
    [
      'disk-pressure',
      'The node was low on resource: ephemeral-storage. Threshold quantity: 15763389861, available: 12139364Ki. ',
      'https://github.com/akash-network/support/issues/138',
    ],
    [
      'disk-pressure',
      'Pod The node had condition: [DiskPressure]. ',
      'https://github.com/operate-first/apps/issues/1352',
    ],
    [
      'evicted',
      'The node was low on resource: memory. Threshold quantity: 100Mi, available: 51200Ki. Container app was using 900Mi, request is 0, has larger consumption of memory. ',
      `${k8s}/blob/master/pkg/kubelet/eviction/helpers.go`,
    ],
    [
      'evicted',
      'Pod ephemeral local storage usage exceeds the total limit of containers 1Gi. ',
      `${k8s}/blob/master/pkg/kubelet/eviction/eviction_manager.go`,
    ],
    [
      'evicted',
      'Usage of EmptyDir volume "cache" exceeds the limit "512Mi". ',
      `${k8s}/blob/master/pkg/kubelet/eviction/eviction_manager.go`,
    ],
  ]),
  ...said('probe', [
    ['probe-failing', 'Readiness probe failed: HTTP probe failed with statuscode: 503', `${k8s}/issues/93994`],
    [
      'probe-failing',
      'Readiness probe failed: Get "http://10.0.171.162:8080/readyz": dial tcp 10.0.171.162:8080: connect: connection refused',
      'https://github.com/mittwald/kubernetes-secret-generator/issues/65',
    ],
    [
      'probe-failing',
      'Startup probe failed: Get "http://10.244.0.31:3000/api/health": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
      `${k8s}/blob/master/pkg/probe/http/http.go`,
      'alga-core',
    ],
  ]),
];
