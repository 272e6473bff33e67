import { type Case, said } from './case.ts';

/** talosctl and the Talos API: keys, certificates, clocks, connections, maintenance mode. */
export const talosApi: readonly Case[] = [
  ...said('talos talosctl --talosconfig talosconfig -n 192.0.2.10 bootstrap', [
    [
      'key-material-missing',
      'talosctl: the talosconfig does not exist',
      'error constructing client: failed to open config file "/home/op/.alga-psa-appliance/site/talosconfig": open /home/op/.alga-psa-appliance/site/talosconfig: no such file or directory',
      'talosctl client config',
    ],
    [
      'key-material-missing',
      'talosctl: no endpoints',
      'failed to determine endpoints',
      'https://github.com/siderolabs/talos/issues/11987',
    ],
    [
      'key-material-missing',
      'talosctl: the talosconfig is empty (bootstrap)',
      'failed to resolve configuration context: talos config file is empty',
      'https://github.com/siderolabs/talos/issues/2956',
    ],
    [
      'talos-api-unreachable',
      'Talos API: connection refused',
      'error getting version: rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 192.0.2.10:50000: connect: connection refused"',
      'https://github.com/siderolabs/talos/issues/11987',
    ],
    [
      'talos-api-unreachable',
      'Talos API: deadline exceeded',
      'rpc error: code = DeadlineExceeded desc = context deadline exceeded',
      'gRPC',
    ],
    [
      'talos-api-unreachable',
      'Talos API: the node hangs up while it reboots',
      'rpc error: code = Unavailable desc = error reading from server: EOF',
      'grpc-go, node rebooting',
    ],
    [
      'talos-tls-mismatch',
      'Talos API: unknown authority, an Ed25519 verification failure',
      'error executing bootstrap: rpc error: code = Unavailable desc = connection error: desc = "transport: authentication handshake failed: tls: failed to verify certificate: x509: certificate signed by unknown authority (possibly because of \\"x509: Ed25519 verification failure\\" while trying to verify candidate authority certificate \\"talos\\")"',
      'https://github.com/siderolabs/talos/issues/8442',
    ],
    [
      'talos-tls-mismatch',
      'Talos API: the node does not know the client’s authority',
      'rpc error: code = Unavailable desc = connection error: desc = "error reading server preface: remote error: tls: unknown certificate authority"',
      'Go tls alert 48',
    ],
  ]),
  ...said('talos talosctl --talosconfig talosconfig -n 192.0.2.10 version', [
    [
      'certificate-expired',
      'Talos API: the client’s certificate has expired (version)',
      'error getting version: rpc error: code = Unavailable desc = connection error: desc = "error reading server preface: remote error: tls: expired certificate"',
      'Go tls alert 45',
    ],
    [
      'clock-skew',
      'Talos API: the certificate begins in an hour (Go)',
      'error getting version: rpc error: code = Unavailable desc = connection error: desc = "transport: authentication handshake failed: tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-05-01T12:00:00Z is before 2026-05-01T13:02:11Z"',
      'Go crypto/x509',
    ],
    [
      'clock-skew',
      'Talos API: the certificate begins in two hours (talosctl 1.12)',
      'error getting version: rpc error: code = Unavailable desc = connection error: desc = "transport: authentication handshake failed: tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-11-21T03:28:08Z is before 2026-11-21T05:27:08Z"',
      'talosctl 1.12',
    ],
    [
      'talos-api-unreachable',
      'Talos API: connection reset',
      'error reading from server: read tcp 127.0.0.1:50904->127.0.5.1:50000: read: connection reset by peer',
      'talosctl 1.12',
    ],
    [
      'talos-tls-mismatch',
      'Talos API: the certificate is for 10.0.0.2',
      'error getting version: rpc error: code = Unavailable desc = connection error: desc = "transport: authentication handshake failed: tls: failed to verify certificate: x509: certificate is valid for 10.0.0.2, 127.0.0.1, not 192.0.2.10"',
      'Go crypto/x509',
    ],
  ]),
  ...said('talos talosctl -n 192.0.2.10 bootstrap', [
    [
      'talos-tls-mismatch',
      'Talos API: the keys are of another cluster, bad certificate',
      'error executing bootstrap: rpc error: code = Unavailable desc = connection error: desc = "error reading server preface: remote error: tls: bad certificate"',
      'talosctl with the keys of another cluster',
    ],
  ]),
  ...said('talos talosctl -n 192.0.2.10 get disks --insecure', [
    [
      'talos-already-configured',
      'maintenance: the node asks for a certificate (list of disks)',
      'rpc error: code = Unavailable desc = connection error: desc = "error reading server preface: remote error: tls: certificate required"',
      'Talos apid, Go tls alert 116',
    ],
    [
      'talos-already-configured',
      'maintenance: the node asks for a certificate (talosctl 1.12)',
      'rpc error: code = Unavailable desc = connection error: desc = "error reading server preface: remote error: tls: certificate required"',
      'talosctl 1.12',
    ],
    [
      'talos-already-configured',
      'maintenance: the node refuses the certificate (list of disks)',
      'rpc error: code = Unavailable desc = connection error: desc = "transport: authentication handshake failed: remote error: tls: bad certificate"',
      'Talos apid, Go tls alert 42',
    ],
    [
      'talos-already-configured',
      'maintenance: the node is not in maintenance mode',
      'the node is not in maintenance mode',
      'appliance contract, installer facts',
    ],
    [
      'talos-maintenance-unreachable',
      'maintenance: no answer in time',
      'Timed out waiting for Talos maintenance API on 192.0.2.10',
      'appliance contract, real signals',
    ],
    [
      'talos-maintenance-unreachable',
      'maintenance: i/o timeout',
      'error getting resources: rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 192.0.2.10:50000: i/o timeout"',
      'grpc-go dialer',
    ],
    [
      'talos-maintenance-unreachable',
      'maintenance: connection refused',
      'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 192.0.2.10:50000: connect: connection refused"',
      'talosctl 1.12',
    ],
    [
      'talos-maintenance-unreachable',
      'maintenance: the host is down',
      'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 192.0.2.10:50000: connect: host is down"',
      'talosctl',
    ],
    [
      'talos-maintenance-unreachable',
      'maintenance: no route to the host (list of disks)',
      'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 192.0.2.10:50000: connect: no route to host"',
      'grpc-go dialer',
    ],
  ]),
  ...said('talos talosctl apply-config --insecure', [
    [
      'talos-already-configured',
      'maintenance: the node asks for a certificate (applying)',
      'error applying new configuration: rpc error: code = Unavailable desc = connection error: desc = "error reading server preface: remote error: tls: certificate required"',
      'notes of an installation of Talos',
    ],
  ]),
  ...said('talos talosctl apply-config --insecure --nodes 192.0.2.10 --file controlplane.yaml', [
    [
      'key-material-missing',
      'talosctl: the talosconfig is empty (applying)',
      'failed to resolve configuration context: talos config file is empty',
      'github.com/siderolabs/talos/issues/2956',
    ],
    [
      'talos-already-configured',
      'maintenance: the handshake fails, the node asks for a certificate',
      'error applying new configuration: rpc error: code = Unavailable desc = connection error: desc = "transport: authentication handshake failed: remote error: tls: certificate required"',
      'Talos apid',
    ],
    [
      'talos-maintenance-unreachable',
      'maintenance: no route to the host (applying)',
      'error applying new configuration: rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 192.0.2.10:50000: connect: no route to host"',
      'github.com/siderolabs/talos/issues/10880',
    ],
    [
      'talos-maintenance-unreachable',
      'maintenance: the node hangs up in its answer',
      'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: reading server HTTP response: unexpected EOF"',
      'github.com/siderolabs/talos/issues/12684',
    ],
  ]),
  ...said('talos talosctl bootstrap', [
    [
      'clock-skew',
      'Talos: the time is not in sync yet',
      'error executing bootstrap: 1 error occurred:\n        * 192.0.2.10: rpc error: code = FailedPrecondition desc = time is not in sync yet',
      'https://github.com/siderolabs/talos/issues/6493',
    ],
    [
      'clock-skew',
      'Talos API: the certificate begins in 47 minutes (dmesg)',
      'error getting dmesg: rpc error: code = Unavailable desc = connection error: desc = "transport: authentication handshake failed: x509: certificate has expired or is not yet valid: current time 2022-10-28T23:27:48+02:00 is before 2022-10-28T22:14:20Z"',
      'https://github.com/siderolabs/talos/issues/6462',
    ],
    [
      'key-material-missing',
      'talosctl: no endpoints, while the client is made',
      'error constructing client: failed to determine endpoints',
      'github.com/siderolabs/talos/issues/2910',
    ],
    [
      'talos-tls-mismatch',
      'Talos API: unknown authority (terraform)',
      'error executing bootstrap: rpc error: code = Unavailable desc = connection error: desc = "transport: authentication handshake failed: tls: failed to verify certificate: x509: certificate signed by unknown authority"',
      'https://github.com/siderolabs/terraform-provider-talos/issues/213',
    ],
    [
      'talos-tls-mismatch',
      'Talos API: unknown authority',
      'error executing bootstrap: rpc error: code = Unavailable desc = connection error: desc = "transport: authentication handshake failed: tls: failed to verify certificate: x509: certificate signed by unknown authority"',
      'github.com/siderolabs/talos/issues/9241',
    ],
  ]),
  ...said('talos talosctl version', [
    [
      'certificate-expired',
      'Talos API: the client’s certificate has expired',
      'rpc error: code = Unavailable desc = connection error: desc = "error reading server preface: remote error: tls: expired certificate"',
      'Go tls alert 45',
    ],
    [
      'clock-skew',
      'Talos API: the operator’s clock says 2020',
      'rpc error: code = Unavailable desc = connection error: desc = "transport: authentication handshake failed: tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2020-01-01T00:00:11Z is before 2026-04-30T10:00:00Z"',
      'Go crypto/x509',
    ],
    [
      'talos-api-unreachable',
      'Talos API: i/o timeout',
      'rpc error: code = Unavailable desc = last connection error: connection error: desc = "transport: Error while dialing: dial tcp 192.0.2.10:50000: i/o timeout"',
      'grpc-go',
    ],
    [
      'talos-tls-mismatch',
      'Talos API: the certificate is for 10.5.0.2',
      'error getting version: rpc error: code = Unavailable desc = connection error: desc = "transport: authentication handshake failed: tls: failed to verify certificate: x509: certificate is valid for 10.5.0.2, 127.0.0.1, not 192.0.2.10"',
      'Go crypto/x509',
    ],
    [
      'talos-tls-mismatch',
      'Talos API: not authorized',
      'rpc error: code = PermissionDenied desc = not authorized',
      'Talos role authorizer',
    ],
  ]),
];
