import type { Cluster } from '../activities/ports/kubernetes.ts';
import type { Remedy, RepairEntry } from '../model/repair.ts';
import { carryOut } from './carry-out.ts';
import { remediesFor, shortened, subjectOf } from './find.ts';
import type { Seen } from './find.ts';
import { SETTLES_MS, changeRepairs, isBeingRepaired, isExhausted, readRepairs, subjectIn } from './log.ts';

export interface Repairing {
  /** Writes as the site's holder only (holder/fence.ts). */
  readonly cluster: Cluster;
  readonly by: RepairEntry['by'];
  readonly now: () => Date;
  readonly signal: AbortSignal;
}

/**
 * Carries out the remedies one by one, and gives what was done. Each is recorded before it is carried out, so that one that was cut off
 * counts. An install leaves out what is not automatic, and what it has repaired often enough.
 */
export async function repair(
  { cluster, by, now, signal }: Repairing,
  remedies: readonly Remedy[],
): Promise<readonly RepairEntry[]> {
  const done: RepairEntry[] = [];
  for (const remedy of remedies) {
    const earlier = await readRepairs(cluster, signal);
    if (by === 'install' && !mayRepair(remedy, earlier, now())) continue;
    const at = now().toISOString();
    const entry: RepairEntry = {
      at,
      by,
      kind: remedy.kind,
      object: remedy.object,
      ...(remedy.subject !== remedy.object && { subject: remedy.subject }),
      does: remedy.does,
      before: remedy.why,
      after: null,
      resolved: null,
    };
    await changeRepairs(cluster, (entries) => [...entries, entry], signal);
    if (await carryOut(cluster, remedy, at, signal)) {
      done.push(entry);
      continue;
    }
    const undone = { ...entry, after: 'it had changed meanwhile, so nothing was done', resolved: false };
    await changeRepairs(cluster, (entries) => entries.map((one) => (isSame(one, entry) ? undone : one)), signal);
    done.push(undone);
  }
  return done;
}

function mayRepair({ automatic, subject }: Remedy, earlier: readonly RepairEntry[], now: Date): boolean {
  return automatic && !isBeingRepaired(earlier, subject, now) && !isExhausted(earlier, subject, now);
}

/**
 * Records what is seen now of the objects that were repaired at least a minute ago, or of any if `atOnce`. Gives the entries that were
 * completed. Writes nothing if there are none.
 */
export async function settleRepairs(
  { cluster, now, signal }: Omit<Repairing, 'by'>,
  seen: Seen,
  { atOnce = false }: { readonly atOnce?: boolean } = {},
): Promise<readonly RepairEntry[]> {
  const settled: RepairEntry[] = [];
  const settle = (entry: RepairEntry): RepairEntry => {
    const isDue = entry.after === null && (atOnce || now().getTime() - Date.parse(entry.at) >= SETTLES_MS);
    if (!isDue) return entry;
    const made = { ...entry, ...outcomeOf(entry, seen) };
    settled.push(made);
    return made;
  };
  await changeRepairs(
    cluster,
    (entries) => {
      settled.length = 0;
      const after = entries.map(settle);
      return settled.length === 0 ? entries : after;
    },
    signal,
  );
  return settled;
}

/** What is seen of a repaired object, or of the one that replaced it: what is still wrong, or that nothing is. */
export function outcomeOf(entry: RepairEntry, seen: Seen): Required<Pick<RepairEntry, 'after' | 'resolved'>> {
  const subject = subjectIn(entry);
  const still = seen.causes.find((one) => subjectOf(seen.view, one) === subject);
  const again = remediesFor(seen).find((one) => one.subject === subject);
  if (!still && !again) return { after: 'no longer reported', resolved: true };
  return { after: shortened(still?.blocker.reason ?? again?.why ?? ''), resolved: false };
}

function isSame(one: RepairEntry, other: RepairEntry): boolean {
  return one.at === other.at && one.object === other.object && one.kind === other.kind;
}
