import { snapshot } from '../model/snapshot.ts';

type Json = Record<string, unknown>;

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function withoutNulls(value: Json): Json {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== null));
}

/** Leaves out what is not text; undefined if it is not a map. */
function texts(value: unknown): Json | undefined {
  if (!isJson(value)) return undefined;
  return Object.fromEntries(Object.entries(value).filter(([, each]) => typeof each === 'string'));
}

/** An entry is an object, or a list as kubectl and the API server give it. */
function unpacked(entry: unknown): unknown[] {
  if (!isJson(entry)) return [entry];
  const kind = textOf(entry['kind']);
  if (!kind.endsWith('List') || !Array.isArray(entry['items'])) return [entry];
  // The API server leaves kind and version of a list's items to the list.
  const own = { apiVersion: entry['apiVersion'], kind: kind.slice(0, -'List'.length) };
  return entry['items'].flatMap((item: unknown) => unpacked(isJson(item) ? { ...own, ...item } : item));
}

/** Null if the entry is not an object. */
function objectOf(entry: unknown, index: number): Json | null {
  if (!isJson(entry) || textOf(entry['kind']) === '') return null;
  const metadata = isJson(entry['metadata']) ? withoutNulls(entry['metadata']) : {};
  const name = textOf(metadata['name']) || (entry['kind'] === 'Event' ? `event-${index}` : '');
  if (name === '') return null;
  const { labels, annotations, generation, ...rest } = metadata;
  const others = Object.fromEntries(
    Object.entries(rest).filter(
      ([key, value]) =>
        !['namespace', 'uid', 'resourceVersion', 'creationTimestamp', 'deletionTimestamp'].includes(key) ||
        typeof value === 'string',
    ),
  );
  return {
    ...entry,
    apiVersion: textOf(entry['apiVersion']) || 'v1',
    metadata: {
      ...others,
      name,
      ...(labels === undefined ? {} : { labels: texts(labels) }),
      ...(annotations === undefined ? {} : { annotations: texts(annotations) }),
      ...(typeof generation === 'number' ? { generation } : {}),
    },
  };
}

function kubernetesOf(value: Json): Json {
  const entries = listOf(value['items']).flatMap(unpacked);
  const items = entries.flatMap((entry, index) => objectOf(entry, index) ?? []);
  const lost = entries.length - items.length;
  const missing = [
    ...listOf(value['missing']),
    ...(lost > 0 ? [{ resource: 'objects', error: `${lost} entries are not API objects and were left out` }] : []),
  ];
  return { ...value, items, error: value['error'] ?? null, missing };
}

function talosOf(value: unknown): unknown {
  if (!isJson(value)) return value;
  const stderr = textOf(value['stderr']);
  const exitCode = value['exitCode'] === undefined ? (stderr === '' ? 0 : 1) : value['exitCode'];
  return { ...value, command: textOf(value['command']), exitCode, stdout: textOf(value['stdout']), stderr };
}

function logOf(value: unknown): unknown {
  if (!isJson(value)) return value;
  return {
    ...value,
    namespace: textOf(value['namespace']) || 'msp',
    container: textOf(value['container']),
    previous: value['previous'] === true,
  };
}

/** What tiers are made of: the plural of each kind, as `kubernetes.missing` names it. */
const PLURALS: Readonly<Record<string, string>> = {
  Node: 'nodes',
  Pod: 'pods',
  Deployment: 'deployments',
  StatefulSet: 'statefulsets',
  DaemonSet: 'daemonsets',
  Job: 'jobs',
  GitRepository: 'gitrepositories',
  Kustomization: 'kustomizations',
  HelmRelease: 'helmreleases',
};

/** All that is known of a cluster: kinds that are not in the list are unknown. */
function partlyListed(value: Json): Json {
  const kubernetes = kubernetesOf({ items: [value] });
  const kinds = new Set(listOf(kubernetes['items']).map((item) => (isJson(item) ? item['kind'] : null)));
  const absent = Object.entries(PLURALS).filter(([kind]) => !kinds.has(kind));
  const missing = absent.map(([, resource]) => ({ resource, error: 'not in the list' }));
  return { ...kubernetes, missing: [...listOf(kubernetes['missing']), ...missing] };
}

/** Corrects what people and tools commonly leave out or write as null. */
function mended(value: unknown, now: Date): unknown {
  if (!isJson(value)) return value;
  if (textOf(value['kind']).endsWith('List') && Array.isArray(value['items'])) {
    return {
      apiVersion: 'appliance.alga-psa/v1',
      kind: 'Snapshot',
      takenAt: now.toISOString(),
      kubernetes: partlyListed(value),
    };
  }
  const { kubernetes, logs, talos, loginProbe, ...rest } = withoutNulls(value);
  return {
    ...rest,
    ...(isJson(kubernetes) ? { kubernetes: kubernetesOf(kubernetes) } : kubernetes === undefined ? {} : { kubernetes }),
    ...(Array.isArray(logs) ? { logs: logs.map(logOf) } : logs === undefined ? {} : { logs }),
    ...(Array.isArray(talos) ? { talos: talos.map(talosOf) } : talos === undefined ? {} : { talos }),
    ...(isJson(loginProbe)
      ? { loginProbe: { status: null, location: null, error: null, ...loginProbe } }
      : loginProbe === undefined
        ? {}
        : { loginProbe }),
  };
}

/**
 * Parts that are null are missing, lists as kubectl prints them are objects (a whole list is a snapshot of just
 * these, taken `now`), and one entry that is not an object does not make the rest unreadable: it is named among what
 * is missing. Returns zod's error if it is not a snapshot.
 */
export function readSnapshot(value: unknown, now: Date) {
  return snapshot.safeParse(mended(value, now));
}
