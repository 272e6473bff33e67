import { type Case, said } from './case.ts';

/** etcd, and what Talos says of it. */
export const etcd: readonly Case[] = [
  ...said('talos talosctl --talosconfig talosconfig -n 192.0.2.10 health', [
    [
      'talos-etcd-unhealthy',
      'etcd: the member is a learner',
      'error checking cluster: waiting for etcd to be healthy: OutOfSync: etcd member is a learner',
      'Talos checks',
    ],
    [
      'talos-etcd-unhealthy',
      'etcd: the service is not healthy',
      'waiting for etcd to be healthy: 1 error occurred:\n\t* 192.0.2.10: service is not healthy: etcd',
      'Talos pkg/cluster/check/service.go',
    ],
    [
      'talos-etcd-unhealthy',
      'etcd: the service is preparing',
      'waiting for etcd to be healthy: service "etcd" not in expected state "Running": current state [Preparing] Running pre state',
      'https://github.com/siderolabs/talos/pull/1699',
    ],
    [
      'talos-etcd-unhealthy',
      'etcd: one member where none was expected (with a spinner)',
      '◳ waiting for etcd to be healthy: expected a response with 0 node(s), got 1\ncontext deadline exceeded',
      'https://github.com/onedr0p/cluster-template/issues/1500',
    ],
  ]),
  ...said('talos talosctl --talosconfig talosconfig -n 192.0.2.10 logs etcd', [
    [
      'talos-etcd-unhealthy',
      'etcd: the snapshot file does not exist',
      '{"level":"fatal","msg":"failed to find database snapshot file (snap: snapshot file doesn\'t exist)"}',
      'https://github.com/etcd-io/etcd/issues/11949',
    ],
    [
      'talos-etcd-unhealthy',
      'etcd: the write-ahead log is not found',
      '{"level":"panic","msg":"failed to open WAL","error":"wal: file not found"}',
      'https://github.com/etcd-io/etcd/issues/19601',
    ],
    [
      'talos-etcd-unhealthy',
      'etcd: the write-ahead log’s checksum is wrong',
      '{"level":"panic","msg":"failed to recover WAL","error":"walpb: crc mismatch"}',
      'etcd server',
    ],
  ]),
  ...said('talos talosctl dmesg', [
    [
      'talos-etcd-unhealthy',
      'etcd: the cluster cannot be built (dmesg)',
      'user: warning: [2025-08-20T09:05:24.820277911Z]: [talos] service[etcd](Failed): Failed to run pre stage: failed to build initial etcd cluster: failed to build cluster arguments: 2 error(s) occurred:',
      'github.com/siderolabs/talos/issues/11625',
    ],
  ]),
  ...said('talos talosctl health', [
    [
      'node-not-ready',
      'Talos: etcd is well, the node is not ready',
      'waiting for etcd to be healthy: OK\nwaiting for all k8s nodes to report ready: some nodes are not ready: [appliance]\nhealthcheck error: rpc error: code = DeadlineExceeded desc = context deadline exceeded',
      'Talos cluster checks',
    ],
    [
      'talos-etcd-unhealthy',
      'etcd: the cluster cannot be built, the member list is cancelled',
      'service[etcd](Failed): Failed to run pre stage: failed to build initial etcd cluster: failed to build cluster arguments: 2 error(s) occurred:\n timeout\n error getting etcd member list: context canceled',
      'https://github.com/siderolabs/talos/issues/11625',
    ],
    [
      'talos-etcd-unhealthy',
      'etcd: one member where none was expected',
      'waiting for etcd to be healthy: ...\nwaiting for etcd to be healthy: expected a response with 0 node(s), got 1\ncontext deadline exceeded',
      'github.com/onedr0p/cluster-template/issues/1500',
    ],
    [
      'talos-etcd-unhealthy',
      'etcd: the service is preparing (10.5.0.2)',
      'waiting for etcd to be healthy: 1 error occurred:\n    * 10.5.0.2: service "etcd" not in expected state "Running": current state [Preparing] Running pre state',
      'https://github.com/siderolabs/talos/issues/12214',
    ],
  ]),
];
