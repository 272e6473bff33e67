import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { blocker } from '../../model/blocker.ts';
import type { Blocker } from '../../model/blocker.ts';
import { statusDocument } from '../../model/status.ts';
import type { StatusDocument } from '../../model/status.ts';
import type { Bench } from './bench.ts';

/** A status of so long after the first signal on the appliance names its cause. */
const TOLD_WITHIN_MS = 15_000;

type Wanted = Pick<Blocker, 'code'> & Partial<Blocker>;

/** An appliance as `status -o json` shows it. */
export interface Appliance {
  status(): Promise<StatusDocument>;
  /** Asks again and again. @throws Error with what `status` says when the time is over */
  until(what: string, look: (status: StatusDocument) => boolean, timeoutMs: number): Promise<StatusDocument>;
  /** Waits until all these blockers have been named, each within 15 s of its first signal; gives them in this order. */
  blockedBy(wanted: readonly Wanted[], timeoutMs: number): Promise<Blocker[]>;
}

export function applianceOf(bench: Bench): Appliance {
  const status = async (): Promise<StatusDocument> => {
    const { stdout, all } = await bench.run(['status', '-o', 'json'], { timeoutMs: 60_000 });
    expect(stdout, all).not.toBe('');
    return statusDocument.parse(JSON.parse(stdout));
  };
  const until: Appliance['until'] = async (what, look, timeoutMs) => {
    const deadline = Date.now() + timeoutMs;
    while (Date.now() < deadline) {
      const seen = await status();
      if (look(seen)) return seen;
      await delay(500);
    }
    const { all } = await bench.run(['status']);
    throw new Error(`waited for ${what} in vain:\n${all}`);
  };
  return {
    status,
    until,
    blockedBy: async (wanted, timeoutMs) => {
      const told = new Map<Wanted, Blocker>();
      /** When the last status was taken that did not name it: on a busy machine there are seconds between two. */
      const untold = new Map<Wanted, number>();
      const names = wanted.map(({ code, component }) => [code, component].filter(Boolean).join(' of '));
      const lookFor = ({ topBlockers, timestamp }: StatusDocument): boolean => {
        for (const one of wanted.filter((each) => !told.has(each))) {
          const found = topBlockers.find((candidate) => isMeant(candidate, one));
          if (found) told.set(one, found);
          else untold.set(one, Date.parse(timestamp));
        }
        return told.size === wanted.length;
      };
      await until(names.join(', '), lookFor, timeoutMs);
      return wanted.map((one) => {
        const found = blocker.parse(told.get(one));
        expect(found).toMatchObject(one);
        const untoldMs = (untold.get(one) ?? 0) - Date.parse(found.since);
        expect(untoldMs, `ms from the first signal to a status without ${one.code}`).toBeLessThan(TOLD_WITHIN_MS);
        return found;
      });
    },
  };
}

function isMeant(candidate: Blocker, { code, component }: Wanted): boolean {
  return candidate.code === code && (component === undefined || candidate.component === component);
}
