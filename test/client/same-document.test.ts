import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { openSite, recordSite } from '../../client/site/site.ts';
import { realServices } from '../../client/services.ts';
import { systemClock } from '../../client/terminal/clock.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { statusDocument, type StatusDocument } from '../../model/status.ts';
import { appliance } from '../diagnosis/appliance.ts';
import { CHAINS } from '../diagnosis/chains.ts';
import { MULTI } from '../diagnosis/multi.ts';
import { SEEDS } from '../diagnosis/seeds.ts';
import { SILENT } from '../diagnosis/silent.ts';
import { asOfNow } from '../status-service/support/documents.ts';
import { startService } from '../status-service/support/service.ts';
import { serveKubernetes } from '../support/fake-kubernetes/server.ts';
import { testSpec } from '../support/spec.ts';
import { runClient, temporaryFolder } from './support/run-client.ts';
import { scriptedInstalls } from './support/scripted-installs.ts';

const SITE = 'berlin';
const PICTURES: readonly (() => Snapshot)[] = [
  ...MULTI.map(([, make]) => make),
  ...CHAINS.map(([, make]) => make),
  ...Object.values(SEEDS),
  ...Object.values(SILENT),
].filter((make) => make().kubernetes?.error === null);
/** A picture of the corpus, and a kind of objects that is not there at all. */
const cluster = fc
  .record({
    picture: fc.nat(PICTURES.length - 1),
    without: fc.constantFrom('nothing', 'Event', 'Job', 'HelmRelease', 'Deployment', 'Node'),
  })
  .map(({ picture, without }) =>
    (asOfNow(PICTURES[picture]?.() ?? appliance()).kubernetes?.items ?? []).filter(({ kind }) => kind !== without),
  );
/** Kept: what each of them draws stays the same. */
const KEPT = [1, 2, 3, 5, 8, 13, 21, 34];

/** What both must agree on: all but the clock's own words, what was ordered, and how a hint is written where it is read. */
function essence({ release: _ordered, install, ...document }: StatusDocument): unknown {
  const CLOCK = ['timestamp', 'observedAt', 'since', 'ageSeconds', 'elapsedSeconds', 'nextAction', 'reason', 'message'];
  const isOfClock = (key: string): boolean => CLOCK.includes(key);
  const sources = document.sources.filter(({ source }) => source !== 'install');
  return JSON.parse(
    JSON.stringify({
      ...document,
      sources,
      install,
      messages: Object.values(document.tiers).map((one) => one.message),
    }),
    (key, value: unknown) => (isOfClock(key) ? undefined : value),
  );
}

test.each(KEPT)('page and client give one document for one cluster (seed %i)', async (seed) => {
  const [items = []] = fc.sample(cluster, { seed, numRuns: 1 });
  const application = createServer((_, answer) => answer.writeHead(307, { location: '/msp/dashboard' }).end());
  await new Promise<void>((resolve) => application.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void application.close());
  const appUrl = `http://127.0.0.1:${(application.address() as AddressInfo).port}`;
  const api = await serveKubernetes(items);
  onTestFinished(() => api.close());
  const page = await startService({ ...api.env, SITE_ID: SITE, APP_URL: appUrl });
  onTestFinished(async () => void (await page.stop()));

  const home = await temporaryFolder();
  const spec = testSpec({ siteId: SITE, appUrl });
  await recordSite(
    await openSite(home, SITE),
    { ...spec, existingCluster: { ...spec.existingCluster, kubeconfig: api.kubeconfig } },
    new Date(),
  );
  const services = {
    ...scriptedInstalls({ scenes: [] }).services,
    clock: systemClock,
    reader: realServices.reader,
    get: realServices.get,
  };
  const shown = await page.until<StatusDocument>(({ stale }) => !stale);
  const { stdout, stderr } = await runClient(['status', '-o', 'json'], { home, services });
  const told = statusDocument.parse(JSON.parse(stdout));
  expect(told.stale, stderr).toBe(false);
  expect(essence(told)).toEqual(essence(shown));
  expect(told.install).toBeNull();
});
