import { diagnose } from '../../support/diagnosed.ts';
import { statusOf } from '../../../status/index.ts';
import { installProgress, type InstallProgress } from '../../../model/progress.ts';
import { PHASES } from '../../../model/phases.ts';
import type { Snapshot } from '../../../model/snapshot.ts';
import type { StatusDocument } from '../../../model/status.ts';
import { unknownTiers } from '../../../model/tiers.ts';
import { NOW } from '../../diagnosis/appliance.ts';

const STAMP = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** Shifts every timestamp around the tests' NOW to the present. */
export function asOfNow<T>(value: T, now = Date.now()): T {
  const moved = (_key: string, part: unknown) =>
    typeof part === 'string' && STAMP.test(part) ? new Date(Date.parse(part) + now - NOW).toISOString() : part;
  return JSON.parse(JSON.stringify(value), moved);
}

/** The document that the diagnosis creates now from a snapshot around the tests' NOW. */
export function documentNow(snapshot: Snapshot): StatusDocument {
  const { status } = diagnose(asOfNow(snapshot), { now: new Date() });
  return status;
}

/** The document after its source has not answered for that many seconds. */
export function old(document: StatusDocument, seconds: number): StatusDocument {
  const observedAt = new Date(Date.now() - seconds * 1000).toISOString();
  const sources = document.sources.map((source) => ({
    ...source,
    observedAt,
    ...(source.source === 'kubernetes'
      ? { stale: true, error: 'GET /readyz: connect ECONNREFUSED 10.96.0.1:443' }
      : {}),
  }));
  return { ...document, observedAt, sources };
}

const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();

/** An install in its host phase: there is no Kubernetes yet, and the client alone knows anything. */
export function hostPhase(): StatusDocument {
  const progress: InstallProgress = installProgress.parse({
    apiVersion: 'appliance.alga-psa/v1',
    kind: 'InstallProgress',
    siteId: 'appliance-single-node',
    nodeIp: '192.0.2.10',
    mode: 'fresh',
    specDigest: 'digest',
    release: { version: '1.0-rc5', channel: 'candidate', appVersion: '1.0-rc5' },
    state: 'running',
    phase: 'host',
    startedAt: ago(402),
    updatedAt: ago(3),
    finishedAt: null,
    phases: PHASES.map(({ id, title, tier }, index) => ({
      id,
      title,
      tier,
      state: index === 0 ? 'done' : index === 1 ? 'running' : 'pending',
      since: index === 0 ? ago(402) : index === 1 ? ago(371) : null,
      finishedAt: index === 0 ? ago(371) : null,
      detail: index === 1 ? 'awaitSecureApi' : '',
    })),
    tiers: unknownTiers(),
    waits: [
      {
        what: 'the secure API of Talos on 192.0.2.10',
        saw: 'connection refused: the node installs itself to /dev/sda and restarts',
        since: ago(294),
        seenAt: ago(2),
      },
    ],
    activeOperations: [],
    blockers: [],
    warnings: [],
    nextAction: null,
    urls: { statusUrl: 'http://192.0.2.10:8080', loginUrl: 'http://192.0.2.10:3000' },
    facts: {},
  });
  const now = new Date();
  return statusOf({
    cluster: {
      apiVersion: 'appliance.alga-psa/v1',
      kind: 'Snapshot',
      takenAt: now.toISOString(),
      site: { siteId: progress.siteId, nodeIp: progress.nodeIp, appUrl: progress.urls.loginUrl },
    },
    install: { progress, unread: null, failing: null, isOnlyEye: false },
    now,
    previous: null,
  });
}
