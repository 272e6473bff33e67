import { RETRY, advise, holeFor, talosctl } from '../../model/advice.ts';
import type { Rule } from '../rule.ts';

/** etcd does not come up or has lost its data. */
export const rule: Rule = {
  code: 'talos-etcd-unhealthy',
  title: 'etcd is not healthy',
  retry: 'manual',
  domains: ['talos', 'kube-api', 'log', 'probe'],
  wordings: [
    {
      // talosctl health shows every check that it made: etcd is at fault only when its own check never passed.
      pattern:
        /^(?![\s\S]*waiting for etcd to be healthy: OK)[\s\S]*(?:waiting for etcd (?:to be healthy|members)[^\n]{0,500}: (?!OK)|not healthy: etcd)/i,
      source: 'Talos pkg/cluster/check',
    },
    {
      pattern:
        /etcdserver: (?:no leader|request timed out|mvcc: database space exceeded|leader changed|not capable|corrupt cluster)|mvcc: database space exceeded/i,
      source: 'etcd rpctypes errors',
    },
    {
      pattern:
        /etcd.{0,80}(?:unhealthy|not healthy|not running|failed|failing|crash|corrupt|unavailable or misconfigured|lost|timed? ?out|not expected|is down)/i,
      source: 'Talos cluster checks, etcdctl',
    },
    {
      pattern: /service "?etcd"?.{0,60}(?:current state|state) \[?(?:Preparing|Waiting|Failed|Finished|Starting)/i,
      source: 'Talos pkg/cluster/check/service.go',
    },
    {
      pattern:
        /(?:walpb|snap|wal): (?:crc mismatch|file not found|snapshot file doesn't exist|slice bounds)|tocommit\(\d+\) is out of range|member .{0,40}has already been bootstrapped|etcd data directory (?:is )?(?:corrupt|missing)/i,
      source: 'etcd server panics',
    },
  ],
  unless: /rafthttp: .{0,500} active$/i,
  reason: () => 'etcd on the node does not start or has lost its data. The Kubernetes API cannot run without it.',
  advice: (context) =>
    advise`Read ${talosctl(context, 'logs', 'etcd')} and ${talosctl(context, 'service', 'etcd')}. If the disk is full, free space. If the data is lost and you have a snapshot, ${talosctl(context, 'bootstrap', '--recover-from', holeFor('snapshot'))}. Then ${RETRY}.`,
};
