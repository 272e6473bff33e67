import { advise, client } from '../../model/advice.ts';
import type { Rule } from '../rule.ts';

/** Postgres refuses its own data. */
export const rule: Rule = {
  code: 'database-corrupt',
  title: 'Postgres cannot start on its data',
  retry: 'manual',
  domains: ['log'],
  wordings: [
    {
      pattern:
        /could not locate a valid checkpoint record|invalid (?:primary )?checkpoint record|could not (?:locate required checkpoint record|find redo location)|replication checkpoint has wrong magic|xlog flush request .{0,40}not satisfied|WAL contains references to invalid pages|could not (?:read|open|locate) .{0,40}(?:WAL|checkpoint)\b(?!.{0,500}No space)/i,
      source: 'PostgreSQL xlogrecovery.c, origin.c',
    },
    {
      pattern:
        /(?:incorrect|invalid|bad) (?:CRC|checksum) in control file|calculated CRC checksum does not match|could not read (?:from control file|file "global\/pg_control")|database system identifier/i,
      source: 'PostgreSQL xlog.c, miscinit.c',
    },
    {
      pattern:
        /invalid page in block|page verification failed|could not read blocks? \d+|unexpected data beyond EOF|missing chunk number|invalid memory alloc request size|index "[^"]+" contains (?:unexpected zero page|corrupted page)|catalog is missing|cache lookup failed/i,
      source: 'PostgreSQL bufmgr.c, md.c, nbtpage.c',
    },
    {
      pattern:
        /is not a database cluster directory|PG_VERSION" is missing|exists but is not empty|pg_filenode\.map|could not (?:open|read) (?:file|directory) "(?:[^"]*\/)?(?:global|base|pg_\w+)(?:\/[^"]*)?": (?:No such file|Structure needs cleaning|Input\/output error|Bad message)|could not access status of transaction|invalid magic number/i,
      source: 'PostgreSQL initdb.c, fd.c, slru.c',
    },
  ],
  reason: () => 'The files of Postgres are damaged or incomplete, so it does not start.',
  advice: () =>
    advise`Do not delete anything. Copy the volume first, then restore the last backup; ${client('logs', 'db')} shows which file. If you have no backup, ask the maintainers before you use pg_resetwal: it loses data.`,
};
