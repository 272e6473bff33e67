import { redact } from '../redaction/index.ts';
import { API_VERSION, FLUX, OBJECTS } from '../model/appliance.ts';
import type { Diagnosis } from '../diagnosis/index.ts';
import { statusPageUrl } from '../model/status-page-url.ts';
import type { StatusDocument } from '../model/status.ts';
import { iso, ms } from '../kubernetes/time.ts';
import type { View } from '../kubernetes/view.ts';
import { temporalPodsOf } from './temporal-pods.ts';
import type { NewReading } from './inputs.ts';

const MOST_EVENTS = 20;
const NOT_ASKED = 'not checked yet';

/** Ages, and what is stale by them, come last (`age.ts`). */
function sourcesOf(view: View, { previous, waitingFor }: NewReading): StatusDocument['sources'] {
  const { snapshot } = view;
  const source = (
    name: StatusDocument['sources'][number]['source'],
    observedAt: number | null,
    error: string | null,
    partial = false,
  ): StatusDocument['sources'][number] => ({
    source: name,
    observedAt: iso(observedAt),
    stale: error !== null,
    ageSeconds: null,
    error: error === null ? null : redact(error),
    partial,
  });
  const before = (name: string) => ms(previous?.sources.find((one) => one.source === name)?.observedAt);
  const found: StatusDocument['sources'] = [];
  const { kubernetes, talos, loginProbe, logs } = snapshot;
  const seen = kubernetes?.error
    ? (ms(kubernetes.observedAt) ?? before('kubernetes'))
    : kubernetes
      ? (ms(kubernetes.observedAt) ?? view.takenAt)
      : before('kubernetes');
  const missing = kubernetes?.error ? [] : (kubernetes?.missing ?? []);
  const unlisted = missing.length > 0 ? `could not list ${missing.map((one) => one.resource).join(', ')}` : null;
  const error = kubernetes ? (kubernetes.error ?? unlisted) : (waitingFor ?? NOT_ASKED);
  found.push(source('kubernetes', seen, error, missing.length > 0));
  if (talos?.length)
    found.push(
      source('talos', view.takenAt, talos.every((one) => one.exitCode !== 0) ? 'no talosctl call was answered' : null),
    );
  if (loginProbe) found.push(source('login', view.takenAt, null));
  if (logs) found.push(source('logs', view.takenAt, null));
  return found;
}

function releaseOf(view: View, { release, install, previous }: NewReading): StatusDocument['release'] {
  const selection = view.configMaps.find((one) => one.metadata.name === OBJECTS.releaseSelection)?.data;
  const source = view.flux.find((one) => one.kind === 'GitRepository' && one.metadata.name === FLUX.source);
  const before = previous?.release;
  const ordered = install?.progress?.release;
  return {
    selectedReleaseVersion:
      selection?.['releaseVersion'] ??
      release?.releaseVersion ??
      ordered?.version ??
      before?.selectedReleaseVersion ??
      null,
    appVersion: selection?.['appVersion'] ?? release?.app.version ?? ordered?.appVersion ?? before?.appVersion ?? null,
    channel: selection?.['selectedChannel'] ?? ordered?.channel ?? before?.channel ?? null,
    gitRevision: source?.status?.artifact?.revision ?? before?.gitRevision ?? null,
  };
}

/** The newest events, those that warn before those that do not: what a person reads first. */
function eventsOf(view: View): StatusDocument['recentEvents'] {
  return view.events
    .toSorted(
      (a, b) => (b.last ?? 0) - (a.last ?? 0) || a.name.localeCompare(b.name) || a.message.localeCompare(b.message),
    )
    .slice(0, MOST_EVENTS)
    .map((event) => ({
      at: iso(event.last),
      type: event.warning ? 'Warning' : 'Normal',
      reason: event.reason,
      object: event.namespace ? `${event.kind} ${event.namespace}/${event.name}` : `${event.kind} ${event.name}`,
      message: redact(event.message),
      count: event.count ?? 1,
    }));
}

/** The state of a cluster that was not checked yet says why. */
function rollupOf({ view, rollup }: Diagnosis, { previous, waitingFor }: NewReading): StatusDocument['rollup'] {
  if (view.snapshot.kubernetes || previous !== null || waitingFor === undefined) return rollup;
  return { ...rollup, message: `The state of the appliance is not known yet: ${waitingFor}.` };
}

/** The document of the cluster alone: what the install knows is added later. */
export function clusterPart(diagnosis: Diagnosis, reading: NewReading): StatusDocument {
  const { view, blockers, components, operations, bootstrap, tiers } = diagnosis;
  const { snapshot } = view;
  const { now } = reading;
  const progress = reading.install?.progress ?? null;
  const nodeIp = snapshot.site?.nodeIp ?? progress?.nodeIp ?? null;
  return {
    apiVersion: API_VERSION,
    kind: 'Status',
    siteId: snapshot.site?.siteId ?? progress?.siteId ?? 'unknown',
    timestamp: now.toISOString(),
    observedAt: null,
    stale: !view.current,
    sources: sourcesOf(view, reading),
    release: releaseOf(view, reading),
    urls: {
      statusUrl: nodeIp ? statusPageUrl(nodeIp) : null,
      loginUrl: snapshot.site?.appUrl ?? progress?.urls.loginUrl ?? null,
    },
    rollup: rollupOf(diagnosis, reading),
    tiers,
    topBlockers: [...blockers],
    components: [...components],
    activeOperations: [...operations],
    bootstrap,
    loginProbe: snapshot.loginProbe ?? null,
    temporalPods: temporalPodsOf(view),
    recentEvents: view.current ? eventsOf(view) : [],
    install: null,
  };
}
