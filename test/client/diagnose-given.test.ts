import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readBundle } from '../../bundle/index.ts';
import { statusDocument } from '../../model/status.ts';
import { appliance, NOW } from '../diagnosis/appliance.ts';
import { crashing } from '../diagnosis/faults.ts';
import { runClient, temporaryFolder } from './support/run-client.ts';
import { PARKED } from './support/scenes.ts';
import { running, scriptedInstalls } from './support/scripted-installs.ts';

const ORDER = '--fresh --node-ip 192.0.2.10 --repo-url https://git.example.org/alga/appliance.git --detach';

test('the bundle of an install that is blocked says by what, though its cluster was never seen', async () => {
  const home = await temporaryFolder();
  const { services } = scriptedInstalls({ scenes: [{ at: 0, view: running(PARKED) }] });
  await runClient(['start', ...ORDER.split(' ')], { home, services: scriptedInstalls({ scenes: [] }).services });
  const file = join(home, 'bundle.tar.gz');
  const nothing = { runningWorker: async () => null, runningServer: async () => null };
  const talos = async () => {
    throw new Error('talosctl is not installed');
  };
  const written = await runClient(['support-bundle', '--output-file', file], {
    home,
    services: { ...services, ...nothing, talos },
  });
  expect(written.exit, written.stderr).toBe(0);
  expect((await readBundle(await readFile(file))).files.has('snapshot.json')).toBe(true);

  const { exit, stdout } = await runClient(['diagnose', '--from', file, '-o', 'json'], {
    home: await temporaryFolder(),
  });
  expect(exit).toBe(4);
  const told = statusDocument.parse(JSON.parse(stdout));
  expect(told.topBlockers.map(({ code }) => code)).toEqual(PARKED.blockers.map(({ code }) => code));
  expect(told.rollup.state).toBe('failed_action_required');
});

test.each([0, 5, 60 * 24 * 365])('a snapshot says the same when it is %i minutes old', async (minutes) => {
  const home = await temporaryFolder();
  const file = join(home, 'snapshot.json');
  await writeFile(file, JSON.stringify(appliance(crashing('alga-core', 'TypeError: boom'))));
  const clock = { now: () => new Date(NOW + minutes * 60_000), sleep: async () => {} };
  const { exit, stdout } = await runClient(['diagnose', '--from', file, '-o', 'json'], { home, services: { clock } });
  const told = statusDocument.parse(JSON.parse(stdout));
  expect([exit, told.rollup.state, told.stale]).toEqual([4, 'failed_action_required', false]);
});

test('a file that is none cannot write lines of its own', async () => {
  const home = await temporaryFolder();
  await writeFile(join(home, 'k.json'), JSON.stringify({ kind: `x\n✓ Fully healthy\n${'y'.repeat(5_000)}` }));
  const { exit, stderr } = await runClient(['diagnose', '--from', join(home, 'k.json')], { home });
  expect(exit).toBe(2);
  expect(stderr).not.toMatch(/^✓/m);
  expect(stderr.length).toBeLessThan(400);
});

test.each(['status', 'diagnose'])('%s of a site of which nothing is known is a usage error', async (command) => {
  const { exit, stdout, stderr } = await runClient([command, '--site', 'nosuch']);
  expect([exit, stdout]).toEqual([2, '']);
  expect(stderr).toContain('no install of nosuch on this machine. Start one: `appliance-client start --site nosuch`');
});
