import { RETRY, advise, talosctl } from '../../model/advice.ts';
import type { Rule } from '../rule.ts';

/** The node's disk is full or filling. */
export const rule: Rule = {
  code: 'disk-pressure',
  title: 'The node’s disk is full',
  retry: 'after-change',
  domains: [
    'pull',
    'sandbox',
    'volume',
    'schedule',
    'start',
    'evict',
    'node',
    'claim',
    'helm',
    'flux-source',
    'flux-apply',
    'talos',
    'log',
    'admission',
    'config',
  ],
  wordings: [
    {
      pattern:
        /no space left on device|ENOSPC|disk quota exceeded|not enough (?:disk )?space|disk (?:is )?full|insufficient (?:disk )?space/i,
      source: 'errno 28 as Go, Node and glibc word it',
    },
    {
      pattern:
        /low on resource: (?:ephemeral-storage|inodes|nodefs|imagefs)|DiskPressure|disk-pressure|node had condition: \[?DiskPressure/i,
      source: 'kubelet eviction manager',
    },
    {
      pattern:
        /kubelet has disk pressure|FreeDiskSpaceFailed|ImageGCFailed|failed to garbage collect required amount|Attempting to reclaim (?:ephemeral-storage|inodes)|(?:image|node)fs.{0,40}(?:over|above) .{0,20}threshold|Disk usage on image filesystem/i,
      source: 'kubelet image GC manager',
    },
  ],
  // Linux reports the limit on watched files with the number of a full disk.
  unless:
    /file watchers reached|xfs_growfs|XFS_IOC_FSGROW|error resizing filesystem|inotify|could not (?:extend|write|create) (?:file|to file|directory|lock file)|pg_wal|SQLSTATE 53100|Insufficient (?:ephemeral-storage|cpu|memory)/i,
  reason: ({ object }) =>
    `The node's disk is full or filling up (seen at ${object}): images cannot be unpacked, volumes cannot grow and pods are evicted.`,
  advice: (context) =>
    advise`Check what fills it: ${talosctl(context, 'usage', '/var', '-d', '2', '-H')}. Enlarge the disk of the machine, or remove old images and data; the kubelet clears the pressure automatically after a few minutes. Then ${RETRY}.`,
};
