import { advise, client, kubectl } from '../../model/advice.ts';
import type { Rule } from '../rule.ts';

/** Redis refuses its own data. */
export const rule: Rule = {
  code: 'redis-data-broken',
  title: 'Redis cannot read its data',
  retry: 'after-change',
  domains: ['log'],
  wordings: [
    {
      pattern:
        /Bad file format reading the append only file|(?:Unexpected end of file|Unrecoverable error) reading the append only file|append only file.{0,80}(?:corrupt|invalid|truncated)|AOF .{0,60}(?:is corrupt|format error|doesn't exist)/i,
      source: 'Redis aof.c',
    },
    {
      pattern:
        /Short read or OOM loading DB|Wrong signature trying to load DB|Can't handle RDB format version|RDB CRC error|Internal error in RDB reading|Error (?:loading|opening) the (?:RDB|DB) (?:file|from disk)|Fatal error loading the DB/i,
      source: 'Redis rdb.c',
    },
  ],
  reason: () => 'Redis finds its file damaged, or written by another version, and does not start.',
  advice: () =>
    advise`Keep a copy of the volume before anything else. Read which file it names: ${client('logs', 'redis')}. A cut append-only file can be repaired with redis-check-aof, a dump with an older copy. Redis holds caches, sessions and queued jobs, not the business data: if no copy exists, an empty volume loses those. The pod is ${kubectl('-n', 'msp', 'get', 'pod', 'redis-0')}.`,
};
