import { ROLLUP_STATES } from '../../model/status.ts';
import { TIERS } from '../../model/tiers.ts';
import type { Parts } from './context.ts';

type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

/** Backslash, quote and line end are escaped in label values: Prometheus' text format 0.0.4. */
const escape = (value: string) => value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

function family(name: string, type: 'gauge' | 'counter', help: string, samples: readonly Sample[]): string[] {
  const lines = samples.map(([labels, value]) => {
    const pairs = Object.entries(labels).map(([key, text]) => `${key}="${escape(text)}"`);
    return `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}`;
  });
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines];
}

const one = (value: number): Sample[] => [[{}, value]];
const flag = (value: boolean) => (value ? 1 : 0);

/** Gives what the service knows, and how it is itself, in Prometheus' text format. */
export function metricsText({ board, counters, events }: Pick<Parts, 'board' | 'counters' | 'events'>): string {
  const { document, details } = board.now();
  const { rollup, tiers, components, topBlockers, sources, activeOperations } = document;
  const pods = Map.groupBy(details?.pods ?? [], ({ health }) => health);
  return [
    family('appliance_info', 'gauge', 'Site and release.', [
      [{ site: document.siteId, release: document.release.selectedReleaseVersion ?? '' }, 1],
    ]),
    family(
      'appliance_state',
      'gauge',
      'The rollup: 1 for the current state.',
      ROLLUP_STATES.map((state): Sample => [{ state }, flag(state === rollup.state)]),
    ),
    family(
      'appliance_tier_ready',
      'gauge',
      'Whether a tier is ready.',
      TIERS.map((tier): Sample => [{ tier }, flag(tiers[tier].ready)]),
    ),
    family(
      'appliance_component_ready',
      'gauge',
      'Whether a component is ready.',
      components.map(({ name, tier, status }): Sample => [{ component: name, tier }, flag(status === 'ready')]),
    ),
    family(
      'appliance_blocker',
      'gauge',
      'Current blockers.',
      topBlockers.map(({ code, component, tier, severity }): Sample => [{ code, component, tier, severity }, 1]),
    ),
    family('appliance_active_operations', 'gauge', 'Long operations in progress.', one(activeOperations.length)),
    family(
      'appliance_pods',
      'gauge',
      'Pods by health.',
      [...pods].map(([health, rows]): Sample => [{ health }, rows.length]),
    ),
    family('appliance_status_stale', 'gauge', 'Whether the status is stale.', one(flag(document.stale))),
    family(
      'appliance_source_age_seconds',
      'gauge',
      'Age of the last answer of each source.',
      sources.flatMap(({ source, ageSeconds }): Sample[] => (ageSeconds === null ? [] : [[{ source }, ageSeconds]])),
    ),
    family(
      'appliance_source_up',
      'gauge',
      'Whether a source answers.',
      sources.map(({ source, stale, error }): Sample => [{ source }, flag(!stale && error === null)]),
    ),
    family(
      'appliance_status_http_requests_total',
      'counter',
      'Answers by status code.',
      [...counters.requests].map(([code, count]): Sample => [{ code }, count]),
    ),
    family('appliance_status_refused_tokens_total', 'counter', 'Wrong tokens.', one(counters.refusedTokens)),
    family(
      'appliance_status_throttled_total',
      'counter',
      'Sign-in attempts refused without a check.',
      one(counters.throttled),
    ),
    family('appliance_status_listeners', 'gauge', 'Open event streams.', one(events.listeners())),
    family(
      'appliance_status_dropped_listeners_total',
      'counter',
      'Event streams closed because the reader was too slow.',
      one(counters.droppedListeners),
    ),
    family('process_resident_memory_bytes', 'gauge', 'Resident memory.', one(process.memoryUsage.rss())),
    family('process_uptime_seconds', 'gauge', 'Seconds since the start.', one(Math.round(process.uptime()))),
  ]
    .flat()
    .concat('')
    .join('\n');
}
