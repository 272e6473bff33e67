import { RECHECKS, advise, client, kubectl } from '../../model/advice.ts';
import type { Rule } from '../rule.ts';

/** A lock file of a former run keeps Postgres from starting. */
export const rule: Rule = {
  code: 'database-lock-stale',
  title: 'A lock file keeps the database from starting',
  retry: 'after-change',
  domains: ['log', 'start'],
  wordings: [
    {
      pattern:
        /lock file "[^"]{0,200}postmaster\.pid" (?:already exists|is empty)|bogus data in lock file|pre-existing shared memory block .{0,80}is still in use|Is another postmaster .{0,40}running in data directory/i,
      source: 'PostgreSQL miscinit.c CreateLockFile',
    },
  ],
  reason: ({ object }) =>
    `Postgres (${object}) finds the lock file of another run in its data directory and does not start, to protect the data from two servers.`,
  advice: () =>
    advise`First make sure that only one pod uses the data: ${kubectl('-n', 'msp', 'get', 'pods', '-o', 'wide')}. If another one mounts it, stop that one. If there is none, replace the pod: ${kubectl('-n', 'msp', 'delete', 'pod', 'db-0')}. If it fails again, do not delete files in the data directory while any Postgres runs; read ${client('logs', 'db')} and take a copy of the volume first. ${RECHECKS}`,
};
