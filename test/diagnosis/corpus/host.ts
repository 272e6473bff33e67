import { type Case, said } from './case.ts';

const secure = 'talos talosctl --talosconfig talosconfig -n 192.0.2.10';
const insecure = 'talos talosctl -n 192.0.2.10';
const dns = 'lookup factory.talos.dev on 192.168.64.1:53: connection refused';

/** What the machine, Talos and the platform under the workloads said. */
export const host: readonly Case[] = [
  ...said(`${insecure} get disks --insecure`, [
    [
      'talos-maintenance-unreachable',
      'Timed out waiting for Talos maintenance API on 192.0.2.10',
      'appliance contract, real signals',
    ],
    [
      'talos-maintenance-unreachable',
      'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 192.0.2.10:50000: connect: no route to host"',
      'grpc-go dialer',
    ],
    [
      'talos-maintenance-unreachable',
      'error getting resources: rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 192.0.2.10:50000: i/o timeout"',
      'grpc-go dialer',
    ],
    [
      'talos-already-configured',
      'rpc error: code = Unavailable desc = connection error: desc = "error reading server preface: remote error: tls: certificate required"',
      'Talos apid, Go tls alert 116',
    ],
    [
      'talos-already-configured',
      'rpc error: code = Unavailable desc = connection error: desc = "transport: authentication handshake failed: remote error: tls: bad certificate"',
      'Talos apid, Go tls alert 42',
    ],
    ['talos-already-configured', 'the node is not in maintenance mode', 'appliance contract, installer facts'],
  ]),
  ...said(`${insecure} apply-config --insecure --file controlplane.yaml`, [
    [
      'talos-config-invalid',
      'error applying new configuration: rpc error: code = Unknown desc = failed to parse config: unknown keys found during decoding:\ncluster:\n    apiServer:\n        admissionControl:\n            - name: PodSecurity',
      'https://github.com/siderolabs/talos/issues/6342',
    ],
    [
      'talos-config-invalid',
      'decode error: yaml: line 7: found character that cannot start any token',
      'https://github.com/siderolabs/talos/issues/12577',
    ],
    [
      'talos-config-invalid',
      'error applying new configuration: rpc error: code = InvalidArgument desc = configuration validation failed: 1 error occurred:\n\t* an address or interface is required for the network config',
      'Talos ApplyConfiguration',
    ],
    [
      'talos-disk-not-found',
      'error applying new configuration: rpc error: code = InvalidArgument desc = configuration validation failed: 1 error occurred:\n\t* specified install disk does not exist: "/dev/sda"',
      'Talos config/types/v1alpha1 validation',
    ],
    [
      'talos-disk-not-found',
      'error applying new configuration: rpc error: code = Unknown desc = failed to open blockdevice: open /dev/nvme0n1: no such file or directory',
      'Talos installer',
    ],
    [
      'talos-disk-not-found',
      'install failed: no disk found matching provided parameters',
      'Talos installer, disk selector',
    ],
  ]),
  ...said(`${secure} bootstrap`, [
    [
      'talos-tls-mismatch',
      'error executing bootstrap: rpc error: code = Unavailable desc = connection error: desc = "transport: authentication handshake failed: tls: failed to verify certificate: x509: certificate signed by unknown authority (possibly because of \\"x509: Ed25519 verification failure\\" while trying to verify candidate authority certificate \\"talos\\")"',
      'https://github.com/siderolabs/talos/issues/8442',
    ],
    [
      'talos-tls-mismatch',
      'rpc error: code = Unavailable desc = connection error: desc = "error reading server preface: remote error: tls: unknown certificate authority"',
      'Go tls alert 48',
    ],
    [
      'talos-api-unreachable',
      'error getting version: rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 192.0.2.10:50000: connect: connection refused"',
      'https://github.com/siderolabs/talos/issues/11987',
    ],
    ['talos-api-unreachable', 'rpc error: code = DeadlineExceeded desc = context deadline exceeded', 'gRPC'],
    [
      'talos-api-unreachable',
      'rpc error: code = Unavailable desc = error reading from server: EOF',
      'grpc-go, node rebooting',
    ],
    ['key-material-missing', 'failed to determine endpoints', 'https://github.com/siderolabs/talos/issues/11987'],
    [
      'key-material-missing',
      'failed to resolve configuration context: talos config file is empty',
      'https://github.com/siderolabs/talos/issues/2956',
    ],
    [
      'key-material-missing',
      'error constructing client: failed to open config file "/home/op/.alga-psa-appliance/site/talosconfig": open /home/op/.alga-psa-appliance/site/talosconfig: no such file or directory',
      'talosctl client config',
    ],
  ]),
  ...said(`${secure} version`, [
    [
      'talos-tls-mismatch',
      'error getting version: rpc error: code = Unavailable desc = connection error: desc = "transport: authentication handshake failed: tls: failed to verify certificate: x509: certificate is valid for 10.0.0.2, 127.0.0.1, not 192.0.2.10"',
      'Go crypto/x509',
    ],
    [
      'clock-skew',
      'error getting version: rpc error: code = Unavailable desc = connection error: desc = "transport: authentication handshake failed: tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-05-01T12:00:00Z is before 2026-05-01T13:02:11Z"',
      'Go crypto/x509',
    ],
    [
      'certificate-expired',
      'error getting version: rpc error: code = Unavailable desc = connection error: desc = "error reading server preface: remote error: tls: expired certificate"',
      'Go tls alert 45',
    ],
  ]),
  ...said(`${secure} health`, [
    [
      'talos-etcd-unhealthy',
      '◳ waiting for etcd to be healthy: expected a response with 0 node(s), got 1\ncontext deadline exceeded',
      'https://github.com/onedr0p/cluster-template/issues/1500',
    ],
    [
      'talos-etcd-unhealthy',
      'waiting for etcd to be healthy: service "etcd" not in expected state "Running": current state [Preparing] Running pre state',
      'https://github.com/siderolabs/talos/pull/1699',
    ],
    [
      'talos-etcd-unhealthy',
      'waiting for etcd to be healthy: 1 error occurred:\n\t* 192.0.2.10: service is not healthy: etcd',
      'Talos pkg/cluster/check/service.go',
    ],
  ]),
  ...said(`${secure} logs etcd`, [
    [
      'talos-etcd-unhealthy',
      '{"level":"panic","msg":"failed to recover WAL","error":"walpb: crc mismatch"}',
      'etcd server',
    ],
  ]),
  ...said(`${secure} upgrade --image factory.talos.dev/metal-installer/3765:v1.12.0`, [
    [
      'dns-resolution-failure',
      `error validating installer image "factory.talos.dev/metal-installer/3765:v1.12.0": failed to pull image: failed to resolve reference: failed to do request: Head "https://factory.talos.dev/v2/metal-installer/3765/manifests/v1.12.0": dial tcp: ${dns}`,
      'appliance contract, real signals',
    ],
    [
      'image-tag-missing',
      'error validating installer image "factory.talos.dev/metal-installer/3765:v9.9.9": failed to pull image "factory.talos.dev/metal-installer/3765:v9.9.9": failed to resolve reference "factory.talos.dev/metal-installer/3765:v9.9.9": factory.talos.dev/metal-installer/3765:v9.9.9: not found',
      'Talos installer with containerd',
    ],
  ]),
  ...said('node', [
    [
      'cni-failure',
      'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized',
      'kubelet runtime state',
    ],
    [
      'node-not-ready',
      'PLEG is not healthy: pleg was last seen active 3m12.4s ago; threshold is 3m0s',
      'kubelet pleg/generic.go',
    ],
    ['node-not-ready', 'Kubelet stopped posting node status.', 'node lifecycle controller'],
    ['node-not-ready', 'container runtime is down', 'kubelet runtime state'],
  ]),
  ...said('node-event', [
    [
      'disk-pressure',
      'Failed to garbage collect required amount of images. Attempted to free 12042731520 bytes, but only found 0 bytes eligible to free.',
      'kubelet images/image_gc_manager.go',
    ],
    ['disk-pressure', 'Attempting to reclaim ephemeral-storage', 'kubelet eviction manager'],
  ]),
  ...said('claim', [
    [
      'storage-provisioner-failed',
      'failed to provision volume with StorageClass "local-path": failed to create volume pvc-b3ce46c6-8b3a-4d89-ae3b-39ef6f904d9e: create process timeout after 120 seconds',
      'https://github.com/rancher/local-path-provisioner/issues/192',
    ],
    [
      'storage-provisioner-failed',
      'failed to provision volume with StorageClass "local-path": claim.Spec.Selector is not supported',
      'https://github.com/rancher/local-path-provisioner provisioner.go',
    ],
    [
      'storage-provisioner-failed',
      'failed to provision volume with StorageClass "local-path": configuration error, no node was specified',
      'https://github.com/rancher/local-path-provisioner/issues/136',
    ],
    ['pvc-unbound', 'storageclass.storage.k8s.io "local-path" not found', 'pv_controller.go'],
    ['pvc-unbound', 'no persistent volumes available for this claim and no storage class is set', 'pv_controller.go'],
    ['pvc-unbound', 'Bound claim has lost its PersistentVolume. Data on the volume is lost!', 'pv_controller.go'],
  ]),
  ...said('api', [
    ['kubernetes-unreachable', 'connect ECONNREFUSED 192.0.2.10:6443', 'Node net through undici'],
    ['kubernetes-unreachable', 'list pods: no answer within 10000 ms', 'collector of this product'],
    [
      'kubernetes-unreachable',
      'The connection to the server 192.0.2.10:6443 was refused - did you specify the right host or port?',
      'kubectl',
    ],
    [
      'clock-skew',
      'Unable to connect to the server: tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-05-01T12:00:00Z is before 2026-05-01T12:39:56Z',
      'https://github.com/kubernetes-sigs/kind/issues/2166',
    ],
    [
      'certificate-expired',
      'Unable to connect to the server: x509: certificate has expired or is not yet valid: current time 2023-10-27T10:18:22+02:00 is after 2023-10-26T08:02:06Z',
      'https://github.com/kubernetes/website/issues/43713',
    ],
  ]),
];
