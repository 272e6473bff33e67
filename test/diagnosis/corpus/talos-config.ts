import { type Case, said } from './case.ts';

/** Talos, of a machine configuration, an install disk or an installer image that it does not take. */
export const talosConfig: readonly Case[] = [
  ...said(
    'talos talosctl --talosconfig talosconfig -n 192.0.2.10 upgrade --image factory.talos.dev/metal-installer/3765:v1.12.0',
    [
      [
        'dns-resolution-failure',
        'installer: the image factory’s name cannot be looked up (upgrade)',
        'error validating installer image "factory.talos.dev/metal-installer/3765:v1.12.0": failed to pull image: failed to resolve reference: failed to do request: Head "https://factory.talos.dev/v2/metal-installer/3765/manifests/v1.12.0": dial tcp: lookup factory.talos.dev on 192.168.64.1:53: connection refused',
        'appliance contract, real signals',
      ],
      [
        'image-tag-missing',
        'installer: the image is not found (upgrade)',
        'error validating installer image "factory.talos.dev/metal-installer/3765:v9.9.9": failed to pull image "factory.talos.dev/metal-installer/3765:v9.9.9": failed to resolve reference "factory.talos.dev/metal-installer/3765:v9.9.9": factory.talos.dev/metal-installer/3765:v9.9.9: not found',
        'Talos installer with containerd',
      ],
    ],
  ),
  ...said('talos talosctl -n 192.0.2.10 apply-config --insecure --file controlplane.yaml', [
    [
      'talos-config-invalid',
      'config: a character that no YAML token can begin with (file)',
      'decode error: yaml: line 7: found character that cannot start any token',
      'https://github.com/siderolabs/talos/issues/12577',
    ],
    [
      'talos-config-invalid',
      'config: the network has neither address nor interface',
      'error applying new configuration: rpc error: code = InvalidArgument desc = configuration validation failed: 1 error occurred:\n\t* an address or interface is required for the network config',
      'Talos ApplyConfiguration',
    ],
    [
      'talos-config-invalid',
      'config: the cluster’s instructions are missing',
      'error applying new configuration: rpc error: code = InvalidArgument desc = configuration validation failed: 1 error occurred:\n\t* v1alpha1.Config: 3 errors occurred:\n\t* cluster instructions are required',
      'talosctl 1.12',
    ],
    [
      'talos-config-invalid',
      'config: no YAML, a bracket is missing',
      "error applying new configuration: rpc error: code = Unknown desc = failed to parse config: decode error: yaml: line 1: did not find expected ',' or ']'",
      'talosctl 1.12',
    ],
    [
      'talos-config-invalid',
      'config: unknown keys',
      'error applying new configuration: rpc error: code = Unknown desc = failed to parse config: unknown keys found during decoding:\ncluster:\n    apiServer:\n        admissionControl:\n            - name: PodSecurity',
      'https://github.com/siderolabs/talos/issues/6342',
    ],
    [
      'talos-disk-not-found',
      'config: install disk /dev/sda does not exist',
      'error applying new configuration: rpc error: code = InvalidArgument desc = configuration validation failed: 1 error occurred:\n\t* specified install disk does not exist: "/dev/sda"',
      'Talos config/types/v1alpha1 validation',
    ],
    [
      'talos-disk-not-found',
      'installer: /dev/nvme0n1 cannot be opened',
      'error applying new configuration: rpc error: code = Unknown desc = failed to open blockdevice: open /dev/nvme0n1: no such file or directory',
      'Talos installer',
    ],
    [
      'talos-disk-not-found',
      'installer: no disk matches the parameters',
      'install failed: no disk found matching provided parameters',
      'Talos installer, disk selector',
    ],
  ]),
  ...said('talos talosctl apply-config --insecure', [
    [
      'talos-config-invalid',
      'config: a character that no YAML token can begin with',
      'decode error: yaml: line 7: found character that cannot start any token',
      'https://github.com/siderolabs/talos/issues/12577',
    ],
    [
      'talos-config-invalid',
      'config: a document has no kind',
      'error applying new configuration: 1 error occurred:\n        * 192.168.1.98: rpc error: code = InvalidArgument desc = failed to parse config: missing kind',
      'https://github.com/siderolabs/talos/issues/6522',
    ],
    [
      'talos-config-invalid',
      'config: neither an install disk nor a selector (talm)',
      'error applying new configuration: rpc error: code = InvalidArgument desc = configuration validation failed: 1 error occurred:\n        * either install disk or diskSelector should be defined',
      'https://github.com/cozystack/talm/issues/34',
    ],
    [
      'talos-disk-not-found',
      'config: the install disk’s name is empty',
      'error applying new configuration: rpc error: code = InvalidArgument desc = configuration validation failed: 1 error occurred:\n        * specified install disk does not exist: ""',
      'https://github.com/siderolabs/talos/issues/9647',
    ],
    [
      'talos-disk-not-found',
      'config: no disk matches the expression',
      'error applying new configuration: rpc error: code = InvalidArgument desc = runtime configuration validation failed: 1 error occurred:\n        * no disks matched the expression: disk.size <= 1000000000000u && disk.transport != "" && !disk.readonly && !disk.cdrom',
      'https://github.com/siderolabs/talos/issues/10315',
    ],
    [
      'talos-disk-not-found',
      'config: no matching disks',
      'rpc error: code = Unknown desc = runtime configuration validation failed: 1 error occurred:\n\t* no matching disks were found',
      'Talos runtime disk selector',
    ],
  ]),
  ...said('talos talosctl apply-config --insecure --nodes 192.0.2.10 --file controlplane.yaml', [
    [
      'image-tag-missing',
      'installer: the image is not found (applying)',
      'error applying new configuration: rpc error: code = InvalidArgument desc = error validating installer image: failed to pull image "factory.talos.dev/metal-installer/3765:v1.12.99": factory.talos.dev/metal-installer/3765:v1.12.99: not found',
      'Talos install',
    ],
    [
      'talos-config-invalid',
      'config: an address with 300 in it',
      'error applying new configuration: rpc error: code = InvalidArgument desc = configuration validation failed: 1 error occurred:\n\t* [networking.os.device.CIDR] "eth0": invalid CIDR address: 192.168.1.300/24',
      'Talos v1alpha1_validation.go',
    ],
    [
      'talos-config-invalid',
      'config: neither an install disk nor a selector',
      'error applying new configuration: rpc error: code = InvalidArgument desc = configuration validation failed: 1 error occurred:\n\t* install disk or diskSelector should be defined',
      'Talos v1alpha1_validation.go',
    ],
    [
      'talos-config-invalid',
      'config: no YAML, a mapping is not allowed here',
      'failed to parse config: yaml: line 12: mapping values are not allowed in this context',
      'Talos configloader',
    ],
    [
      'talos-disk-not-found',
      'config: install disk /dev/nvme0n1 does not exist',
      'error applying new configuration: rpc error: code = InvalidArgument desc = configuration validation failed: 1 error occurred:\n\t* specified install disk does not exist: "/dev/nvme0n1"',
      'Talos v1alpha1_validation.go',
    ],
  ]),
  ...said('talos talosctl apply-config --mode=no-reboot', [
    [
      'talos-config-invalid',
      'config: the change needs a reboot',
      'error applying new configuration: rpc error: code = InvalidArgument desc = apply configuration without a reboot is not possible: this change requires a reboot',
      'a script that patches Talos machines',
    ],
  ]),
  ...said('talos talosctl dmesg', [
    [
      'dns-resolution-failure',
      'installer: the name server times out (dmesg)',
      'user: warning: [2026-05-01T11:58:00Z]: [talos] task install (1/1): failed: failed to pull installer image "factory.talos.dev/metal-installer/3765:v1.12.0": failed to resolve reference: failed to do request: Head "https://factory.talos.dev/v2/metal-installer/3765/manifests/v1.12.0": dial tcp: lookup factory.talos.dev on 1.1.1.1:53: read udp 192.0.2.10:41234->1.1.1.1:53: i/o timeout',
      'Talos sequencer',
    ],
  ]),
];
