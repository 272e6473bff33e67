import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openSite, recordFirst, simulationHome } from '../../client/site/site.ts';
import { testSpec } from '../support/spec.ts';
import { progressIn } from './support/progress.ts';
import { NOW, runClient, temporaryFolder } from './support/run-client.ts';
import { running, scriptedInstalls } from './support/scripted-installs.ts';

async function record(home: string, siteId: string): Promise<void> {
  await recordFirst(await openSite(home, siteId), testSpec({ siteId }), NOW);
}

const services = () => scriptedInstalls({ scenes: [{ at: 0, view: running(progressIn('core')) }] });

describe('a real site beside a simulated one', () => {
  const both = async (): Promise<string> => {
    const home = await temporaryFolder();
    await record(home, 'office');
    await record(simulationHome(home), 'demo');
    return home;
  };

  test.each([
    ['cancel', '--yes'],
    ['resume'],
    ['retry'],
    ['pause'],
    ['set', '--dns-servers', '9.9.9.9'],
    ['token', 'rotate'],
    ['admin', 'reset-password'],
  ])('is not taken unasked by what changes something: %s', async (...argv) => {
    const scripted = services();
    const { exit, stderr } = await runClient(argv, { home: await both(), services: scripted.services });
    expect(exit).toBe(2);
    expect(stderr).toContain('a real one (office) as well as simulated ones (demo): choose one with --site');
    expect(scripted.calls).toEqual([]);
  });

  test('is taken where it is named, by a flag or the environment, and by what only looks', async () => {
    const home = await both();
    for (const [argv, env] of [
      [['cancel', '--yes', '--site', 'office'], {}],
      [['cancel', '--yes'], { ALGA_APPLIANCE_SITE: 'office' }],
    ] as const) {
      const { exit, stdout } = await runClient(argv, { home, env, services: services().services });
      expect([exit, stdout.includes('The install of office is cancelled.')]).toEqual([0, true]);
    }
    const { stdout } = await runClient(['progress'], { home, services: services().services });
    expect(stdout).toContain('"kind": "InstallProgress"');
  });

  test('is named in every command that it is told to type', async () => {
    const { stderr } = await runClient(['resume', '--detach', '--site', 'office'], {
      home: await both(),
      services: services().services,
    });
    expect(stderr).toContain('`appliance-client status --watch --site office`');
  });
});

describe("a site's folder under another name", () => {
  const moved = async (): Promise<string> => {
    const home = await temporaryFolder();
    await record(home, 'office');
    await rename(join(home, 'office'), join(home, 'berlin'));
    return home;
  };
  const FRESH = ['--fresh', '--node-ip', '192.0.2.10', '--repo-url', 'https://git.example.org/a/appliance.git'];

  test.each([
    ['status'],
    ['resume'],
    ['cancel', '--yes'],
    ['retry'],
    ['progress'],
    ['pods'],
    ['logs', 'db'],
    ['diagnose'],
    ['token', 'show'],
    ['sites'],
    ['start', ...FRESH],
    ['plan', ...FRESH],
    ['preflight', ...FRESH],
    ['status', '--site', 'berlin'],
    ['status', '--site', 'office'],
    ['start', '--site', 'office', ...FRESH],
  ])('is said, with the way back, and nothing is done: %s %s %s', async (...argv) => {
    const home = await moved();
    const scripted = services();
    const { exit, stderr } = await runClient(argv, { home, services: scripted.services });
    expect(exit).toBe(2);
    expect(stderr).toContain(`${join(home, 'berlin')} contains site office: the folder was renamed`);
    expect(stderr).toContain(`\`mv ${join(home, 'berlin')} ${join(home, 'office')}\``);
    expect(scripted.calls).toEqual([]);
  });

  test('goes on once it is called by its name again', async () => {
    const home = await moved();
    await rename(join(home, 'berlin'), join(home, 'office'));
    expect((await runClient(['resume', '--detach'], { home, services: services().services })).exit).toBe(0);
  });
});
