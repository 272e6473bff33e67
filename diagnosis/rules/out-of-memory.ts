import { advise, client } from '../../model/advice.ts';
import { describe } from '../commands.ts';
import type { Rule } from '../rule.ts';

/** A container was killed for memory. */
export const rule: Rule = {
  code: 'out-of-memory',
  title: 'A container ran out of memory',
  retry: 'after-change',
  domains: ['log', 'start', 'sandbox', 'node', 'evict'],
  wordings: [
    {
      pattern:
        /OOMKilled|OOMKilling|System OOM encountered|Memory cgroup out of memory|oom-kill|oom_reaper|was OOM-killed/i,
      source: 'kubelet oom watcher, Linux',
    },
    {
      pattern:
        /JavaScript heap out of memory|Reached heap limit|java\.lang\.OutOfMemoryError|fatal error: (?:runtime: )?(?:out of memory|cannot allocate memory)|runtime: out of memory|\bMemoryError\b|std::bad_alloc|Cannot allocate memory|Out of memory: Kill|(?:ERROR|FATAL|PANIC): +out of memory|Out Of Memory allocating|SIGKILL! Perhaps out of memory/i,
      source: 'Node, Java, Go, Python, C++, Postgres, Redis',
    },
  ],
  reason: ({ object }) => `A container of ${object} was killed because it exceeded its memory limit.`,
  advice: (context) =>
    advise`Give the machine more memory, or raise the container's memory limit in the release's values; ${describe(context)} shows the limit. It restarts automatically. If it is killed repeatedly, save a snapshot and send it to the maintainers: ${client('diagnose', '--save', 'snapshot.json')}.`,
};
