import { giveConsent } from '../../site-folder/consent.ts';
import { siteFolder } from '../../site-folder/index.ts';
import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { PHASES } from '../../model/phases.ts';
import type { InstallProgress } from '../../model/progress.ts';
import type { ScenarioName } from '../../simulation/index.ts';
import { temporaryHome } from '../support/home.ts';
import { beginInstall } from '../support/simulated-install.ts';
import type { SimulatedInstall } from '../support/simulated-install.ts';
import { localEnvironment } from '../support/workflow-environment.ts';

/** Ten of the appliance's minutes in a second. */
const SPEED = 600;
/** Slow enough that a phase lasts longer than a look at it. */
const SLOWER = 120;
const TIMEOUT_MS = 60_000;

let environment: TestWorkflowEnvironment;
beforeAll(async () => {
  environment = await localEnvironment();
});
afterAll(() => environment.teardown());

type Played = SimulatedInstall & { readonly home: string };

async function play(scenario: ScenarioName, speed = SPEED, folder?: string): Promise<Played> {
  const home = folder ?? (await temporaryHome());
  const install = await beginInstall({ environment, scenario, home, speed });
  onTestFinished(() => install.close());
  return { ...install, home };
}

const statesOf = (progress: InstallProgress): [string, string][] => progress.phases.map(({ id, state }) => [id, state]);
const allDone = PHASES.map(({ id }): [string, string] => [id, 'done']);
const codesOf = (list: InstallProgress['blockers']): string[] => list.map(({ code }) => code);

const EDITING = { collaboration: true, collaborationImage: 'registry.example.org/alga/hocuspocus:1.0' };

