import { isDeepStrictEqual } from 'node:util';
import { API_VERSION } from '../../model/appliance.ts';
import { blockerKey } from '../../model/blocker.ts';
import { LIVE_VALIDATED } from '../../model/live-validation.ts';
import { INSTALL_REPORT } from '../../model/report.ts';
import type { InstallReport } from '../../model/report.ts';
import { tagsOf } from '../../model/vendor-images.ts';
import type { PhaseOutcome } from '../../model/workflow-contract.ts';
import { readDocumentText, whyUnread } from '../../model/documents.ts';
import { SITE_RECORD } from '../../model/site.ts';
import { DocumentUnreadableError, writeStored } from '../../site-folder/documents.ts';
import { SITE_FILES } from '../../site-folder/index.ts';
import { lookAtAppliance } from '../appliance-look.ts';
import { openCluster } from '../cluster.ts';
import { endInstall } from '../held.ts';
import type { PhaseContext } from '../phase-context.ts';
import type { Cluster } from '../ports/kubernetes.ts';
import { noteOwnData } from './storage/own-data.ts';
import { readRecord } from './host/site-record.ts';
import { selectedBootstrap, writeSelection } from './release/selection.ts';
import { statusUrl } from './status-page.ts';

/**
 * Ends an install: the report is written, existing data is kept from now on, and the site's record is brought up to date. The
 * report comes first: it is the picture of the install, before anything is changed again. Run again it brings the report up to date
 * where something else is installed or stands otherwise, and changes nothing where not.
 */
export async function finishInstall(context: PhaseContext): Promise<PhaseOutcome> {
  const cluster = await openCluster(context);
  const reported = await report(context, cluster);
  const promoted = await promote(context, cluster);
  await updateRecord(context);
  const data = await noteOwnData(context, cluster);
  await endInstall(context);
  const file = context.folder.path(SITE_FILES.report);
  return {
    did: promoted || reported ? 'acted' : 'nothing-to-do',
    detail: `The report is in ${file}`,
    facts: { promoted: true, reportFile: file, ...data },
  };
}

/** From now on the database setup keeps what it finds: no restart of anything may be taken for a first install again. */
async function promote(context: PhaseContext, cluster: Cluster): Promise<boolean> {
  const before = await selectedBootstrap(cluster, context.signal);
  if (before?.mode === 'recover') return false;
  await writeSelection(context, cluster, 'recover');
  const after = await selectedBootstrap(cluster, context.signal);
  if (after?.mode !== 'recover') throw new Error('the bootstrap mode was set to recover, but it is not recover');
  return true;
}

async function report(context: PhaseContext, cluster: Cluster): Promise<boolean> {
  const { facts, folder, spec } = context;
  const written = await reportIn(context);
  const { status, blockers } = await lookAtAppliance(context, cluster, null);
  const content: InstallReport = {
    apiVersion: API_VERSION,
    kind: 'InstallReport',
    installId: facts.installId ?? null,
    siteId: spec.siteId,
    nodeIp: spec.nodeIp,
    mode: spec.mode,
    wipe: facts.wipe ?? null,
    release: {
      version: spec.release.releaseVersion,
      channel: spec.channel,
      appVersion: spec.release.app.version,
      branch: spec.repo.branch,
      revision: facts.gitRevision ?? null,
      imageTags: tagsOf(spec),
    },
    urls: { statusUrl: statusUrl(spec.nodeIp), loginUrl: spec.appUrl },
    timings: timingsOf(context),
    usersCount: facts.usersCount ?? status.bootstrap.seed.usersCount,
    tiers: status.tiers,
    warnings: [...blockers],
    liveValidated: LIVE_VALIDATED,
  };
  // A killed attempt has written it: its times are the true ones.
  if (written !== null && isDeepStrictEqual(essenceOf(written), essenceOf(content))) return false;
  await writeStored(folder, SITE_FILES.report, INSTALL_REPORT, content);
  return true;
}

/** What was installed and how it stands, without the times at which it was looked at. */
function essenceOf({ timings, tiers, warnings, ...what }: InstallReport): unknown {
  return {
    ...what,
    startedAt: timings.startedAt,
    tiers: Object.entries(tiers).map(([name, { ready, status }]) => [name, ready, status]),
    warnings: warnings.map(blockerKey).toSorted(),
  };
}

/** A damaged report is written again: all that it contains is known. One of a newer client is not overwritten. */
async function reportIn({ folder }: PhaseContext): Promise<InstallReport | null> {
  const text = await folder.read(SITE_FILES.report);
  if (text === null) return null;
  const read = readDocumentText(INSTALL_REPORT, text);
  if (!('newer' in read)) return 'value' in read ? read.value : null;
  const why = whyUnread(INSTALL_REPORT, read, folder.path(SITE_FILES.report));
  throw new DocumentUnreadableError(`${why} Or move the report to another place: it is written again.`);
}

function timingsOf({ facts, phases, ports }: PhaseContext): InstallReport['timings'] {
  const finishedAt = ports.clock.now().toISOString();
  const { startedAt = null, loginReadyAt = null } = facts;
  return {
    startedAt,
    loginReadyAt,
    finishedAt,
    secondsToLogin: startedAt && loginReadyAt ? secondsBetween(startedAt, loginReadyAt) : null,
    secondsInAll: startedAt ? secondsBetween(startedAt, finishedAt) : null,
    phases: phases.flatMap(({ id, title, state, since, finishedAt: endedAt }) =>
      since && endedAt
        ? [{ id, title, state, startedAt: since, endedAt, seconds: secondsBetween(since, endedAt) }]
        : [],
    ),
  };
}

function secondsBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 1000);
}

/** The consent to wipe was for this install alone: the next one begins from a record that keeps data. */
async function updateRecord(context: PhaseContext): Promise<void> {
  const { folder, ports, spec } = context;
  const before = await readRecord(context);
  if (!before) return;
  const after = {
    ...before,
    nodeIp: spec.nodeIp,
    appUrl: spec.appUrl,
    spec: { ...spec, mode: 'recover' as const, wipeConfirmed: false },
  };
  if (isDeepStrictEqual(after, before)) return;
  const record = { ...after, updatedAt: ports.clock.now().toISOString() };
  await writeStored(folder, SITE_FILES.record, SITE_RECORD, record);
}
