import { API_VERSION, PORTS } from '../../model/appliance.ts';
import type { StatusDocument } from '../../model/status.ts';
import { unknownTiers } from '../../model/tiers.ts';
import type { Settings } from '../settings.ts';

/** Takes the site and why nothing is known, gives the document that says so. */
export function unknownDocument({ siteId, nodeIp, appUrl }: Settings['site'], why: string, now: Date): StatusDocument {
  const host = nodeIp?.includes(':') ? `[${nodeIp}]` : nodeIp;
  return {
    apiVersion: API_VERSION,
    kind: 'Status',
    siteId,
    timestamp: now.toISOString(),
    observedAt: null,
    stale: true,
    sources: [{ source: 'kubernetes', observedAt: null, stale: true, ageSeconds: null, error: why }],
    release: { selectedReleaseVersion: null, appVersion: null, channel: null, gitRevision: null },
    urls: { statusUrl: host ? `http://${host}:${PORTS.statusPage}` : null, loginUrl: appUrl },
    rollup: { state: 'unknown', message: `Nothing is known of the appliance yet: ${why}.`, nextAction: null },
    tiers: unknownTiers(),
    topBlockers: [],
    components: [],
    activeOperations: [],
    bootstrap: { job: null, state: 'unknown', logs: [], seed: { usersCount: null } },
    loginProbe: null,
    recentEvents: [],
    install: null,
  };
}
