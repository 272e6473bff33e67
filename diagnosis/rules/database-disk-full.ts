import { RETRY, advise, talosctl } from '../../model/advice.ts';
import type { Rule } from '../rule.ts';

/** Postgres cannot write. */
export const rule: Rule = {
  code: 'database-disk-full',
  title: 'Postgres has no disk space',
  retry: 'after-change',
  domains: ['log'],
  wordings: [
    {
      pattern:
        /could not (?:extend|write|create|fsync|rename|link|resize) .{0,160}No space left on device|PANIC: .{0,160}No space left|pg_wal.{0,120}No space left|53100|disk_full|could not write init file|No space left on device.{0,80}(?:postmaster|pg_|base\/)/is,
      source: 'PostgreSQL md.c, xlog.c',
    },
    { pattern: /could not extend file .{0,160}: wrote only \d+ of \d+ bytes at block/i, source: 'PostgreSQL md.c' },
    { pattern: /HINT: +Check free disk space/i, source: 'PostgreSQL md.c' },
  ],
  reason: () => 'Postgres cannot write: the disk that holds its data is full.',
  advice: (context) =>
    advise`Free space on the disk that holds /var/mnt/alga-data: ${talosctl(context, 'usage', '/var/mnt/alga-data', '-d', '3', '-H')}. Enlarge the machine's disk if necessary. Never delete files inside the database's folder. Postgres restarts automatically; then ${RETRY}.`,
};
