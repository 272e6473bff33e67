import { ClusterError } from '../activities/ports/kubernetes.ts';
import type { Cluster } from '../activities/ports/kubernetes.ts';
import { ref } from '../kubernetes/addresses.ts';
import { NAMESPACES, OBJECTS } from '../model/appliance.ts';
import { documentText, readDocumentText } from '../model/documents.ts';
import { MOST_NOTED, MOST_REPAIRS, REPAIR_LOG } from '../model/repair.ts';
import type { RepairEntry } from '../model/repair.ts';
import type { KubernetesObject } from '../model/snapshot.ts';

const AT = ref.configMap(NAMESPACES.releases, OBJECTS.repairs);
const KEY = 'repairs.json';
/** How often a change is repeated because another one came first. */
const ATTEMPTS = 4;

/** The repairs on record, oldest first. A record that nobody can read, or of a newer client, throws: without it nothing can be counted. */
export async function readRepairs(cluster: Cluster, signal: AbortSignal): Promise<readonly RepairEntry[]> {
  return entriesIn(await cluster.get(AT, signal));
}

function entriesIn(found: KubernetesObject | null): readonly RepairEntry[] {
  const data = found?.['data'];
  const text: unknown = typeof data === 'object' && data !== null ? Reflect.get(data, KEY) : undefined;
  if (typeof text !== 'string') return [];
  const read = readDocumentText(REPAIR_LOG, text);
  if ('value' in read) return read.value.entries;
  const why = 'newer' in read ? `it is of version ${read.newer}, of a newer client` : read.fault;
  const object = `ConfigMap ${NAMESPACES.releases}/${OBJECTS.repairs}`;
  throw new ClusterError(
    'invalid',
    object,
    `${object} cannot be read: ${why}. Nothing is repaired; delete it to start a new record.`,
  );
}

/** Changes the record; nobody's entry is lost when two write at once. */
export async function changeRepairs(
  cluster: Cluster,
  change: (entries: readonly RepairEntry[]) => readonly RepairEntry[],
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const found = await cluster.get(AT, signal);
    const before = entriesIn(found);
    const after = change(before);
    if (after === before) return;
    const data = { [KEY]: documentText(REPAIR_LOG, { entries: after.slice(-MOST_NOTED) }) };
    try {
      if (found) {
        const { uid, resourceVersion } = found.metadata;
        await cluster.patch(AT, { metadata: { uid, resourceVersion }, data }, signal);
      } else {
        const { apiVersion, kind, name, namespace } = AT;
        await cluster.create({ apiVersion, kind, metadata: { name, ...(namespace && { namespace }) }, data }, signal);
      }
      return;
    } catch (error) {
      const isRace = error instanceof ClusterError && (error.fault === 'conflict' || error.fault === 'already-exists');
      if (!isRace || attempt >= ATTEMPTS) throw error;
    }
  }
}

/** A repair needs so long to show what it did: Flux looks, a pod starts. */
export const SETTLES_MS = 60_000;

/** Whether a subject was repaired a moment ago, and is to be given time. */
export function isBeingRepaired(entries: readonly RepairEntry[], subject: string, now: Date): boolean {
  return entries.some(
    (one) => subjectIn(one) === subject && one.resolved !== false && now.getTime() - Date.parse(one.at) < SETTLES_MS,
  );
}

/** Whether a subject was repaired automatically as often as it may be: then what the repair does not mend is a person's. */
export function isExhausted(entries: readonly RepairEntry[], subject: string, now: Date): boolean {
  const recent = entries.filter(
    (one) =>
      subjectIn(one) === subject && one.by === 'install' && now.getTime() - Date.parse(one.at) < MOST_REPAIRS.withinMs,
  );
  return recent.length >= MOST_REPAIRS.count;
}

/** What the repair counts for. */
export function subjectIn({ subject, object }: Pick<RepairEntry, 'subject' | 'object'>): string {
  return subject ?? object;
}