describe('an install of a simulated appliance', { timeout: TIMEOUT_MS }, () => {
  it('with collaborative editing: its image is checked and reaches the chart', async () => {
    const home = await temporaryHome();
    const install = await beginInstall({ environment, scenario: 'all-well', home, speed: SPEED, spec: EDITING });
    onTestFinished(() => install.close());
    const end = await install.end();
    expect(statesOf(end)).toEqual(allDone);
    const values = await readFile(join(home, 'all-well', 'values', 'alga-core.yaml'), 'utf8');
    expect(values).toContain('hocuspocus:\n  enabled: true');
    const snapshot = JSON.stringify(end);
    expect(snapshot).toContain('registry.example.org/alga/hocuspocus:1.0');
  });

  it('all-well: walks every phase to full health, never stops, and leaves keys and a report', async () => {
    const install = await play('all-well');
    const end = await install.end();
    expect(statesOf(end)).toEqual(allDone);
    expect(end.state).toBe('complete');
    expect(end.tiers.fullHealth).toMatchObject({ ready: true, status: 'ready' });
    expect(install.seen.flatMap(({ blockers }) => codesOf(blockers))).toEqual([]);
    expect(end.facts).toMatchObject({
      nodeName: 'appliance',
      alreadyInstalled: false,
      wipe: 'nothing-to-wipe',
      usersCount: 4,
      promoted: true,
    });
    expect(end.facts.gitRevision).toMatch(/^release\/1\.0-rc5@sha1:[0-9a-f]{40}$/);
    expect(end.facts.kubeSystemUid).toMatch(/^[0-9a-f-]{36}$/);

    const folder = join(install.home, 'all-well');
    const files = await readdir(folder);
    expect(files).toEqual(
      expect.arrayContaining(['controlplane.yaml', 'install-report.json', 'kubeconfig', 'secrets.yaml', 'talosconfig']),
    );
    for (const name of files) expect([name, (await stat(join(folder, name))).mode & 0o077]).toEqual([name, 0]);
    const report: unknown = JSON.parse(await readFile(join(folder, 'install-report.json'), 'utf8'));
    expect(report).toMatchObject({
      kind: 'InstallReport',
      usersCount: 4,
      wipe: 'nothing-to-wipe',
      timings: { phases: allDone.slice(0, -1).map(([id]) => ({ id, state: 'done', seconds: expect.any(Number) })) },
    });
  });

  it('all-well: a second fresh install of the same node keeps its keys and wipes its data', async () => {
    const first = await play('all-well');
    const { facts } = await first.end();
    const keys = await readFile(join(first.home, 'all-well', 'secrets.yaml'), 'utf8');
    // The data is that of the first, and a person has named it.
    expect(facts.dataId).toBe(facts.installId);
    await giveConsent(siteFolder(first.home, 'all-well'), facts.dataId ?? '', new Date());
    const second = await play('all-well', SPEED, first.home);
    const end = await second.end();
    expect(statesOf(end)).toEqual(allDone);
    expect(end.facts).toMatchObject({
      alreadyInstalled: true,
      kubeSystemUid: facts.kubeSystemUid,
      wipe: 'wiped',
      usersCount: 4,
    });
    expect(second.seen.flatMap(({ blockers }) => codesOf(blockers))).toEqual([]);
    expect(await readFile(join(first.home, 'all-well', 'secrets.yaml'), 'utf8')).toBe(keys);
  });

  it('worker-image-missing: people can log in, and the missing image is a warning', async () => {
    const install = await play('worker-image-missing', SLOWER);
    const end = await install.end();
    expect(statesOf(end)).toEqual(allDone.map(([id]) => [id, id === 'background' ? 'degraded' : 'done']));
    expect(end.state).toBe('complete');
    expect(end.tiers.login).toMatchObject({ ready: true });
    expect(end.tiers.background).toMatchObject({ ready: false });
    expect(install.seen.flatMap(({ blockers }) => codesOf(blockers))).toEqual([]);
    const warning = end.warnings.find(({ component }) => component === 'workflow-worker');
    expect(warning).toMatchObject({ code: 'image-tag-missing', tier: 'background', loginBlocking: false });
    expect(JSON.stringify(warning?.evidence)).toContain('ghcr.io/nine-minds/workflow-worker:61e4a00e');
  });

  it('dns-refused: parks on the host, and goes on with the DNS servers that it is given', async () => {
    const install = await play('dns-refused');
    const parked = await install.until(({ state }) => state === 'parked');
    expect(parked.phase).toBe('host');
    expect(codesOf(parked.blockers)).toEqual(['dns-resolution-failure']);
    expect(parked.blockers[0]?.loginBlocking).toBe(true);
    expect(parked.nextAction).toContain('--dns-servers');
    // Preflight asked the node for its resolver, and that one from here.
    expect(parked.warnings).toMatchObject([
      { code: 'dns-resolution-failure', component: 'talos', severity: 'warning' },
    ]);
    await install.set({ dnsServers: ['1.1.1.1'] });
    const end = await install.end();
    expect(statesOf(end)).toEqual(allDone);
    expect(end.specDigest).toBe('digest-2');
    // What the node said while it could not resolve names is history.
    expect(end.tiers.fullHealth).toMatchObject({ ready: true, status: 'ready' });
    expect(end.warnings).toEqual([]);
  });

  it('postgres-subpath: parks on the volume, and goes on by itself when the cause is gone', async () => {
    const install = await play('postgres-subpath');
    const parked = await install.until(({ state }) => state === 'parked');
    expect(parked.phase).toBe('core');
    expect(codesOf(parked.blockers)).toEqual(['volume-subpath-failed']);
    expect(parked.blockers[0]).toMatchObject({ component: 'db', tier: 'core', loginBlocking: true });
    expect(parked.blockers[0]?.evidence[0]?.message).toContain(
      'failed to create subPath directory for volumeMount "db-data"',
    );
    const end = await install.end();
    expect(statesOf(end)).toEqual(allDone);
    expect(end.blockers).toEqual([]);
  });

  it('slow-core-pull: a pull of 16 minutes is an operation under way, and no blocker', async () => {
    const install = await play('slow-core-pull');
    const end = await install.end();
    expect(statesOf(end)).toEqual(allDone);
    const pulls = install.seen.flatMap(({ activeOperations }) =>
      activeOperations.filter(({ kind, image }) => kind === 'image-pull' && image?.includes('alga-psa-ee')),
    );
    expect(pulls.length).toBeGreaterThan(0);
    expect(install.seen.flatMap(({ blockers }) => codesOf(blockers))).toEqual([]);
    expect(install.seen.some(({ state }) => state === 'parked')).toBe(false);
  });

  it('setup-fails-once: waits for a person overnight, and a retry makes the failed Job anew with the same inputs', async () => {
    const install = await play('setup-fails-once');
    const parked = await install.until(({ state }) => state === 'parked');
    expect(parked.phase).toBe('bootstrap');
    expect(codesOf(parked.blockers)).toEqual(['migration-failed']);
    expect(parked.nextAction).toContain('appliance-client retry');
    await install.sleep(10);
    // Ten hours and a quarter: nothing made the Job anew by itself.
    await delay(1_500);
    expect(await install.until(() => true)).toMatchObject({ state: 'parked', phase: 'bootstrap' });

    await install.retry();
    const end = await install.end();
    expect(statesOf(end)).toEqual(allDone);
    expect(end).toMatchObject({ state: 'complete', specDigest: 'digest-1', facts: { usersCount: 4 }, blockers: [] });
  });

  it('node-already-installed: stops in words before anything is made, and can be cancelled', async () => {
    const install = await play('node-already-installed');
    const parked = await install.until(({ state }) => state === 'parked');
    expect(codesOf(parked.blockers)).toEqual(['talos-already-configured']);
    expect(parked.blockers[0]?.layer).toBe('host');
    await install.handle.cancel();
    expect((await install.end()).state).toBe('cancelled');
    const files = await readdir(join(install.home, 'node-already-installed')).catch(() => []);
    expect(files).not.toContain('secrets.yaml');
  });

  it('all-well: workers end in the middle and are replaced, and the world has gone on meanwhile', async () => {
    const install = await play('all-well', SLOWER);
    for (const phase of ['host', 'bootstrap'] as const) {
      await install.until((progress) => progress.phase === phase);
      await install.replaceWorker();
    }
    const end = await install.end();
    expect(statesOf(end)).toEqual(allDone);
    expect(install.seen.flatMap(({ blockers }) => codesOf(blockers))).toEqual([]);
  });
});
