import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { expect, onTestFinished, test, vi } from 'vitest';
import { advise, client } from '../../model/advice.ts';
import { TemporalUnavailableError } from '../../temporal/index.ts';
import { runClient, temporaryFolder } from './support/run-client.ts';
import { scriptedInstalls } from './support/scripted-installs.ts';

const START = '--fresh --node-ip 192.0.2.10 --repo-url https://git.example.org/alga/appliance.git --detach'.split(' ');

/** The disks of this machine, as they are when nothing can be written any more. */
function fillDisks(): void {
  const real = fs.statfs;
  const spy = vi
    .spyOn(fs, 'statfs')
    .mockImplementation(async (path) => Object.assign(await real(path, { bigint: false }), { bavail: 0 }));
  syncBuiltinESMExports();
  onTestFinished(() => {
    spy.mockRestore();
    syncBuiltinESMExports();
  });
}

test('a server that does not answer for a full disk is reported with both, and its advice names the site of this call', async () => {
  const home = await temporaryFolder();
  const { services } = scriptedInstalls({ scenes: [] });
  for (const site of ['one', 'two']) await runClient(['start', '--site', site, ...START], { home, services });
  fillDisks();
  const { exit, stderr } = await runClient(['retry', '--site', 'two'], {
    home,
    services: {
      ...services,
      openInstalls: () => {
        throw new TemporalUnavailableError(advise`The server does not answer. ${client('resume')} starts it again.`);
      },
    },
  });
  expect(exit).toBe(7);
  expect(stderr).toContain('`appliance-client resume --site two` starts it again.\n');
  expect(stderr).toContain(`The disk that holds ${home} is full.`);
});
