import { blockerFor } from '../../../stop.ts';
import { failed, passed, warned } from '../check.ts';
import type { Check } from '../check.ts';

const MB = 1_000_000;
/** Ours: what a site writes (keys, record, report, the local Temporal database, a log) stays below 200 MB. */
const LEAST_BYTES = 200 * MB;
const GOOD_BYTES = 1_000 * MB;

/** There is room for what an install writes on this machine. */
export const operatorDisk: Check = {
  id: 'operator-disk',
  title: 'Free disk on this machine',
  group: 'operator',
  run: async (look) => {
    const path = look.folder.root;
    const free = await look.ports.machine.freeDiskBytes(path);
    const detail = `${Math.floor(free / MB)} MB free at ${path}`;
    if (free >= GOOD_BYTES) return passed(detail);
    const blocker = blockerFor(look, 'operator-disk-full', {
      component: 'operator',
      object: path,
      facts: { path },
      reason: `Only ${detail}; an install writes up to ${LEAST_BYTES / MB} MB, and ${GOOD_BYTES / MB} MB leave room for its logs.`,
    });
    return free >= LEAST_BYTES ? warned(blocker) : failed(blocker);
  },
};
