import { expect, test } from 'vitest';
import type { InstallView } from '../../client/install/view.ts';
import { openSite, recordSite } from '../../client/site/site.ts';
import { makeBlocker } from '../../diagnosis/index.ts';
import { statusDocument } from '../../model/status.ts';
import { testSpec } from '../support/spec.ts';
import { at, completed, progressIn } from './support/progress.ts';
import { NOW, runClient, temporaryFolder } from './support/run-client.ts';
import { PARKED, READY } from './support/scenes.ts';
import { running, scriptedInstalls } from './support/scripted-installs.ts';

const WORKER_MISSING = makeBlocker('image-tag-missing', {
  component: 'workflow-worker',
  tier: 'background',
  severity: 'warning',
  object: 'Pod msp/workflow-worker-0',
  at: at(90),
  siteId: 'berlin',
});

/** What both commands say of an install, in the same folder. */
async function both(view: InstallView) {
  const home = await temporaryFolder();
  await recordSite(await openSite(home, 'berlin'), testSpec({ siteId: 'berlin' }), NOW);
  const { services } = scriptedInstalls({ scenes: [{ at: 0, view }] });
  const [status, diagnose] = [
    await runClient(['status', '-o', 'json'], { home, services }),
    await runClient(['diagnose', '-o', 'json'], { home, services }),
  ];
  const [told, found] = [status, diagnose].map(({ stdout }) => statusDocument.parse(JSON.parse(stdout)));
  return { exits: [status.exit, diagnose.exit], told, found };
}

// The exit codes of docs/operating.md: 4 where a person must act before people can log in, or before the install goes on.
test.each([
  ['an install that is parked', running({ ...PARKED, siteId: 'berlin' }), 4],
  ['background services that fail', running({ ...READY, siteId: 'berlin', warnings: [WORKER_MISSING] }), 0],
  [
    'background services that failed in an install that is complete',
    running(completed({ siteId: 'berlin', warnings: [WORKER_MISSING] }), { run: 'COMPLETED' }),
    0,
  ],
  ['an install that goes on', running(progressIn('core', { siteId: 'berlin' })), 0],
])('status and diagnose agree on %s', async (_, view, exit) => {
  const { exits, told, found } = await both(view);
  expect(exits).toEqual([exit, exit]);
  expect(found).toEqual(told);
});

test('an install that is over is not told to take another input: another start is begun', async () => {
  const home = await temporaryFolder();
  await recordSite(await openSite(home, 'berlin'), testSpec({ siteId: 'berlin' }), NOW);
  const over = running(completed({ siteId: 'berlin', warnings: [WORKER_MISSING] }), { run: 'COMPLETED' });
  const { services } = scriptedInstalls({ scenes: [{ at: 0, view: over }] });
  const { stdout } = await runClient(['status', '--site', 'berlin'], { home, services });
  expect(stdout).not.toMatch(/appliance-client (?:set|retry)/);
});
