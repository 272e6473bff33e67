import { redact } from '../redaction/index.ts';
import { API_VERSION, FLUX, OBJECTS, PORTS } from '../model/appliance.ts';
import type { Blocker } from '../model/blocker.ts';
import type { InstallProgress } from '../model/progress.ts';
import type { StatusDocument } from '../model/status.ts';
import type { DiagnoseOptions } from './options.ts';
import { iso, ms } from '../kubernetes/time.ts';
import type { View } from '../kubernetes/view.ts';

/** Older than this, an answer is not the present any more. */
const STALE_AFTER_S = 120;
const MOST_EVENTS = 20;

type Parts = Pick<StatusDocument, 'tiers' | 'rollup' | 'components' | 'bootstrap'> & {
  readonly blockers: readonly Blocker[];
  readonly operations: StatusDocument['activeOperations'];
};

function sourcesOf(view: View, now: number, previous: StatusDocument | null): StatusDocument['sources'] {
  const { snapshot } = view;
  const source = (
    name: StatusDocument['sources'][number]['source'],
    observedAt: number | null,
    error: string | null,
  ): StatusDocument['sources'][number] => {
    const ageSeconds = observedAt === null ? null : Math.max(0, Math.round((now - observedAt) / 1000));
    return {
      source: name,
      observedAt: iso(observedAt),
      stale: error !== null || ageSeconds === null || ageSeconds > STALE_AFTER_S,
      ageSeconds,
      error: error === null ? null : redact(error),
    };
  };
  const before = (name: string) => ms(previous?.sources.find((one) => one.source === name)?.observedAt);
  const found: StatusDocument['sources'] = [];
  const { kubernetes, talos, loginProbe, logs } = snapshot;
  const seen = kubernetes?.error
    ? (ms(kubernetes.observedAt) ?? before('kubernetes'))
    : kubernetes
      ? (ms(kubernetes.observedAt) ?? view.takenAt)
      : before('kubernetes');
  const partly = kubernetes?.missing?.length
    ? `could not list ${kubernetes.missing.map((one) => one.resource).join(', ')}`
    : null;
  found.push(source('kubernetes', seen, kubernetes ? (kubernetes.error ?? partly) : 'it was not asked'));
  if (talos?.length)
    found.push(
      source(
        'talos',
        view.takenAt,
        talos.every((one) => one.exitCode !== 0) ? 'no call of talosctl was answered' : null,
      ),
    );
  if (loginProbe) found.push(source('login', view.takenAt, null));
  if (logs) found.push(source('logs', view.takenAt, null));
  return found;
}

function releaseOf(view: View, options: DiagnoseOptions): StatusDocument['release'] {
  const selection = view.configMaps.find((one) => one.metadata.name === OBJECTS.releaseSelection)?.data;
  const source = view.flux.find((one) => one.kind === 'GitRepository' && one.metadata.name === FLUX.source);
  const before = options.previous?.release;
  return {
    selectedReleaseVersion:
      selection?.['releaseVersion'] ??
      options.release?.releaseVersion ??
      options.install?.release.version ??
      before?.selectedReleaseVersion ??
      null,
    appVersion:
      selection?.['appVersion'] ??
      options.release?.app.version ??
      options.install?.release.appVersion ??
      before?.appVersion ??
      null,
    channel: selection?.['selectedChannel'] ?? options.install?.release.channel ?? before?.channel ?? null,
    gitRevision: source?.status?.artifact?.revision ?? before?.gitRevision ?? null,
  };
}

function installOf(install: InstallProgress | null | undefined): StatusDocument['install'] {
  if (!install) return null;
  return {
    state: install.state,
    phase: install.phase,
    phases: install.phases.map(({ id, title, state, since, finishedAt, detail }) => ({
      id,
      title,
      state,
      since,
      finishedAt,
      detail,
    })),
    waits: install.waits.map(({ what, saw, since }) => ({ what, saw, since })),
    startedAt: install.startedAt,
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

/** Takes what was found, gives the status document. */
export function documentOf(view: View, options: DiagnoseOptions, parts: Parts): StatusDocument {
  const { snapshot } = view;
  const now = options.now.getTime();
  const sources = sourcesOf(view, now, options.previous ?? null);
  const nodeIp = snapshot.site?.nodeIp ?? options.install?.nodeIp ?? null;
  const observed = sources.map((one) => ms(one.observedAt)).filter((time) => time !== null);
  return {
    apiVersion: API_VERSION,
    kind: 'Status',
    siteId: snapshot.site?.siteId ?? options.install?.siteId ?? 'unknown',
    timestamp: options.now.toISOString(),
    observedAt: observed.length > 0 ? iso(Math.max(...observed)) : null,
    stale: sources.some(
      (one) => one.source === 'kubernetes' && one.stale && one.error?.startsWith('could not list') !== true,
    ),
    sources,
    release: releaseOf(view, options),
    urls: {
      statusUrl: nodeIp ? `http://${nodeIp.includes(':') ? `[${nodeIp}]` : nodeIp}:${PORTS.statusPage}` : null,
      loginUrl: snapshot.site?.appUrl ?? options.install?.urls.loginUrl ?? null,
    },
    rollup: parts.rollup,
    tiers: parts.tiers,
    topBlockers: [...parts.blockers],
    components: [...parts.components],
    activeOperations: parts.operations,
    bootstrap: parts.bootstrap,
    loginProbe: snapshot.loginProbe ?? null,
    recentEvents: view.current ? eventsOf(view) : [],
    install: installOf(options.install),
  };
}
