import { afterEach, expect, test, vi } from 'vitest';
import { openSite, recordSite } from '../../client/site/site.ts';
import { testSpec } from '../support/spec.ts';
import { completed, progressIn } from './support/progress.ts';
import { NOW, runClient, temporaryFolder } from './support/run-client.ts';
import { running, scriptedInstalls } from './support/scripted-installs.ts';

afterEach(() => {
  vi.useRealTimers();
});

// No silence over 10 seconds: a server with a full disk takes calls and answers none of them.
test.each([false, true])('a Temporal server that hangs is told while it does (terminal: %s)', async (tty) => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const home = await temporaryFolder();
  await recordSite(await openSite(home, 'berlin'), testSpec({ siteId: 'berlin' }), NOW);
  const views = [running(progressIn('core')), running(completed(), { run: 'COMPLETED' })];
  const { services } = scriptedInstalls({
    scenes: [],
    installs: {
      view: async () => {
        if (views.length === 1) vi.advanceTimersByTime(8_000);
        return views.length > 1 ? (views.shift() ?? null) : (views[0] ?? null);
      },
    },
  });
  const { exit, stderr } = await runClient(['resume'], { home, services, tty });
  expect(exit).toBe(0);
  expect(stderr).toContain('still waiting for an answer from the Temporal server');
});
